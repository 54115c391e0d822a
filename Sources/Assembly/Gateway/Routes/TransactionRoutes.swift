import Base
import Encoding
import HTTPServer
import Ledger
import Node
import Storage
import Synchronization

/// Sending transactions, many in one request, and asking what became of them.
struct TransactionRoutes {
    /// Transactions of one request.
    static let batchLimit = 1024

    let node: Node

    private static let result = Schema.loose(
        ("id", Schema.hash),
        ("status", Schema.choice(["received", "final", "refused", "unknown"])),
        ("height", Schema.number), ("index", Schema.number), ("failure", Schema.string),
        ("code", Schema.string), ("message", Schema.string), ("message_zh", Schema.string))

    var all: [Route] {
        [
            Route(
                method: .post, path: "/v1/transactions", access: .everyone,
                summary: "Submit up to 1024 signed transactions; each has its own result.",
                parameters: [
                    .query(
                        "wait", Schema.choice(["received", "final"]),
                        "Answer when the transactions are final (the default) or at once.")
                ],
                takes: [
                    .bytes("application/cbor"),
                    .json(Schema.object(("transactions", Schema.list(Schema.bytes)))),
                ],
                gives: [.json(Schema.object(("results", Schema.list(Self.result))))],
                refusals: [
                    (413, "The body is too large."), (429, "The pool is full; nothing was taken."),
                    (503, "The node accepts nothing now; nothing was taken."),
                ],
                bodyLimit: 16 << 20, handle: submit),
            Route(
                method: .get, path: "/v1/transactions/{id}", access: .everyone,
                summary: "What became of a transaction.",
                parameters: [.path("id", Schema.hash, "The transaction.")],
                gives: [.json(Self.result)],
                handle: status),
        ]
    }

    private func submit(_ exchange: Exchange) throws(APIError) {
        let wait = exchange.request.parameter("wait") ?? "final"
        guard wait == "final" || wait == "received" else {
            throw .parameter("wait", "`received` or `final`", " `received` 或 `final`")
        }
        let batch = try transactions(exchange)
        if let error = node.unavailability(for: batch.count) { throw Self.apiError(error) }
        let pending = PendingBatch(batch, waitsForFinal: wait == "final") { results in
            exchange.reply(["results": .array(results)])
        }
        node.submit(batch) { index, result in pending.settle(index, result) }
        pending.submitted()
    }

    private func transactions(_ exchange: Exchange) throws(APIError) -> [[UInt8]] {
        let type = exchange.request.headers["content-type"] ?? ""
        let batch: [[UInt8]]
        if type.hasPrefix("application/json") {
            let elements = try exchange.json()["transactions"]?.elements ?? []
            let decoded = elements.map { $0.stringValue.flatMap { Base64URL.decode($0) } }
            guard decoded.allSatisfy({ $0 != nil }) else {
                throw .parameter("transactions", "base64url strings", " base64url 字符串")
            }
            batch = decoded.compactMap { $0 }
        } else {
            batch = try Self.byteStrings(
                exchange.request.body, limit: Self.batchLimit,
                each: LedgerLimits.transactionByteCount)
        }
        guard (1...Self.batchLimit).contains(batch.count) else {
            throw APIError(
                400, "request.batch",
                "Send 1 to \(Self.batchLimit) transactions; split a larger batch.",
                "每次请发送 1 到 \(Self.batchLimit) 笔交易；更大的批次请拆分。")
        }
        return batch
    }

    /// A CBOR array of byte strings.
    static func byteStrings(
        _ body: [UInt8], limit: Int, each: Int
    ) throws(APIError) -> [[UInt8]] {
        do throws(CBORError) {
            var reader = try CBORReader(
                body, limits: CBORLimits(byteCount: 64 << 20, depth: 4, elementCount: limit))
            let strings = try reader.list(atMost: limit) { (reader) throws(CBORError) in
                try reader.byteString(atMost: 32 << 20)
            }
            try reader.finish()
            return strings
        } catch {
            throw APIError(
                400, "request.cbor",
                "The body must be one deterministic CBOR array of at most \(limit) byte strings "
                    + "(\(error)).",
                "请求体必须是最多 \(limit) 个字节串的确定性 CBOR 数组（\(error)）。")
        }
    }

