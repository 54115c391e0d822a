import Ordering

/// When the store is to be cleaned of released records: rarely, as each time costs a round.
struct ReleaseThrottle: Sendable {
    private let count: UInt64
    private let nanoseconds: UInt64
    private var target: EnginePosition?
    private var cleaned: EnginePosition?
    private var since: UInt64 = 0

    init(count: UInt64, nanoseconds: UInt64) {
        (self.count, self.nanoseconds) = (count, nanoseconds)
    }

    /// Notes that all through a position may go; lower positions than before change nothing.
    mutating func offer(_ position: EnginePosition, now: UInt64) {
        if let target, position <= target { return }
        // Time counts from the first position that waits.
        if target == cleaned { since = now }
        target = position
    }

    /// The position through which to clean now, if any.
    func due(now: UInt64) -> EnginePosition? {
        guard let target, target != cleaned else { return nil }
        let isOld = now >= since && now - since >= nanoseconds
        return isOld || distance(to: target) >= count ? target : nil
    }

    /// Notes what was cleaned.
    mutating func cleaned(through position: EnginePosition, now: UInt64) {
        (cleaned, since) = (position, now)
    }

    /// Positions since the last cleaning; a new stream is a reason to clean at once.
    private func distance(to target: EnginePosition) -> UInt64 {
        guard let cleaned else {
            let isLast = target.sequence == .max
            return target.stream > 0 || isLast ? .max : target.sequence + 1
        }
        guard cleaned.stream == target.stream else { return .max }
        return target.sequence - cleaned.sequence
    }
}
