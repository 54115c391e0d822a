import Base
import Encoding
import HTTPServer
import Ledger
import Synchronization

/// Who may use a route.
enum RouteAccess: Hashable, Sendable {
    /// Public data, or a request that proves itself.
    case everyone
    /// A signed-in account.
    case session
}

/// One parameter in the path or the query.
struct RouteParameter: Sendable {
    enum Place: String, Sendable {
        case path
        case query
    }

    let name: String
    let place: Place
    let isRequired: Bool
    let schema: JSONValue
    let summary: String

    static func path(_ name: String, _ schema: JSONValue, _ summary: String) -> RouteParameter {
        RouteParameter(
            name: name, place: .path, isRequired: true, schema: schema, summary: summary)
    }

    static func query(
        _ name: String, _ schema: JSONValue, _ summary: String, required: Bool = false
    ) -> RouteParameter {
        RouteParameter(
            name: name, place: .query, isRequired: required, schema: schema, summary: summary)
    }
}

/// What a route takes or gives: a media type and, for JSON, a schema.
struct RouteContent: Sendable {
    let mediaType: String
    let schema: JSONValue

    static func json(_ schema: JSONValue) -> RouteContent {
        RouteContent(mediaType: "application/json", schema: schema)
    }

    static func bytes(_ mediaType: String) -> RouteContent {
        RouteContent(mediaType: mediaType, schema: ["type": "string", "format": "binary"])
    }

    static func text(_ mediaType: String) -> RouteContent {
        RouteContent(mediaType: mediaType, schema: ["type": "string"])
    }
}

/// One operation of the API: what the router matches, the description shows and the handler does.
struct Route: Sendable {
    let method: HTTPMethod
    /// The path with `{names}`, such as `/v1/receipts/{id}`.
    let path: String
    let access: RouteAccess
    let summary: String
    var parameters: [RouteParameter] = []
    var takes: [RouteContent] = []
    let gives: [RouteContent]
    /// Statuses other than 200 that the route itself may answer, with their meaning.
    var refusals: [(status: Int, meaning: String)] = []
    /// The largest body, in bytes.
    var bodyLimit = 64 << 10
    let handle: @Sendable (Exchange) throws(APIError) -> Void

    var segments: [Substring] { path.dropFirst().split(separator: "/") }

    /// The operation's name in the description, such as `get-v1-receipts-id`.
    var operationID: String {
        let words = segments.map { $0.filter { $0 != "{" && $0 != "}" } }
        return ([method.rawValue.lowercased()] + words).joined(separator: "-")
    }

    /// The path's values when it matches.
    func match(_ segments: [Substring]) -> [String: String]? {
        let own = self.segments
        guard own.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (pattern, segment) in zip(own, segments) {
            if pattern.first == "{" {
                values[String(pattern.dropFirst().dropLast())] = String(segment)
            } else if pattern != segment {
                return nil
            }
        }
        return values
    }
}

/// One request on its way: its parameters, who sent it, and the answer it still owes.
final class Exchange: Sendable {
    let request: HTTPRequest
    /// The signed-in account, on routes that need one.
    let session: AccountID?
    private let pathValues: [String: String]
    private let answer: @Sendable (HTTPResponse) -> Void

    init(
        request: HTTPRequest, session: AccountID?, pathValues: [String: String],
        answer: @escaping @Sendable (HTTPResponse) -> Void
    ) {
        (self.request, self.session, self.pathValues) = (request, session, pathValues)
        self.answer = answer
    }

    func reply(_ value: JSONValue, status: Int = 200) { answer(.json(value, status: status)) }

    func reply(_ response: HTTPResponse) { answer(response) }

    func reply(_ error: APIError) { answer(error.response) }

    // MARK: Parameters

    func pathValue(_ name: String) -> String { pathValues[name] ?? "" }

    func account(_ name: String) throws(APIError) -> AccountID {
        guard let text = pathValues[name] ?? request.parameter(name),
            let account = AccountID(text)
        else { throw .parameter(name, "an account of 64 hexadecimal digits", "64 位十六进制账户") }
        return account
    }

    func hash(_ name: String) throws(APIError) -> Hash256 {
        guard let text = pathValues[name] ?? request.parameter(name),
            let hash = Hex.decode(text).flatMap({ Hash256($0) })
        else { throw .parameter(name, "64 hexadecimal digits", "64 位十六进制数") }
        return hash
    }

    func number(_ name: String, default value: UInt64? = nil) throws(APIError) -> UInt64 {
        guard let text = pathValues[name] ?? request.parameter(name) else {
            if let value { return value }
            throw .parameter(name, "a number", "数字")
        }
        guard let number = UInt64(text) else { throw .parameter(name, "a number", "数字") }
        return number
    }

    /// A page size between 1 and `limit`.
    func limit(_ limit: UInt64 = 500) throws(APIError) -> Int {
        let number = try number("limit", default: min(100, limit))
        guard (1...limit).contains(number) else {
            throw .parameter("limit", "1 to \(limit)", " 1 到 \(limit) 之间")
        }
        return Int(number)
    }

    /// The body as JSON within the limits of a request.
    func json() throws(APIError) -> JSONValue {
        try body { (body) throws(RequestBodyError) in try RequestBodies.json(body) }
    }

    /// The body as one of ``RequestBodies``.
    func body<Value>(
        _ decode: ([UInt8]) throws(RequestBodyError) -> Value
    ) throws(APIError) -> Value {
        do throws(RequestBodyError) {
            return try decode(request.body)
        } catch {
            throw error.answer
        }
    }
}
