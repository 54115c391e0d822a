import Base
import Encoding
import FHIRModel
import FHIRSearch
import HTTPServer

/// What one entry of a batch or transaction asks for.
struct EntryRequest {
    let index: Int
    let request: FHIRRequest
    let fullURL: String?
    let resource: JSONValue?

    /// Where the entry stands, for messages.
    var place: String { "Bundle.entry[\(index)]" }

    init(_ entry: JSONValue, index: Int) throws(FHIRError) {
        self.index = index
        let place = "Bundle.entry[\(index)]"
        guard let asked = entry["request"], let url = asked["url"]?.stringValue,
            let method = asked["method"]?.stringValue.flatMap({ HTTPMethod(rawValue: $0) })
        else {
            throw .invalid(
                "The entry needs a request with a method and a url.",
                "条目需要含 method 和 url 的 request。", at: place)
        }
        var headers = HTTPHeaders()
        for (name, member) in [
            ("if-match", "ifMatch"), ("if-none-match", "ifNoneMatch"),
            ("if-none-exist", "ifNoneExist"), ("if-modified-since", "ifModifiedSince"),
        ] {
            if let value = asked[member]?.stringValue { headers.add(name, value) }
        }
        fullURL = entry["fullUrl"]?.stringValue
        resource = entry["resource"]
        guard let (path, query) = Self.target(url) else {
            throw .invalid(
                "The entry's url is none that this server has.",
                "条目的 url 不是本服务器的地址。", at: place + ".request.url")
        }
        request = FHIRRequest(
            method: method, path: path, query: query, headers: headers,
            body: resource?.serialized() ?? [])
    }

    /// Path and query of a relative URL such as `Patient?name=x`; nil for a broken one.
    static func target(_ url: String) -> (path: [String], query: [(name: String, value: String)])? {
        let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].split(separator: "/").compactMap { PercentText.decode($0) }
        guard !url.contains("://"), parts[0].split(separator: "/").count == path.count else {
            return nil
        }
        guard parts.count == 2 else { return (path, []) }
        guard let query = query(parts[1]) else { return nil }
        return (path, query)
    }

    /// Decoded parameters of a query; nil for a broken escape.
    static func query(_ text: some StringProtocol) -> [(name: String, value: String)]? {
        var query: [(name: String, value: String)] = []
        for part in text.split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            func decoded(_ text: some StringProtocol) -> String? {
                PercentText.decode(String(text.map { $0 == "+" ? " " : $0 }))
            }
            guard let name = decoded(pair[0]), let value = decoded(pair.count == 2 ? pair[1] : "")
            else { return nil }
            query.append((name, value))
        }
        return query
    }
}
