/// The request methods this server knows; any other is answered 501.
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
}
