import Synchronization

/// Times from submission to finality, gathered from the node's thread.
final class LatencySample: Sendable {
    private let nanoseconds = Mutex<[UInt64]>([])

    func add(_ value: UInt64) { nanoseconds.withLock { $0.append(value) } }

    /// The value below which `percent` of the sample lies, in microseconds.
    func percentile(_ percent: Int) -> Int {
        let sorted = nanoseconds.withLock { $0.sorted() }
        guard !sorted.isEmpty else { return 0 }
        return Int(sorted[min(sorted.count - 1, sorted.count * percent / 100)] / 1000)
    }
}
