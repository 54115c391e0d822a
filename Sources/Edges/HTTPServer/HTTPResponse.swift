/// What is answered: a status, fields and a body.
///
/// The server itself sets `Content-Length`, `Transfer-Encoding` and `Date`, and drops the first two
/// here. A field that would break the message (CR, LF) turns the answer into a bare 500.
package struct HTTPResponse: Sendable {
    package enum Body: Sendable {
        /// A body in memory, sent with its length.
        case bytes([UInt8])

        /// Events, sent as they come until the stream ends.
        case stream(EventStream)

        /// A body made piece by piece, as fast as the client reads.
        case pieces(HTTPBodySource)
    }

    /// 200…599; anything else is sent as 500.
    package var status: Int
    package var headers: HTTPHeaders
    package var body: Body

    package init(status: Int, headers: HTTPHeaders = [:], body: Body = .bytes([])) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    package init(status: Int, headers: HTTPHeaders = [:], text: String) {
        self.init(status: status, headers: headers, body: .bytes(Array(text.utf8)))
    }
}
