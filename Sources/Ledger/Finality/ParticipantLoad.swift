import Ledger

/// How much a participant keeps for others and for later, beside what it may.
package struct ParticipantLoad: Hashable, Sendable {
    package let pending: Int
    package let bodyByteCount: Int
    package let bodyByteLimit: Int
    package let early: Int
    package let earlyLimit: Int
    package let awaited: Int
    package let records: Int
    package let taken: Int
    package let outgoing: Int
    package let proposals: Int
    package let tallies: Int

    /// What is more than it may be; nil when nothing is.
    package var excess: String? {
        let bounds: [(String, Int, Int)] = [
            ("pending transactions", pending, 2 * FinalityLimits.pendingCount),
            ("bytes of bodies", bodyByteCount, bodyByteLimit),
            ("early messages", early, earlyLimit),
            ("awaited things", awaited, FinalityLimits.awaitedCount),
            ("engine records", records, 2 * Int(FinalityLimits.recordWindow)),
            ("taken positions", taken, Int(FinalityLimits.recordWindow)),
            ("batches on their way", outgoing, FinalityLimits.appendWindow),
            ("proposals", proposals, FinalityLimits.keptProposals),
            ("views", tallies, FinalityLimits.keptViews + 1),
        ]
        return bounds.first { $0.1 > $0.2 }.map { "\($0.1) \($0.0), at most \($0.2)" }
    }
}

extension Participant {
    /// What is kept now.
    package var load: ParticipantLoad {
        ParticipantLoad(
            pending: pool.count, bodyByteCount: bodies.byteCount,
            bodyByteLimit: 2 * FinalityLimits.bodyByteCount, early: early.count,
            earlyLimit: FinalityLimits.earlyMessageCount * LedgerLimits.validatorCount,
            awaited: awaited.count, records: records.count + spoiled.count, taken: taken.count,
            outgoing: outgoing.count, proposals: voting.proposals.all.count,
            tallies: voting.tallies.count)
    }
}
