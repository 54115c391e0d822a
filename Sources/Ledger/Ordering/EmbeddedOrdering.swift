package import Ledger
import Synchronization

/// The engine of a single node: batches get the next position and wait in memory.
///
/// Nothing needs to be durable here: a batch is acknowledged to nobody before its block is in the
/// block log, which is the order on disk.
package final class EmbeddedOrdering: OrderingEngine {
    private struct State {
        var next: UInt64
        var waiting: [OrderedBatch] = []
    }

    private let state: Mutex<State>
    private let stream: UInt64

    /// Continues behind the last position on the chain.
    package init(after position: OrderingPosition) {
        stream = position.stream
        state = Mutex(State(next: position.last + 1))
    }

    package func append(_ transactions: [SignedTransaction]) throws(OrderingError) {
        state.withLock { state in
            let position = OrderingPosition(stream: stream, first: state.next, last: state.next)
            state.waiting.append(OrderedBatch(position: position, transactions: transactions))
            state.next += 1
        }
    }

    package func next() throws(OrderingError) -> OrderedBatch? {
        state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
    }
}
