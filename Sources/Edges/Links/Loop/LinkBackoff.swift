import Base

/// How long to wait before dialling again: doubling to a limit, with jitter.
struct LinkBackoff {
    private static let start: UInt64 = 100_000_000

    private let limit: UInt64
    private var next: UInt64

    /// The limit in nanoseconds.
    init(limit: UInt64) {
        self.limit = limit
        next = min(Self.start, limit)
    }

    /// The next waiting time: from half of the current step to all of it.
    mutating func wait(_ random: any RandomSource) -> UInt64 {
        let step = next
        next = min(limit, step * 2)
        return step / 2 + Self.below(step / 2 + 1, random)
    }

    /// A link stood: the next waiting is short again.
    mutating func reset() { next = min(Self.start, limit) }

    /// A number below a bound; the small bias of the remainder does not matter to jitter.
    static func below(_ bound: UInt64, _ random: any RandomSource) -> UInt64 {
        random.bytes(8).reduce(0) { $0 << 8 | UInt64($1) } % bound
    }
}
