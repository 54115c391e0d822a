package import Finality
package import Ordering

/// What an operator sees of a node among others.
package struct ClusterStatus: Sendable {
    package let participant: ParticipantStatus
    /// Nil without an engine, or before anything was heard of it.
    package let engine: EngineHealth?
    package let links: [PeerLink]
}
