/// The request methods this server knows; any other is refused.
///
/// Source: RFC 9110 §9 and RFC 5789 (PATCH).
package enum HTTPMethod: String, CaseIterable, Hashable, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"

    /// Methods that HTTP has, but that nothing here answers.
    static let unanswered: Set<String> = ["CONNECT", "QUERY", "TRACE"]
}
