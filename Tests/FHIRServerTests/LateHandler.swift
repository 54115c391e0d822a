import HTTPServer
import Synchronization

/// Hands requests to a handler that is known later.
final class LateHandler: HTTPHandler {
    private let inner = Mutex<(any HTTPHandler)?>(nil)

    func set(_ handler: any HTTPHandler) { inner.withLock { $0 = handler } }

    func handle(_ request: HTTPRequest, responder: HTTPResponder) {
        guard let handler = inner.withLock({ $0 }) else {
            responder.send(HTTPResponse(status: 503))
            return
        }
        handler.handle(request, responder: responder)
    }

    func bodyLimit(method: HTTPMethod, path: String) -> Int? { 64 << 20 }
}
