/// Why a state tree could not be built.
package enum StateTreeError: Error, Hashable, Sendable {
    /// The key at this position is not above the one before: what was read is not the state.
    case keysOutOfOrder(position: Int)
}

/// What a state tree holds in memory over all its versions.
package struct StateTreeMemory: Hashable, Sendable {
    /// Leaves in use.
    package let leafCount: Int
    /// Nodes in use.
    package let nodeCount: Int
    /// Slots of both kinds that were ever used; free ones are used again before new ones.
    package let slotCount: Int
    /// Bytes allocated for slots.
    package let byteCount: Int
}
