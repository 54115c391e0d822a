package import Finality
package import Ordering
package import Storage

/// What a node needs to make blocks together with others.
package struct ClusterConfiguration: Sendable {
    /// Links to the other nodes.
    package let transport: any PeerTransport
    /// Opens the ordering engine; nil when the zone has none, and validators lead every view.
    package let openEngine: (@Sendable (any OrderingReceiver) throws -> any OrderingEngine)?
    /// What this validator signed: synced before each signature.
    package let votes: any Journal
    /// True when the folder came out of a backup: nothing is signed before that is harmless.
    package var isRestored = false
    /// Called when the validator may sign again: removes the mark of the restored folder.
    package var released: @Sendable () -> Void = {}
    package var timing = FinalityTiming()
    /// Where the operator asks for things; nil in tests.
    package var desk: OperatorDesk?

    package init(
        transport: any PeerTransport,
        openEngine: (@Sendable (any OrderingReceiver) throws -> any OrderingEngine)?,
        votes: any Journal
    ) {
        (self.transport, self.openEngine, self.votes) = (transport, openEngine, votes)
    }
}
