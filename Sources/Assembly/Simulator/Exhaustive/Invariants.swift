/// What must hold in every state of the small world.
enum Invariants {
    /// The first rule that a state breaks, if any.
    ///
    /// - Parameter forksOnly: when honest validators break rules on purpose.
    static func violation(_ all: [LocalTable.Summary], forksOnly: Bool) -> Violation? {
        if let violation = all.lazy.compactMap(\.violation).first { return violation }
        for arena in Set(all.map(\.arena)) {
            let here = all.filter { $0.arena == arena }
            if let violation = violation(atOneHeight: here) {
                if violation == .fork || !forksOnly { return violation }
            }
        }
        return nil
    }

    private static func violation(atOneHeight here: [LocalTable.Summary]) -> Violation? {
        let prepares = twice(here.map(\.sent.prepares))
        let commits = twice(here.map(\.sent.commits))
        var certifiable: UInt8 = 0
        var arePrepared = false
        for view in 0..<8 {
            certifiable |= commits[view]
            arePrepared = arePrepared || prepares[view].nonzeroBitCount > 1
        }
        let decided = here.compactMap(\.decided).reduce(UInt8(0)) { $0 | 1 << UInt8($1) }
        if certifiable.nonzeroBitCount > 1 || decided.nonzeroBitCount > 1 { return .fork }
        if decided & ~certifiable != 0 { return .otherDecided }
        return arePrepared ? .twoPrepared : nil
    }

    /// What two of the honest validators voted for: with the Byzantine vote it is a quorum.
    private static func twice(_ masks: [SIMD8<UInt8>]) -> SIMD8<UInt8> {
        var once = SIMD8<UInt8>()
        var twice = SIMD8<UInt8>()
        for mask in masks {
            twice |= once & mask
            once |= mask
        }
        return twice
    }
}
