import Base
package import Ledger
import Synchronization

/// What became of one submitted transaction.
package enum SubmissionResult: Sendable {
    /// Durable and certified, with the refusal code when its calls failed.
    case final(TransactionPlace, failure: String?)
    /// Not accepted; nothing was kept.
    case refused(TransactionError)
}

/// Told once what became of a transaction, on the node's own thread: be brief.
package typealias SubmissionObserver = @Sendable (SubmissionResult) -> Void

/// Checked transactions that wait for a block: bounded by count and bytes, in order of arrival.
final class Pool: Sendable {
    struct Waiting: Sendable {
        let transaction: SignedTransaction
        let observer: SubmissionObserver?
    }

    private struct State {
        var waiting: [Waiting] = []
        var first = 0
        var byteCount = 0
        /// Waiting or being executed.
        var known: Set<TransactionID> = []
        var closed = false
    }

    private let state = Mutex(State())
    private let countLimit: Int
    private let byteLimit: Int

    init(
        countLimit: Int = LedgerLimits.poolTransactionCount,
        byteLimit: Int = LedgerLimits.poolByteCount
    ) {
        (self.countLimit, self.byteLimit) = (countLimit, byteLimit)
    }

    /// How many wait.
    var count: Int { state.withLock { $0.waiting.count - $0.first } }

    /// True when `more` transactions would not fit: the door asks before it checks signatures.
    ///
    /// There must be room for one of the largest at least, whatever `bytes` says.
    func isFull(for more: Int, bytes: Int) -> Bool {
        let bytes = max(bytes, LedgerLimits.transactionByteCount)
        return state.withLock {
            $0.waiting.count - $0.first + more > countLimit || $0.byteCount + bytes > byteLimit
        }
    }

    func contains(_ id: TransactionID) -> Bool { state.withLock { $0.known.contains(id) } }

    /// Takes transactions; returns the error for each that it did not take, by place.
    func add(_ batch: [Waiting]) -> [(index: Int, error: TransactionError)] {
        state.withLock { state in
            var errors: [(Int, TransactionError)] = []
            for (index, item) in batch.enumerated() {
                let size = item.transaction.bytes.count
                if state.closed {
                    errors.append((index, .unavailable("the node is stopping")))
                } else if state.waiting.count - state.first >= countLimit
                    || state.byteCount + size > byteLimit
                {
                    errors.append((index, .busy(retryAfterSeconds: 1)))
                } else if !state.known.insert(item.transaction.id).inserted {
                    errors.append((index, .duplicate(item.transaction.id)))
                } else {
                    state.waiting.append(item)
                    state.byteCount += size
                }
            }
            return errors
        }
    }

    /// Takes out the next batch within the limits of a block.
    func take() -> [Waiting] {
        state.withLock { state in
            var end = state.first
            var bytes = 0
            while end < state.waiting.count,
                end - state.first < LedgerLimits.blockTransactionCount,
                bytes + state.waiting[end].transaction.bytes.count <= LedgerLimits.blockByteCount
            {
                bytes += state.waiting[end].transaction.bytes.count
                end += 1
            }
            let batch = Array(state.waiting[state.first..<end])
            state.first = end
            state.byteCount -= bytes
            if state.first == state.waiting.count {
                state.waiting.removeAll(keepingCapacity: true)
                state.first = 0
            } else if state.first > 8192 {
                state.waiting.removeSubrange(0..<state.first)
                state.first = 0
            }
            return batch
        }
    }

    /// Forgets transactions that are on the chain or refused.
    func forget(_ ids: [TransactionID]) {
        state.withLock { state in
            for id in ids { state.known.remove(id) }
        }
    }

    /// Refuses everything from now on.
    func close() { state.withLock { $0.closed = true } }
}
