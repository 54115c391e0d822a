import Encoding
import HTTPServer
import System

/// An endpoint of somebody else, on a free port of this machine: keeps what it gets, in order.
final class HookReceiver: HTTPHandler {
    struct Delivery: Hashable, Sendable {
        let method: HTTPMethod
        let path: String
        let authorization: String?
        let contentType: String?
        let body: [UInt8]

        /// Such as `PUT /hook/Patient/1`.
        var line: String { method.rawValue + " " + path }

        var resource: JSONValue? { try? JSONValue(parsing: body) }
    }

    private struct State {
        var deliveries: [Delivery] = []
        var answers: [HTTPResponse] = []
        var standard = HTTPResponse(status: 200)
        var isHolding = false
        var held: [HTTPResponder] = []
    }

    private let state = ConditionMutex(State())

    /// All that came, refused or not.
    var deliveries: [Delivery] { state.withLock { $0.deliveries } }

    var lines: [String] { deliveries.map(\.line) }

    /// The next answers, one after the other; then it takes everything.
    func answer(_ answers: [HTTPResponse]) { state.withLock { $0.answers = answers } }

    /// The answer to everything from now on.
    func answerAlways(_ answer: HTTPResponse) { state.withLock { $0.standard = answer } }

    /// Answers nothing until released.
    func hold() { state.withLock { $0.isHolding = true } }

    func release() {
        let held = state.withLock { state in
            defer { (state.isHolding, state.held) = (false, []) }
            return state.held
        }
        for responder in held { responder.send(HTTPResponse(status: 200)) }
    }

    /// Waits until so many have come.
    func wait(for count: Int) {
        state.wait { $0.deliveries.count >= count ? () : nil }
    }

    func handle(_ request: HTTPRequest, responder: HTTPResponder) {
        let answer = state.withLock { state -> HTTPResponse? in
            state.deliveries.append(
                Delivery(
                    method: request.method, path: request.path,
                    authorization: request.headers["authorization"],
                    contentType: request.headers["content-type"], body: request.body))
            if state.isHolding {
                state.held.append(responder)
                return nil
            }
            return state.answers.isEmpty ? state.standard : state.answers.removeFirst()
        }
        if let answer { responder.send(answer) }
    }
}

/// A receiver with the server that it listens on.
final class HookPlace: Sendable {
    let receiver = HookReceiver()
    private let server: HTTPServer

    init() throws {
        server = try HTTPServer(configuration: HTTPServerConfiguration(), handler: receiver)
    }

    deinit { server.shutdown(gracePeriodSeconds: 0) }

    var origin: String { "http://127.0.0.1:\(server.port)" }

    /// Where notifications are wanted.
    var url: String { origin + "/hook" }

    func close() { server.shutdown(gracePeriodSeconds: 0) }
}
