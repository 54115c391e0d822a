/// Counts connections accepted from each address within a minute.
struct AcceptLimiter {
    private static let minute: UInt64 = 60_000_000_000

    /// Addresses remembered; beyond it the old ones, then all, are forgotten.
    private static let addressCountMax = 4_096

    private let countMax: Int
    private var windows: [String: (start: UInt64, count: Int)] = [:]

    init(countMax: Int) { self.countMax = countMax }

    /// Counts one connection; false if its address has had too many.
    mutating func admit(_ address: String, now: UInt64) -> Bool {
        if windows.count >= Self.addressCountMax {
            windows = windows.filter { now - $0.value.start < Self.minute }
            if windows.count >= Self.addressCountMax { windows = [:] }
        }
        var window = windows[address] ?? (now, 0)
        if now - window.start >= Self.minute { window = (now, 0) }
        window.count += 1
        windows[address] = window
        return window.count <= countMax
    }
}
