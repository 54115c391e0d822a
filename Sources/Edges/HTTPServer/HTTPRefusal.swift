/// Why the server itself refuses a request before any route has seen it, or after none answered.
package enum HTTPRefusal: Error, Hashable, Sendable {
    /// The target has bad percent-encoding, NUL, a control, `..`, an empty segment or bad UTF-8.
    case malformedTarget

    /// A header line is not `name: value` in visible characters, or lines do not end with CRLF.
    case malformedHeader

    /// Lengths contradict each other: two, or one and chunks; the connection closes.
    case malformedFraming

    /// An HTTP/1.1 request must name exactly one host.
    case missingHost

    /// The method is none of ``HTTPMethod``.
    case unknownMethod

    /// The method is one of HTTP's that nothing here answers.
    case methodNotAllowed

    /// The only transfer coding understood is `chunked`.
    case unknownTransferCoding

    /// The only expectation understood is `100-continue`.
    case unknownExpectation

    /// The head is longer than this many bytes, or has too many lines.
    case headTooLarge(byteCountMax: Int)

    /// The query has more parameters than this.
    case tooManyParameters(countMax: Int)

    /// The body is longer than this many bytes. The connection closes.
    case bodyTooLarge(byteCountMax: Int)

    /// The server holds as many bodies as it can; try again soon.
    case overloaded

    /// The server is stopping; another node may answer.
    case stopping

    /// The handler let go of the request without an answer: a fault of ours.
    case unanswered

    /// The status that fits.
    ///
    /// Source: RFC 9110 §15, RFC 6585 §5 (431).
    package var status: Int {
        switch self {
        case .malformedTarget, .malformedHeader, .malformedFraming, .missingHost: 400
        case .tooManyParameters: 400
        case .methodNotAllowed: 405
        case .unknownMethod, .unknownTransferCoding: 501
        case .unknownExpectation: 417
        case .headTooLarge: 431
        case .bodyTooLarge: 413
        case .overloaded, .stopping: 503
        case .unanswered: 500
        }
    }

    /// A short English sentence, for handlers that word no refusals of their own.
    package var english: String {
        switch self {
        case .malformedTarget: "The request target is not a valid path and query."
        case .malformedHeader: "The request head is not valid HTTP."
        case .malformedFraming: "The body's length is stated more than once."
        case .missingHost: "The request must name exactly one host."
        case .unknownMethod: "The request method is not known here."
        case .methodNotAllowed: "The request method is never allowed here."
        case .unknownTransferCoding: "The only transfer coding understood is chunked."
        case .unknownExpectation: "The only expectation understood is 100-continue."
        case .headTooLarge(let limit): "The request head is longer than \(limit) bytes."
        case .tooManyParameters(let limit): "The query has more than \(limit) parameters."
        case .bodyTooLarge(let limit): "The request body is longer than \(limit) bytes."
        case .overloaded: "The server is busy; try again in a moment."
        case .stopping: "The server is stopping; try again elsewhere or later."
        case .unanswered: "The server did not answer this request."
        }
    }

    /// What the head of every handler's answer gets beside what it has.
    ///
    /// Source: RFC 9110 §15.5.6.
    var headers: [(name: String, value: String)] {
        guard self == .methodNotAllowed else { return [] }
        return [("allow", HTTPMethod.allCases.map(\.rawValue).joined(separator: ", "))]
    }

    /// The answer as problem details without a type.
    ///
    /// Source: RFC 9457.
    package var problem: HTTPResponse {
        HTTPResponse(
            status: status,
            headers: ["content-type": "application/problem+json", "cache-control": "no-store"],
            text: #"{"status":\#(status),"title":"\#(english)"}"#)
    }
}
