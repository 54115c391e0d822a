/// What a server does with requests; called on the server's threads, several at once.
///
/// A thread serves many connections, so a handler that has to wait hands the responder to another
/// thread and returns.
package protocol HTTPHandler: Sendable {
    /// Answers a request, now or later, by sending one response to `responder`.
    func handle(_ request: HTTPRequest, responder: HTTPResponder)

    /// The largest body of such a request, in bytes; nil for the configured limit.
    func bodyLimit(method: HTTPMethod, path: String) -> Int?

    /// Who takes the body piece by piece; nil to have it collected, and `handle` called with it.
    ///
    /// Asked once the head is known to be sound, before any of the body is read.
    func receiver(for head: HTTPRequestHead) -> (any HTTPBodyReceiver)?

    /// Words a refusal of the server itself; the status should be the refusal's.
    ///
    /// The body must be bytes in memory.
    func refuse(_ reason: HTTPRefusal) -> HTTPResponse
}

extension HTTPHandler {
    package func bodyLimit(method: HTTPMethod, path: String) -> Int? { nil }

    package func receiver(for head: HTTPRequestHead) -> (any HTTPBodyReceiver)? { nil }

    package func refuse(_ reason: HTTPRefusal) -> HTTPResponse { reason.problem }
}

/// Takes one request's body as it arrives, for uploads that must not be held in memory.
///
/// Calls come one after the other on one of the server's threads. After `finish` or `cancel` there
/// are no more.
package protocol HTTPBodyReceiver: AnyObject, Sendable {
    /// Takes the next piece, which is never empty.
    func receive(_ piece: [UInt8], flow: HTTPBodyFlow) -> HTTPBodyProgress

    /// Called after the last piece; answers the request, now or later.
    func finish(responder: HTTPResponder)

    /// Called if the body does not arrive whole.
    ///
    /// The client left, or the limit was passed, or the server stops.
    func cancel()
}

/// What a receiver wants after a piece.
package enum HTTPBodyProgress: Sendable {
    /// The next piece, as soon as it is there.
    case more

    /// Nothing until `HTTPBodyFlow.resume` is called; the client's sending comes to a halt.
    case pause

    /// No more: the response is sent at once and the connection closes. Its body must be bytes.
    case refuse(HTTPResponse)
}
