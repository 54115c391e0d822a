import Base
import Encoding
import FHIRModel
package import HTTPServer
import System

/// The HTTP door of a FHIR service: addresses, tokens, media types and limits.
package final class FHIRGateway: HTTPHandler {
    /// Bytes of a body: a Bundle with a resident's whole history.
    private static let bodyLimit = 64 << 20

    let service: FHIRService
    let tokens: TokenDesk
    private let threads: RequestThreads
    /// Segments of the base's path, such as `fhir`.
    private let root: [Substring]

    /// - Parameter threads: requests that are answered at a time.
    package init(service: FHIRService, tokens: TokenDesk, threads: Int = 16) throws {
        (self.service, self.tokens) = (service, tokens)
        self.threads = try RequestThreads(count: threads)
        root = ["fhir"]
    }

    package func bodyLimit(method: HTTPMethod, path: String) -> Int? { Self.bodyLimit }

    package func handle(_ request: HTTPRequest, responder: HTTPResponder) {
        let taken = threads.take { [self] in responder.send(answer(to: request)) }
        if !taken {
            responder.send(
                response(
                    FHIRAnswer(
                        FHIRError(
                            503,
                            issues: [
                                .init(
                                    "throttled",
                                    Refusal(
                                        "fhir.busy", "The server is busy. Try again.",
                                        "服务器繁忙，请重试。"))
                            ], retryAfter: 2)), pretty: false))
        }
    }

    package func refuse(_ reason: HTTPRefusal) -> HTTPResponse {
        response(
            FHIRAnswer(
                FHIRError(
                    reason.status, "structure",
                    Refusal(
                        "fhir.http", reason.english, "请求不符合 HTTP 规范或超出限制：\(reason.english)"))
            ), pretty: false)
    }

    /// Takes no more requests.
    package func close() { threads.close() }

    // MARK: Answers

    private func answer(to request: HTTPRequest) -> HTTPResponse {
        let segments = request.segments.filter { !$0.isEmpty }
        guard segments.starts(with: root) else {
            return response(FHIRAnswer(.notFound("page")), pretty: false)
        }
        let path = segments.dropFirst(root.count).map(String.init)
        let fhir = FHIRRequest(
            method: request.method, path: path,
            query: request.query.map { (name: $0.name, value: $0.value) },
            headers: request.headers, body: request.body)
        let isPretty = fhir.parameter("_pretty") == "true"
        do throws(FHIRError) {
            if let open = try openAnswer(fhir) { return open }
            try checkFormat(fhir)
            let caller = try caller(of: fhir)
            if let file = try fileAnswer(fhir, caller) { return file }
            return response(service.respond(to: fhir, for: caller), pretty: isPretty)
        } catch {
            return response(FHIRAnswer(error), pretty: isPretty)
        }
    }

    /// What needs no token: discovery, the capability statement, and the token endpoint.
    private func openAnswer(_ request: FHIRRequest) throws(FHIRError) -> HTTPResponse? {
        let isRead = request.method == .get || request.method == .head
        switch request.path {
        case [".well-known", "smart-configuration"] where isRead:
            return Self.json(SmartConfiguration.document(tokens), status: 200)
        case ["token"] where request.method == .post:
            return tokenAnswer(request)
        case ["openapi.json"] where isRead:
            return Self.json(FHIRDescription.document(of: service), status: 200)
        case ["metadata"] where isRead:
            return response(
                FHIRAnswer(200, Capability.statement(of: service)),
                pretty: request.parameter("_pretty") == "true")
        default: return nil
        }
    }

    private func tokenAnswer(_ request: FHIRRequest) -> HTTPResponse {
        guard let form = EntryRequest.query(String(decoding: request.body, as: UTF8.self)) else {
            return Self.json(["error": "invalid_request"], status: 400)
        }
        do throws(TokenDesk.Refused) {
            let token = try tokens.token(for: form)
            var answer = Self.json(
                [
                    "access_token": .string(token.text), "token_type": "bearer",
                    "expires_in": .integer(TokenDesk.tokenSeconds),
                    "scope": .string(token.scopes.texts.joined(separator: " ")),
                ], status: 200)
            answer.headers["cache-control"] = "no-store"
            return answer
        } catch {
            return Self.json(error.json, status: error.status)
        }
    }

    private func caller(of request: FHIRRequest) throws(FHIRError) -> Caller {
        var purpose = Purpose.treatment
        if let text = request.headers["x-purpose-of-use"] {
            guard let known = Purpose(code: text) else {
                throw .invalid(
                    "X-Purpose-Of-Use must be a code of HL7's PurposeOfUse, such as TREAT or BTG.",
                    "X-Purpose-Of-Use 必须是 HL7 PurposeOfUse 代码，例如 TREAT 或 BTG。")
            }
            purpose = known
        }
        guard let header = request.headers["authorization"],
            header.lowercased().hasPrefix("bearer "),
            let caller = tokens.caller(of: header.dropFirst(7), purpose: purpose)
        else {
            throw FHIRError(
                401, "login", "token",
                "A token is needed: ask \(tokens.endpoint) for one (SMART Backend Services).",
                "需要令牌：请向 \(tokens.endpoint) 申请（SMART Backend Services）。")
        }
        return caller
    }

    /// Refuses forms other than JSON.
    private func checkFormat(_ request: FHIRRequest) throws(FHIRError) {
        let wanted = request.parameter("_format") ?? request.headers["accept"] ?? "json"
        let isTaken =
            wanted.isEmpty
            || ["json", "*/*", "application/*", "text/html"].contains { wanted.contains($0) }
        guard isTaken else {
            throw FHIRError(
                406, "not-supported", "format", "Answers are JSON (application/fhir+json) only.",
                "仅以 JSON（application/fhir+json）应答。")
        }
    }

    // MARK: Responses

    private func response(_ answer: FHIRAnswer, pretty: Bool) -> HTTPResponse {
        var response = HTTPResponse(status: answer.status)
        for (name, value) in answer.headers where name != "x-last-updated" {
            response.headers[name] = value
        }
        response.headers["cache-control"] = "no-store"
        response.headers["x-content-type-options"] = "nosniff"
        switch answer.body {
        case .none: break
        case .resource(let value):
            response.headers["content-type"] = "application/fhir+json; charset=utf-8"
            response.body = .bytes(value.serialized(pretty: pretty))
        case .bytes(let bytes):
            response.headers["content-type"] = "application/fhir+json; charset=utf-8"
            let value = pretty ? try? JSONValue(parsing: bytes) : nil
            response.body = .bytes(value?.serialized(pretty: true) ?? bytes)
        case .other(let bytes, let type):
            response.headers["content-type"] = type
            response.body = .bytes(bytes)
        }
        if answer.status == 401 { response.headers["www-authenticate"] = "Bearer" }
        return response
    }

    private static func json(_ value: JSONValue, status: Int) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: ["content-type": "application/json; charset=utf-8"],
            body: .bytes(value.serialized()))
    }

    private func fileAnswer(
        _ request: FHIRRequest, _ caller: Caller
    ) throws(FHIRError) -> HTTPResponse? {
        switch (request.path.first, request.path.count, request.method) {
        case ("export-files", 3, .get):
            return try service.exports.file(request.path[1], request.path[2], for: caller)
        case ("export-status", 2, .get):
            return response(
                try service.exports.status(
                    request.path[1], for: caller, service.address, now: service.clock()),
                pretty: false)
        case ("export-status", 2, .delete):
            return response(
                try service.exports.delete(request.path[1], for: caller), pretty: false)
        default: return nil
        }
    }
}
