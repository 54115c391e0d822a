/// Why a node does not hold something that the chain proves.
package enum Absence: Hashable, Sendable {
    /// The node joined from a snapshot, and its blocks begin at this height.
    case beforeStart(height: UInt64)
    /// The node's retention policy dropped it, as of the class with this name.
    case pruned(retentionClass: String)
}

extension StorageError {
    /// That a block log begins after a record.
    package static func before(first: UInt64, _ index: UInt64) -> StorageError {
        // Record 0 is the block at height 1.
        .absent("block \(index &+ 1)", .beforeStart(height: first &+ 1))
    }
}
