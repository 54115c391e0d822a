import Ledger
import Storage
import Synchronization

/// The replica of the last published block, for all threads; written by the one that makes blocks.
final class SharedReplica: Sendable {
    private struct State {
        var replica: Replica
        var halted: StorageError?
    }

    private let state: Mutex<State>

    init(_ replica: Replica) { state = Mutex(State(replica: replica, halted: nil)) }

    var replica: Replica { state.withLock { $0.replica } }

    func publish(_ replica: Replica) { state.withLock { $0.replica = replica } }

    /// Why no more blocks are made; nil while they are.
    var halted: StorageError? { state.withLock { $0.halted } }

    func halt(because reason: StorageError) { state.withLock { $0.halted = reason } }
}
