import Base
import Ledger
import Storage
import Synchronization

/// Audit transactions between their answer and their block.
///
/// Each one is in the journal, synced, before ``post(_:whenFinal:)`` returns. It is sent to the pool
/// at once, kept until it is final, and sent again when the node starts.
final class AuditOutbox: Sendable {
    private struct State {
        /// Journal positions that are not final yet.
        var open: Set<UInt64> = []
        /// Where the journal ended when each append under way began: its record lies there or behind.
        var appending: [UInt64] = []
        var truncated: UInt64?
        var send: (@Sendable ([UInt8], @escaping SubmissionObserver) -> Void)?

        mutating func endAppending(_ floor: UInt64) {
            if let index = appending.firstIndex(of: floor) { appending.remove(at: index) }
        }
    }

    private let journal: any Journal
    private let state = Mutex(State())
    /// Signs a transaction again when its validity has passed.
    private let renew: @Sendable ([UInt8]) -> [UInt8]?

    init(journal: any Journal, renew: @escaping @Sendable ([UInt8]) -> [UInt8]?) {
        (self.journal, self.renew) = (journal, renew)
    }

    /// How many audit transactions are not on the chain yet.
    var count: Int { state.withLock { $0.open.count } }

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
            self.send(record.bytes, position: record.position) {}
        }
    }

    /// Makes a transaction durable and sends it on its way.
    func post(
        _ transaction: [UInt8], whenFinal: @escaping @Sendable () -> Void
    ) throws(StorageError) {
        let floor = state.withLock { state in
            let floor = journal.end
            state.appending.append(floor)
            return floor
        }
        let position: UInt64
        do throws(StorageError) {
            position = try journal.append([transaction])
        } catch {
            state.withLock { $0.endAppending(floor) }
            throw error
        }
        state.withLock { state in
            state.open.insert(position)
            state.endAppending(floor)
        }
        send(transaction, position: position, whenFinal: whenFinal)
    }

    private func send(
        _ transaction: [UInt8], position: UInt64, whenFinal: @escaping @Sendable () -> Void
    ) {
        let send = state.withLock { $0.send }
        send?(transaction) { [self] result in
            switch result {
            case .final, .refused(.duplicate):
                close(position)
                whenFinal()
            case .refused(.expired), .refused(.validityTooLong):
                guard let renewed = renew(transaction) else { return }
                self.send(renewed, position: position, whenFinal: whenFinal)
            case .refused:
                // The node is full or stopping: the journal keeps it for ``resend()`` or the next start.
                state.withLock { _ = $0.open.insert(position) }
            }
        }
    }

    /// Sends again what was refused because the node was busy; returns how many were sent.
    func resend() throws(StorageError) -> Int {
        let open = state.withLock { $0.open }
        guard !open.isEmpty else { return 0 }
        let records = try journal.readAll().filter { open.contains($0.position) }
        for record in records { send(record.bytes, position: record.position) {} }
        return records.count
    }

    private func close(_ position: UInt64) {
        let through: UInt64? = state.withLock { state in
            state.open.remove(position)
            // A record whose append is under way is in the journal before it is in `open`.
            let end =
                [state.open.min(), state.appending.min()].compactMap { $0 }.min()
                ?? journal.end
            guard end > 0, state.truncated.map({ $0 < end - 1 }) ?? true else { return nil }
            state.truncated = end - 1
            return end - 1
        }
        // A failed truncation costs space only: the records are sent again and found duplicate.
        if let through { try? journal.truncate(through: through) }
    }
}
