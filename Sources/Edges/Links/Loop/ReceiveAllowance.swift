/// Bounds what is read from one peer in a second; the peer waits, nothing is dropped.
struct ReceiveAllowance {
    /// What a frame costs beside its bytes, so that a flood of tiny frames is bounded too.
    private static let frameCost = 64

    private static let second: UInt64 = 1_000_000_000

    private let bytesPerSecond: Int
    private var left: Int
    private var time: UInt64

    init(bytesPerSecond: Int, now: UInt64) {
        (self.bytesPerSecond, left, time) = (bytesPerSecond, bytesPerSecond, now)
    }

    /// Takes the cost of a frame; the allowance may become negative once.
    mutating func take(_ frame: LinkFrame) { left -= frame.payload.count + Self.frameCost }

    /// Adds what time has brought, and says whether there is any left.
    mutating func hasSome(at now: UInt64) -> Bool {
        let elapsed = min(now &- time, Self.second)
        let (high, low) = elapsed.multipliedFullWidth(by: UInt64(bytesPerSecond))
        let gain = Int(Self.second.dividingFullWidth((high, low)).quotient)
        if gain > 0 {
            left = min(bytesPerSecond, left + gain)
            time = now
        }
        return left > 0
    }

    /// When there will be some again.
    func renewal(at now: UInt64) -> UInt64 {
        let missing = UInt64(max(1, 1 - left))
        let (high, low) = missing.multipliedFullWidth(by: Self.second)
        return now + UInt64(bytesPerSecond).dividingFullWidth((high, low)).quotient + 1_000_000
    }
}
