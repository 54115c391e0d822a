package import Base
import Cryptography
import Encoding
package import HTTPServer
import Ledger
import Metrics
package import Node
import System

/// The HTTP door of one node: it finds the route, checks the session and words the refusals.
package final class Gateway: HTTPHandler {
    /// The version that the API reports.
    package static let version = "0.1.0"

    /// Largest head of any route's body that is buffered.
    static let headers: [(String, String)] = [
        ("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer"),
        ("cache-control", "no-store"), ("cross-origin-resource-policy", "same-origin"),
    ]

    let node: Node
    let sessions: Sessions
    let random: any RandomSource
    private let log: NodeLog?
    private let requests: Histogram
    private let routes: [Route]

    package init(
        node: Node, log: NodeLog? = nil, pages: [GatewayPage] = [],
        random: any RandomSource = SystemRandom()
    ) {
        (self.node, self.log, self.random) = (node, log, random)
        sessions = Sessions(random: random)
        requests = node.metrics.registry.histogram(
            "kanglian_request_duration_seconds", help: "Time from a request to its answer.")
        routes = Gateway.routes(node: node, sessions: sessions, pages: pages)
        let gauge = node.metrics.registry
        gauge.gauge("kanglian_pool_transactions", help: "Transactions waiting for a block.") {
            [unowned node] in Int64(node.poolCount)
        }
        gauge.gauge("kanglian_open_audits", help: "Reads answered and not on the chain yet.") {
            [unowned node] in Int64(node.openAudits)
        }
    }

    /// Every operation, for the description and its test.
    static func routes(node: Node, sessions: Sessions, pages: [GatewayPage]) -> [Route] {
        var routes = ZoneRoutes(node: node).all
        routes += SessionRoutes(node: node, sessions: sessions).all
        routes += TransactionRoutes(node: node).all
        routes += ChainRoutes(node: node).all
        routes += SnapshotRoutes(node: node).all
        routes += MemberRoutes(node: node).all
        routes += GovernanceRoutes(node: node).all
        routes += VaultRoutes(node: node).all
        routes += ReadRoutes(node: node).all
        routes += DeskRoutes(node: node).all
        routes += ConsentRoutes(node: node).all
        routes += OperationsRoutes(node: node).all
        routes += StatusRoutes(node: node).all
        let described = routes + [OperationsRoutes.description(of: [])]
        return routes + [OperationsRoutes.description(of: described)] + PageRoutes(pages: pages).all
    }

    /// Method, path and access of each described operation.
    package var operations: [(method: HTTPMethod, path: String, needsSession: Bool)] {
        routes.map { ($0.method, $0.path, $0.access == .session) }
    }

    package func handle(_ request: HTTPRequest, responder: HTTPResponder) {
        let start = SystemClock.monotonicNanoseconds
        do throws(APIError) {
            let (route, values) = try find(request)
            let exchange = Exchange(
                request: request, session: try session(of: request, for: route),
                pathValues: values
            ) { [self] response in
                send(response, responder, operation: route.operationID, start: start)
            }
            do throws(APIError) {
                try route.handle(exchange)
            } catch {
                exchange.reply(error)
            }
        } catch {
            send(error.response, responder, operation: "none", start: start)
        }
    }

    private func send(
        _ response: HTTPResponse, _ responder: HTTPResponder, operation: String, start: UInt64
    ) {
        var response = response
        for (name, value) in Gateway.headers where response.headers[name] == nil {
            response.headers[name] = value
        }
        let microseconds = (SystemClock.monotonicNanoseconds - start) / 1000
        requests.observe(microseconds)
        log?.answered(operation, status: response.status, microseconds: microseconds)
        responder.send(response)
    }

    private func find(_ request: HTTPRequest) throws(APIError) -> (Route, [String: String]) {
        let segments = request.path == "/" ? [] : request.segments
        var allowed: [String] = []
        // HEAD is answered as GET; the server leaves out the body.
        let method = request.method == .head ? .get : request.method
        for route in routes {
            guard let values = route.match(segments) else { continue }
            if route.method == method { return (route, values) }
            allowed.append(route.method.rawValue)
        }
        guard allowed.isEmpty else {
            throw APIError(
                405, "request.method",
                "This path takes \(allowed.joined(separator: ", ")) only.",
                "此路径仅接受 \(allowed.joined(separator: ", "))。")
        }
        throw .unknownPath
    }

    private func session(
        of request: HTTPRequest, for route: Route
    ) throws(APIError) -> AccountID? {
        guard route.access == .session else { return nil }
        guard let header = request.headers["authorization"], header.hasPrefix("Bearer "),
            let account = sessions.account(of: header.dropFirst(7), now: node.now)
        else { throw .sessionRequired }
        return account
    }

    package func bodyLimit(method: HTTPMethod, path: String) -> Int? {
        let head = HTTPRequestHead(method: method, path: path)
        return routes.first { $0.method == method && $0.match(head.segments) != nil }?.bodyLimit
    }

    package func refuse(_ reason: HTTPRefusal) -> HTTPResponse {
        APIError(
            reason.status, "http.\(reason.code)", reason.english,
            "请求不符合 HTTP 规范或超出限制：\(reason.english)"
        ).response
    }
}

extension HTTPRefusal {
    /// The stable code of the API's problem body.
    fileprivate var code: String {
        switch self {
        case .malformedTarget: "malformed-target"
        case .malformedHeader: "malformed-header"
        case .malformedFraming: "malformed-framing"
        case .missingHost: "missing-host"
        case .unknownMethod: "unknown-method"
        case .methodNotAllowed: "method-not-allowed"
        case .unknownTransferCoding: "unknown-transfer-coding"
        case .unknownExpectation: "unknown-expectation"
        case .headTooLarge: "head-too-large"
        case .tooManyParameters: "too-many-parameters"
        case .bodyTooLarge: "body-too-large"
        case .overloaded: "overloaded"
        case .stopping: "stopping"
        case .unanswered: "unanswered"
        }
    }
}
