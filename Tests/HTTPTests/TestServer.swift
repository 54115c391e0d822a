import HTTPServer

/// A handler made of closures; without any, it echoes what it understood.
struct TestHandler: HTTPHandler {
    var answer: @Sendable (HTTPRequest, HTTPResponder) -> Void = { request, responder in
        responder.send(TestHandler.echo(request))
    }
    var limit: @Sendable (String) -> Int? = { _ in nil }
    var receive: @Sendable (HTTPRequestHead) -> (any HTTPBodyReceiver)? = { _ in nil }

    func handle(_ request: HTTPRequest, responder: HTTPResponder) { answer(request, responder) }

    func bodyLimit(method: HTTPMethod, path: String) -> Int? { limit(path) }

    func receiver(for head: HTTPRequestHead) -> (any HTTPBodyReceiver)? { receive(head) }

    func refuse(_ reason: HTTPRefusal) -> HTTPResponse {
        HTTPResponse(
            status: reason.status, headers: ["content-type": "application/json"],
            text: "refused: \(reason)")
    }

    /// Method, path, query and body, one a line.
    static func echo(_ request: HTTPRequest) -> HTTPResponse {
        let query = request.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        let body = String(decoding: request.body, as: UTF8.self)
        return HTTPResponse(
            status: 200, headers: ["content-type": "text/plain"],
            text: "\(request.method.rawValue) \(request.path) [\(query)] \(body)")
    }
}

enum TestServer {
    /// A server on a free port of the loopback address.
    static func start(
        _ handler: TestHandler = TestHandler(),
        configure: (inout HTTPServerConfiguration) -> Void = { _ in }
    ) throws -> HTTPServer {
        var configuration = HTTPServerConfiguration()
        configure(&configuration)
        return try HTTPServer(configuration: configuration, handler: handler)
    }
}
