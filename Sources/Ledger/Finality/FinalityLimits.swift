/// Bounds of voting and of what a validator keeps for others; all but the first are a node's own.
package enum FinalityLimits {
    /// Views of one height: a hard cap, so that no arithmetic on a peer's number can overflow.
    package static let viewCount: UInt64 = 1 << 20
    /// After a block without an engine's batch, view 0 is skipped until a height that this divides.
    package static let probeInterval: UInt64 = 16
    /// Views of one height whose votes are kept.
    package static let keptViews = 8
    /// Proposals of one height that are kept: one a validator and view would be enough.
    package static let keptProposals = 64
    /// Messages of one validator for the next height that are kept until it begins.
    package static let earlyMessageCount = 16
    /// Own batches that may be on their way through the engine at a time.
    package static let appendWindow = 4
    /// Engine records ahead of the head that are kept.
    package static let recordWindow: UInt64 = 256
    /// Encoded bodies up to this size travel inside the engine's record, larger ones between peers.
    package static let inlineByteCount = 48 << 10
    /// Bytes of batch bodies that are kept for heights to come.
    package static let bodyByteCount = 64 << 20
    /// Bodies and proposals that peers are asked for at a time.
    package static let awaitedCount = 512
    /// Blocks of one answer to a node that is behind.
    package static let blockRange: UInt64 = 64
    /// Bytes of the blocks of one answer: one block may be larger, then it comes alone.
    package static let blockRangeByteCount = 4 << 20
    /// Transactions that are passed on to a peer in one message.
    package static let forwardCount = 256
    /// Bytes of the transactions that are passed on to a peer in one message.
    package static let forwardByteCount = 1 << 20
    /// Transactions of this node and of others that wait for their block.
    package static let pendingCount = 65_536
    /// Bytes of one message between validators.
    package static let messageByteCount = 8 << 20
    /// Milliseconds that a block's time may be ahead of a validator's clock.
    package static let clockLead: UInt64 = 10_000
    /// Milliseconds that a block's time may be behind a validator's clock.
    package static let clockLag: UInt64 = 600_000
}

/// How long a validator waits, in milliseconds; each node may choose its own.
package struct FinalityTiming: Hashable, Sendable {
    /// For the block of a view before the view is left.
    package var view: UInt64 = 1000
    /// The longest that doubling may make it.
    package var viewLimit: UInt64 = 8000
    /// Until the own votes of an undecided height are sent again.
    package var resend: UInt64 = 500
    /// Between heartbeats.
    package var heartbeat: UInt64 = 500
    /// Until a batch given to the engine counts as lost and its transactions wait again.
    package var reclaim: UInt64 = 4000
    /// Until a transaction that is not final is passed on to the other validators.
    package var forward: UInt64 = 1500
    /// Until something asked from one peer is asked from the next.
    package var request: UInt64 = 400
    /// How old heartbeats may be that show the head to be fresh.
    package var freshness: UInt64 = 5000

    package init() {}
}
