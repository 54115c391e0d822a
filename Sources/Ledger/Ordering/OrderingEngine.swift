package import Ledger

/// A batch with its place in the total order.
package struct OrderedBatch: Sendable {
    package let position: OrderingPosition
    package let transactions: [SignedTransaction]

    package init(position: OrderingPosition, transactions: [SignedTransaction]) {
        (self.position, self.transactions) = (position, transactions)
    }
}

/// Why an engine did not take a batch.
package enum OrderingError: Error, Hashable, Sendable {
    /// The engine cannot be reached or refuses; nothing was ordered. Try again later.
    case unavailable(String)
    /// The engine is being shut down.
    case closed
}

/// What puts batches into one total order.
///
/// An engine is an accelerator and never a trust anchor: replicas check everything that it
/// delivers,
/// and only finality makes a block irrevocable.
package protocol OrderingEngine: AnyObject, Sendable {
    /// Offers a batch; the engine gives it the next position and delivers it to every subscriber.
    func append(_ transactions: [SignedTransaction]) throws(OrderingError)

    /// The next ordered batch, or nil when there is none now.
    func next() throws(OrderingError) -> OrderedBatch?
}
