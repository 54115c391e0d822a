/// One decoded `name=value` of a request's query.
package struct HTTPParameter: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What is known of a request before its body: method, target, fields and who sends it.
package struct HTTPRequestHead: Hashable, Sendable {
    package let method: HTTPMethod

    /// The decoded path: begins with `/`, has no NUL, control, `.`, `..` or empty inner segment.
    ///
    /// An encoded slash is refused, so splitting at `/` gives exactly the segments that were sent.
    package let path: String

    /// The decoded query, in order; a name without `=` has an empty value.
    package let query: [HTTPParameter]

    package let headers: HTTPHeaders

    /// The body's declared length in bytes; nil if it comes in chunks or there is none.
    package let contentLength: Int?

    /// The numeric address of the client's end of the socket.
    package let remoteAddress: String

    package init(
        method: HTTPMethod, path: String, query: [HTTPParameter] = [], headers: HTTPHeaders = [:],
        contentLength: Int? = nil, remoteAddress: String = "127.0.0.1"
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.contentLength = contentLength
        self.remoteAddress = remoteAddress
    }

    /// The path's segments; a trailing slash gives a last, empty one.
    package var segments: [Substring] {
        path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    }

    /// The first query value of that name (names keep their case).
    package func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }
}

/// A whole request, its body in memory.
package struct HTTPRequest: Hashable, Sendable {
    package let head: HTTPRequestHead
    package let body: [UInt8]

    package init(head: HTTPRequestHead, body: [UInt8] = []) {
        self.head = head
        self.body = body
    }

    package var method: HTTPMethod { head.method }
    package var path: String { head.path }
    package var query: [HTTPParameter] { head.query }
    package var headers: HTTPHeaders { head.headers }
    package var remoteAddress: String { head.remoteAddress }
    package var segments: [Substring] { head.segments }

    /// The first query value of that name.
    package func parameter(_ name: String) -> String? { head.parameter(name) }
}
