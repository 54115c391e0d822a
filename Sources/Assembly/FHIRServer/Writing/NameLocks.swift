import FHIRSearch
import Synchronization
import System

/// Locks on names of resources, so that of two writers of one the second sees the first's work.
///
/// All names of a request are taken at once or waited for, so nobody waits for somebody who waits.
final class NameLocks: Sendable {
    private let held = ConditionMutex<Set<String>>([])

    /// Does some work while nobody else holds one of the names.
    func withLock<Value, Failure: Error>(
        _ names: Set<String>, _ body: () throws(Failure) -> Value
    ) throws(Failure) -> Value {
        held.wait { held -> Void? in
            guard held.isDisjoint(with: names) else { return nil }
            held.formUnion(names)
            return ()
        }
        defer { held.withLock { $0.subtract(names) } }
        return try body()
    }
}
