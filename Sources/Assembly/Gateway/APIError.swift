import Base
import Encoding
import FHIRModel
import HTTPServer
import Storage

/// An answer that refuses: a status, a code, and a sentence in two languages.
struct APIError: Error, Hashable, Sendable {
    let status: Int
    let refusal: Refusal
    var retryAfterSeconds: Int?

    init(_ status: Int, _ refusal: Refusal, retryAfterSeconds: Int? = nil) {
        (self.status, self.refusal) = (status, refusal)
        self.retryAfterSeconds = retryAfterSeconds
    }

    init(_ status: Int, _ code: String, _ english: String, _ chinese: String) {
        self.init(status, Refusal(code, english, chinese))
    }

    /// A failure of the node's disks, or what the node does not keep: that is gone, not broken.
    init(_ error: StorageError) {
        if case .absent = error {
            self.init(410, error.refusal)
        } else {
            self.init(503, error.refusal)
        }
    }

    /// A parameter that is missing or has the wrong form.
    static func parameter(_ name: String, _ expected: String, _ chinese: String) -> APIError {
        APIError(
            400, "request.parameter", "The parameter `\(name)` must be \(expected).",
            "参数 `\(name)` 必须是\(chinese)。")
    }

    static var purpose: APIError {
        let codes = Purpose.allCases.map(\.code).joined(separator: ", ")
        return parameter("purpose", "one of: \(codes)", "以下之一：\(codes)")
    }

    static let unknownPath = APIError(
        404, "request.unknown-path", "There is nothing here. See /openapi.json for all paths.",
        "此路径不存在。全部路径见 /openapi.json。")

    static let sessionRequired = APIError(
        401, "session.required",
        "Sign in first: ask /v1/session/challenge for a challenge and sign it.",
        "请先登录：向 /v1/session/challenge 索取质询并签名。")

    var json: JSONValue {
        [
            "code": .string(refusal.code), "message": .string(refusal.english),
            "message_zh": .string(refusal.chinese),
        ]
    }

    var response: HTTPResponse {
        var response = HTTPResponse.json(json, status: status)
        if let retryAfterSeconds { response.headers["retry-after"] = String(retryAfterSeconds) }
        if status == 401 { response.headers["www-authenticate"] = "Bearer" }
        return response
    }
}

extension HTTPResponse {
    static func json(_ value: JSONValue, status: Int = 200) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: ["content-type": "application/json; charset=utf-8"],
            body: .bytes(value.serialized()))
    }
}
