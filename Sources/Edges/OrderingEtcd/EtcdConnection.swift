import Encoding
import HTTPClient
import Ordering
import System

/// Asks the cluster: whichever member answers, again and again until a deadline.
final class EtcdConnection: Sendable {
    /// What one try at one member came to, short of an answer.
    private enum Miss: Error {
        case elsewhere(String)
        case renewToken(HTTPClientField?, String)
        case giveUp(EtcdFailure)
    }

    private static let renewalCountMax = 3

    let settings: EtcdSettings
    let lifetime: Lifetime
    let board: HealthBoard
    private let endpoints: EtcdEndpoints
    private let tokens: EtcdTokens
    private let client: HTTPClient

    init(_ settings: EtcdSettings, lifetime: Lifetime, board: HealthBoard) {
        (self.settings, self.lifetime, self.board) = (settings, lifetime, board)
        endpoints = EtcdEndpoints(settings.endpoints)
        tokens = EtcdTokens(user: settings.user, password: settings.password)
        var configuration = HTTPClientConfiguration()
        configuration.connectTimeout = settings.connectTimeout
        configuration.timeout = settings.requestTimeout
        // The watch is watched over by questions; this only ends connections that nobody needs.
        configuration.silenceTimeout = .seconds(600)
        configuration.bodyByteCountMax = settings.answerByteCountMax
        configuration.certificateAuthorityFile = settings.certificateAuthorityFile
        configuration.clientCertificateFile = settings.clientCertificateFile
        configuration.clientKeyFile = settings.clientKeyFile
        configuration.idleHandleCountMax = settings.appenderCount + 4
        client = HTTPClient(configuration: configuration)
    }

    /// Asks until somebody answers and `read` understands it.
    ///
    /// The question may reach the cluster more than once. `recordByteCount` is for the refusal of
    /// what is too large.
    func ask<Answer>(
        _ request: EtcdRequest, within time: Duration, recordByteCount: Int = 0,
        cancellation: HTTPCancellation? = nil, read: (JSONElement) -> Answer?
    ) throws(EtcdFailure) -> Answer {
        let deadline = SystemClock.monotonicNanoseconds + time.nanoseconds
        return try attempt(until: deadline) { (url) throws(Miss) in
            let body = try self.send(
                request, to: url, deadline, recordByteCount,
                cancellation ?? self.lifetime.cancellation)
            guard let answer = self.parse(body).flatMap(read) else {
                self.board.count { $0.strangeCount += 1 }
                throw .elsewhere("\(url) gave a malformed answer")
            }
            return answer
        }
    }

    /// Asks the member in use, once, without consequences; nil if it does not answer.
    func peek<Answer>(_ request: EtcdRequest, read: (JSONElement) -> Answer?) -> Answer? {
        let now = SystemClock.monotonicNanoseconds
        let choice = endpoints.choose(now: now)
        let deadline = now + settings.requestTimeout.nanoseconds
        let body = try? send(request, to: choice.url, deadline, 0, lifetime.cancellation)
        return body.flatMap { parse($0) }.flatMap(read)
    }

    /// Reads a stream of one member until it ends, fails, or `onLines` returns false, which is
    /// called whenever bytes have come, with the lines that they complete.
    func stream(
        _ request: EtcdRequest, cancellation: HTTPCancellation, onLines: ([[UInt8]]) -> Bool
    ) throws(EtcdFailure) {
        let deadline = SystemClock.monotonicNanoseconds + settings.requestTimeout.nanoseconds
        try attempt(until: 0, isProof: false) { (url) throws(Miss) in
            let field = try self.token(for: url, deadline, cancellation)
            var reader = LineReader(byteCountMax: self.settings.answerByteCountMax)
            var isTooLong = false
            let response: HTTPClientResponse
            do throws(HTTPClientError) {
                response = try self.client.stream(
                    self.question(request, to: url, field), cancellation: cancellation
                ) { bytes in
                    guard let lines = try? reader.read(bytes) else {
                        isTooLong = true
                        return false
                    }
                    return onLines(lines)
                }
            } catch {
                throw self.miss(error, at: url)
            }
            if isTooLong { throw .elsewhere("\(url) sent a line that is too long") }
            try self.check(response, at: url, field, 0)
        }
    }

    // MARK: Tries

