/// What happened in a world, so that nobody mistakes quiet seeds for good ones.
package struct SeedCoverage: Hashable, Sendable {
    /// Blocks by the view that decided them: the engine's, the next, and all later ones.
    package var decidedInView: [UInt64] = [0, 0, 0]
    /// Blocks that a leader made, without the engine.
    package var leaderBlocks: UInt64 = 0
    /// Blocks that a machine took from a peer.
    package var fetchedBlocks: UInt64 = 0
    package var epochs: UInt64 = 0
    package var starts: UInt64 = 0
    package var powerLosses: UInt64 = 0
    package var restores: UInt64 = 0
    package var quarantines: UInt64 = 0
    package var releases: UInt64 = 0
    /// Votes and leads that contradict what the same key let out before: by dishonest ones.
    package var contradictions: UInt64 = 0

    package static func += (left: inout SeedCoverage, right: SeedCoverage) {
        for index in left.decidedInView.indices {
            left.decidedInView[index] += right.decidedInView[index]
        }
        left.leaderBlocks += right.leaderBlocks
        left.fetchedBlocks += right.fetchedBlocks
        left.epochs += right.epochs
        left.starts += right.starts
        left.powerLosses += right.powerLosses
        left.restores += right.restores
        left.quarantines += right.quarantines
        left.releases += right.releases
        left.contradictions += right.contradictions
    }

    /// The counts with their names, in order.
    package var named: [(name: String, count: UInt64)] {
        [
            ("view0", decidedInView[0]), ("view1", decidedInView[1]),
            ("laterViews", decidedInView[2]), ("leaderBlocks", leaderBlocks),
            ("fetchedBlocks", fetchedBlocks), ("epochs", epochs), ("starts", starts),
            ("powerLosses", powerLosses), ("restores", restores), ("quarantines", quarantines),
            ("releases", releases), ("contradictions", contradictions),
        ]
    }
}
