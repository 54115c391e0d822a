import Encoding
package import HTTPServer

/// One request to the FHIR API, from HTTP or from an entry of a Bundle.
package struct FHIRRequest: Sendable {
    package var method: HTTPMethod
    /// Segments of the path below the base, decoded; empty for the base itself.
    package var path: [String]
    /// Decoded parameters in order.
    package var query: [(name: String, value: String)]
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(
        method: HTTPMethod, path: [String], query: [(name: String, value: String)] = [],
        headers: HTTPHeaders = [:], body: [UInt8] = []
    ) {
        (self.method, self.path, self.query) = (method, path, query)
        (self.headers, self.body) = (headers, body)
    }

    func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }

    // MARK: Preferences

    /// What a write answers with.
    enum Return { case minimal, representation, outcome }

    private var preferences: [Substring] {
        headers.all("prefer").flatMap { $0.split { $0 == "," || $0 == ";" } }
            .map { $0.drop { $0 == " " } }
    }

    var wantedReturn: Return {
        for preference in preferences {
            switch preference {
            case "return=minimal": return .minimal
            case "return=representation": return .representation
            case "return=OperationOutcome": return .outcome
            default: continue
            }
        }
        return .representation
    }

    /// Whether unknown search parameters are refused instead of ignored.
    var isStrict: Bool { preferences.contains("handling=strict") }

    /// Whether a long operation may be answered later.
    var isAsynchronous: Bool { preferences.contains("respond-async") }

    /// The version that `If-Match` asks for: `W/"3"`, `"3"` or `3`.
    func expectedVersion() throws(FHIRError) -> UInt64? {
        guard let text = headers["if-match"] else { return nil }
        guard let version = Self.version(of: text) else {
            throw .invalid(
                "If-Match must be the ETag of a version, such as W/\"3\".",
                "If-Match 必须是版本的 ETag，例如 W/\"3\"。")
        }
        return version
    }

    static func version(of tag: String) -> UInt64? {
        var text = Substring(tag)
        if text.hasPrefix("W/") { text = text.dropFirst(2) }
        if text.hasPrefix("\""), text.hasSuffix("\""), text.utf8.count >= 2 {
            text = text.dropFirst().dropLast()
        }
        return UInt64(text)
    }

    /// The body as a JSON object within the limits of a request.
    func json() throws(FHIRError) -> JSONValue {
        guard !body.isEmpty else {
            throw .invalid("The request needs a body.", "请求需要正文。")
        }
        if let type = headers["content-type"], type.contains("xml") {
            throw FHIRError(
                415, "not-supported", "xml",
                "Send JSON (application/fhir+json); XML is not taken.",
                "请发送 JSON（application/fhir+json）；不接受 XML。")
        }
        do throws(JSONError) {
            let value = try JSONValue(parsing: body, limits: .standard)
            guard case .object = value else {
                throw JSONError.unexpectedByte(offset: 0, expected: "{")
            }
            return value
        } catch {
            throw FHIRError(400, "structure", error.refusal(in: body))
        }
    }
}
