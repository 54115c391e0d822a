import Synchronization

/// The one right to answer one request; keep it as long as the answer is not known.
///
/// If the last reference goes without an answer, the client gets a 500.
package final class HTTPResponder: Sendable {
    private let exchange: Exchange
    private let isUsed = Atomic(false)

    init(_ exchange: Exchange) { self.exchange = exchange }

    /// Answers from any thread; only the first call counts.
    ///
    /// - Returns: False if it was answered before or the client is gone.
    @discardableResult
    package func send(_ response: HTTPResponse) -> Bool {
        guard !isUsed.exchange(true, ordering: .relaxed) else { return false }
        return exchange.answer(response)
    }

    deinit {
        if !isUsed.load(ordering: .relaxed) { exchange.answer(exchange.refusal(.unanswered)) }
    }
}

/// Lets a receiver that paused a body take it up again, from any thread.
package final class HTTPBodyFlow: Sendable {
    private let exchange: Exchange

    init(_ exchange: Exchange) { self.exchange = exchange }

    /// Asks for the next piece; harmless if nothing is paused or the client is gone.
    package func resume() { exchange.resumeBody() }
}
