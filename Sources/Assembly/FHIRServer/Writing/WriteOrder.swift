import Encoding
import FHIRSearch

/// One change of a resource that somebody wants, its references already resolved.
struct WriteOrder: Sendable {
    enum Change: Sendable {
        case put(JSONValue)
        case delete
    }

    /// What must be true of the resource, or nothing is written.
    enum Condition: Hashable, Sendable {
        case none
        /// It never was, or was deleted.
        case absent
        /// This is the newest version.
        case version(UInt64)
    }

    let name: ResourceName
    let change: Change
    var condition = Condition.none
}

/// What became of an order.
struct WriteResult: Sendable {
    let version: StoredVersion
    /// Whether there was no resource before.
    let wasCreated: Bool
    /// Whether the resource was as wanted already, so that nothing was written.
    let wasUnchanged: Bool
}

/// What the institution does when somebody deletes a resource.
package enum DeletionPolicy: String, Sendable {
    /// The record gets a last version that says so; what was before stays in the history.
    case amendment
    /// The keys of all versions are destroyed: what law lets nobody keep.
    case erasure
}
