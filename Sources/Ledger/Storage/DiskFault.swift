/// One planned misfortune of a simulated disk.
package struct DiskFault: Hashable, Sendable {
    /// What is counted: operations are numbered from 1 within their kind.
    package enum Operation: Hashable, Sendable, CaseIterable {
        /// A write into a file, preallocation included.
        case write
        /// A sync of a file, of folders or of the whole disk.
        case sync
        /// A name created, renamed or removed.
        case name
    }

    /// What happens at that operation.
    package enum Effect: Hashable, Sendable, CaseIterable {
        /// The machine stops: this and all later calls fail until `restart`.
        case crash
        /// The device fails once: a short write, or a sync that loses some unsynced bytes.
        case fail
    }

    package let operation: Operation
    package let number: Int
    package let effect: Effect

    package init(_ effect: Effect, at operation: Operation, _ number: Int) {
        (self.effect, self.operation, self.number) = (effect, operation, number)
    }
}

/// What a restart of a simulated disk follows.
package enum DiskRestart: Hashable, Sendable {
    /// The machine lost power: unsynced bytes and names are kept, lost or torn by chance.
    case power
    /// Only the process ended: everything is still there, but not yet durable.
    case process
}