    static func apiError(_ error: TransactionError) -> APIError {
        switch error {
        case .busy(let seconds): APIError(429, error.refusal, retryAfterSeconds: seconds)
        case .unavailable: APIError(503, error.refusal, retryAfterSeconds: 5)
        default: APIError(400, error.refusal)
        }
    }

    private func status(_ exchange: Exchange) throws(APIError) {
        let id = TransactionID(try exchange.hash("id"))
        do throws(StorageError) {
            if let place = try node.place(of: id), let block = try node.block(at: place.height),
                let entry = try? Entry(decoding: block.entries[Int(place.index)])
            {
                exchange.reply(
                    Self.json(.final(place, failure: entry.outcome.failure), id: id))
            } else {
                let status: JSONValue = node.isPending(id) ? "received" : "unknown"
                exchange.reply(["id": .string(id.description), "status": status])
            }
        } catch {
            throw APIError(503, error.refusal)
        }
    }

    /// One transaction's result as the API words it.
    static func json(_ result: SubmissionResult, id: TransactionID?) -> JSONValue {
        var members: [JSONMember] = []
        if let id { members.append(JSONMember("id", .string(id.description))) }
        switch result {
        case .final(let place, let failure):
            members.append(JSONMember("status", "final"))
            members.append(JSONMember("height", .integer(place.height)))
            members.append(JSONMember("index", .integer(place.index)))
            if let failure {
                members.append(JSONMember("failure", .string(failure)))
                if let refusal = Explanations.refusal(for: failure) {
                    members.append(JSONMember("message", .string(refusal.english)))
                    members.append(JSONMember("message_zh", .string(refusal.chinese)))
                }
            }
        case .refused(let error):
            members.append(JSONMember("status", "refused"))
            members.append(JSONMember("code", .string(error.refusal.code)))
            members.append(JSONMember("message", .string(error.refusal.english)))
            members.append(JSONMember("message_zh", .string(error.refusal.chinese)))
        }
        return .object(members)
    }
}

/// Gathers the results of one request and answers once.
final class PendingBatch: Sendable {
    private struct State {
        var results: [SubmissionResult?]
        var open: Int
        var answered = false
    }

    private let state: Mutex<State>
    private let ids: [TransactionID?]
    private let waitsForFinal: Bool
    private let answer: @Sendable ([JSONValue]) -> Void

    init(
        _ batch: [[UInt8]], waitsForFinal: Bool, answer: @escaping @Sendable ([JSONValue]) -> Void
    ) {
        state = Mutex(
            State(
                results: [SubmissionResult?](repeating: nil, count: batch.count), open: batch.count)
        )
        ids = batch.map { (try? SignedTransaction(decoding: $0))?.id }
        (self.waitsForFinal, self.answer) = (waitsForFinal, answer)
    }

    func settle(_ index: Int, _ result: SubmissionResult) {
        let results: [SubmissionResult?]? = state.withLock { state in
            guard state.results[index] == nil else { return nil }
            state.results[index] = result
            state.open -= 1
            guard state.open == 0, !state.answered, waitsForFinal else { return nil }
            state.answered = true
            return state.results
        }
        if let results { reply(results) }
    }

    /// Everything has been handed to the node: without waiting, what is open has been received.
    func submitted() {
        let results: [SubmissionResult?]? = state.withLock { state in
            guard !waitsForFinal, !state.answered else { return nil }
            state.answered = true
            return state.results
        }
        if let results { reply(results) }
    }

    private func reply(_ results: [SubmissionResult?]) {
        answer(
            zip(ids, results).map { id, result in
                if let result { return TransactionRoutes.json(result, id: id) }
                return ["id": .string(id?.description ?? ""), "status": "received"]
            })
    }
}