    private func attempt<Answer>(
        until deadline: UInt64, isProof: Bool = true, _ body: (String) throws(Miss) -> Answer
    ) throws(EtcdFailure) -> Answer {
        var renewalCount = 0
        while true {
            let choice = endpoints.choose(now: SystemClock.monotonicNanoseconds)
            if choice.waitNanoseconds > 0, !lifetime.pause(nanoseconds: choice.waitNanoseconds) {
                throw .cancelled
            }
            do throws(Miss) {
                let answer = try body(choice.url)
                if isProof {
                    endpoints.succeeded(choice.index)
                    board.worked(at: choice.url)
                }
                return answer
            } catch {
                let reason: String
                switch error {
                case .giveUp(let failure):
                    if case .refused(let error) = failure { board.failed(error, isLast: false) }
                    throw failure
                case .renewToken(let field, let message):
                    renewalCount += 1
                    if tokens.drop(field), renewalCount <= Self.renewalCountMax { continue }
                    board.failed(.denied(message), isLast: false)
                    throw .refused(.denied(message))
                case .elsewhere(let text): reason = text
                }
                if lifetime.isClosed { throw .cancelled }
                let now = SystemClock.monotonicNanoseconds
                let isLast = endpoints.failed(choice.index, now: now)
                board.failed(.unavailable(reason), isLast: isLast)
                guard now < deadline else { throw .unreachable(reason) }
            }
        }
    }

    private func send(
        _ request: EtcdRequest, to url: String, _ deadline: UInt64, _ recordByteCount: Int,
        _ cancellation: HTTPCancellation
    ) throws(Miss) -> [UInt8] {
        let field = try token(for: url, deadline, cancellation)
        return try exchange(request, url, field, deadline, recordByteCount, cancellation)
    }

    private func token(
        for url: String, _ deadline: UInt64, _ cancellation: HTTPCancellation
    ) throws(Miss) -> HTTPClientField? {
        try tokens.field(
            fetch: { (request) throws(Miss) in
                let body = try self.exchange(request, url, nil, deadline, 0, cancellation)
                guard let answer = self.parse(body) else {
                    throw .elsewhere("\(url) gave a malformed answer")
                }
                return answer
            }, malformed: .elsewhere("\(url) gave no token"))
    }

    private func exchange(
        _ request: EtcdRequest, _ url: String, _ field: HTTPClientField?, _ deadline: UInt64,
        _ recordByteCount: Int, _ cancellation: HTTPCancellation
    ) throws(Miss) -> [UInt8] {
        let now = SystemClock.monotonicNanoseconds
        let rest = deadline > now ? deadline - now : 0
        let time = max(50_000_000, min(rest, settings.requestTimeout.nanoseconds))
        var question = question(request, to: url, field)
        question.timeout = .nanoseconds(time)
        let response: HTTPClientResponse
        do throws(HTTPClientError) {
            response = try client.send(question, cancellation: cancellation)
        } catch {
            throw miss(error, at: url)
        }
        try check(response, at: url, field, recordByteCount)
        return response.body
    }

    private func question(
        _ request: EtcdRequest, to url: String, _ field: HTTPClientField?
    ) -> HTTPClientRequest {
        HTTPClientRequest(
            "POST", url + request.path,
            fields: [HTTPClientField("Content-Type", "application/json")]
                + (field.map { [$0] } ?? []),
            body: .bytes(request.body))
    }

    private func check(
        _ response: HTTPClientResponse, at url: String, _ field: HTTPClientField?,
        _ recordByteCount: Int
    ) throws(Miss) {
        guard !response.isSuccess else { return }
        let refusal = EtcdRefusal(status: response.status, body: response.body)
        let limit = settings.recordByteCountMax
        switch refusal.remedy(recordByteCount: recordByteCount, limit: limit) {
        case .askElsewhere: throw .elsewhere("\(url) says: \(refusal.message)")
        case .renewToken: throw .renewToken(field, refusal.message)
        case .giveUp(let failure): throw .giveUp(failure)
        }
    }

    private func miss(_ error: HTTPClientError, at url: String) -> Miss {
        switch error {
        case .cancelled: .giveUp(.cancelled)
        case .responseTooLarge: .giveUp(.answerTooLarge)
        default: .elsewhere("\(url): \(error.text)")
        }
    }

    private func parse(_ body: [UInt8]) -> JSONElement? {
        Self.parse(body, byteCountMax: settings.answerByteCountMax)
    }

    /// Reads JSON from the store within bounds that fit it.
    static func parse(_ body: [UInt8], byteCountMax: Int) -> JSONElement? {
        let limits = JSONLimits(byteCount: byteCountMax, depth: 16, elementCount: 1_000_000)
        return (try? JSONDocument(parsing: body, limits: limits))?.root
    }
}
