import Base
import Ledger
import Storage
import System

/// Audit transactions between their answer and their block.
///
/// Each one is in the journal, synced, before ``post(_:whenFinal:)`` returns. It is sent to the
/// pool at once, kept until it is final, and sent again when the node starts.
final class AuditOutbox: BlockObserver {
    /// Final records that are forgotten together: forgetting costs a sync.
    private static let truncationStride: UInt64 = 256

    private struct Deferred {
        let transaction: [UInt8]
        let position: UInt64
        let whenFinal: @Sendable () -> Void
    }

    private struct State {
        /// Appends under way: their positions are not in `open` yet.
        var appending = 0
        /// Journal positions that are not final yet.
        var open: Set<UInt64> = []
        /// The highest position that was closed.
        var closed: UInt64?
        /// One more than the highest position that was forgotten.
        var truncated: UInt64 = 0
        /// Refused while the node was busy; sent again behind the next block.
        var deferred: [Deferred] = []
        var send: (@Sendable ([UInt8], @escaping SubmissionObserver) -> Void)?
    }

    private let journal: any Journal
    private let state = ConditionMutex(State())
    /// Signs a transaction again when its validity has passed.
    private let renew: @Sendable ([UInt8]) -> [UInt8]?

    init(journal: any Journal, renew: @escaping @Sendable ([UInt8]) -> [UInt8]?) {
        (self.journal, self.renew) = (journal, renew)
    }

    /// How many audit transactions are not on the chain yet.
    var count: Int { state.withLock { $0.open.count } }

    /// Waits until what is open now is on the chain, at most so long.
    func settle(milliseconds: UInt64) {
        let open = state.withLock { $0.open }
        guard !open.isEmpty else { return }
        _ = state.wait(milliseconds: milliseconds) { state in
            state.open.isDisjoint(with: open) ? () : nil
        }
    }

    /// Begins to send: first what a crash left behind.
    func start(
        _ send: @escaping @Sendable ([UInt8], @escaping SubmissionObserver) -> Void
    ) throws(StorageError) {
        let records = try journal.readAll()
        state.withLock { state in
            state.send = send
            for record in records { state.open.insert(record.position) }
        }
        for record in records {
            self.send(
                Deferred(transaction: record.bytes, position: record.position, whenFinal: {}))
        }
    }

    /// Makes a transaction durable and sends it on its way.
    func post(
        _ transaction: [UInt8], whenFinal: @escaping @Sendable () -> Void
    ) throws(StorageError) {
        state.withLock { $0.appending += 1 }
        let position: UInt64
        do throws(StorageError) {
            position = try journal.append([transaction])
        } catch {
            state.withLock { $0.appending -= 1 }
            throw error
        }
        state.withLock { state in
            state.appending -= 1
            state.open.insert(position)
        }
        send(Deferred(transaction: transaction, position: position, whenFinal: whenFinal))
    }

    private func send(_ item: Deferred) {
        let send = state.withLock { $0.send }
        send?(item.transaction) { [self] result in
            switch result {
            case .final, .refused(.duplicate):
                close(item.position)
                item.whenFinal()
            case .refused(.expired), .refused(.validityTooLong):
                guard let renewed = renew(item.transaction) else { return }
                self.send(
                    Deferred(
                        transaction: renewed, position: item.position, whenFinal: item.whenFinal))
            case .refused:
                // The pool is full or the node stops: the next block or the next start sends it.
                state.withLock { $0.deferred.append(item) }
            }
        }
    }

    /// There is room in the pool again: sends what was refused before.
    func committed(_ block: ExecutedBlock) {
        let deferred = state.withLock { state in
            defer { state.deferred = [] }
            return state.deferred
        }
        for item in deferred { send(item) }
    }

    private func close(_ position: UInt64) {
        state.withLock { state in
            state.open.remove(position)
            state.closed = max(state.closed ?? 0, position)
        }
        truncate(atLeast: Self.truncationStride)
    }

    /// Forgets all that is final: for the end of the node.
    func finish() { truncate(atLeast: 1) }

    /// Forgets what is final, everything below the oldest open position, if it is worth a sync.
    ///
    /// While an append is under way nothing is forgotten, because its position is not known yet.
    private func truncate(atLeast count: UInt64) {
        let through: UInt64? = state.withLock { state in
            guard state.appending == 0, let closed = state.closed else { return nil }
            let end = state.open.min() ?? closed + 1
            guard end >= state.truncated + count else { return nil }
            state.truncated = end
            return end - 1
        }
        // A failed truncation costs space only: the records are sent again and found duplicate.
        if let through { try? journal.truncate(through: through) }
    }
}
