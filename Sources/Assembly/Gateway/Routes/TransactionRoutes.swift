import Base
import Encoding
import HTTPServer
import Ledger
import Node
import Storage
import Synchronization

/// Sending transactions, many in one request, and asking what became of them.
struct TransactionRoutes {
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
                bodyLimit: RequestBodies.bodyByteCount, handle: submit),
            Route(
                method: .get, path: "/v1/transactions/{id}", access: .everyone,
                summary: "What became of a transaction.",
                parameters: [.path("id", Schema.hash, "The transaction.")],
                gives: [.json(Self.result)],
                refusals: [(410, "What it did is not kept here, with the reason.")],
                handle: status),
        ]
    }

    private func submit(_ exchange: Exchange) throws(APIError) {
        let wait = exchange.request.parameter("wait") ?? "final"
        guard wait == "final" || wait == "received" else {
            throw .parameter("wait", "`received` or `final`", " `received` 或 `final`")
        }
        let type = exchange.request.headers["content-type"] ?? ""
        let batch = try exchange.body { (body) throws(RequestBodyError) in
            try RequestBodies.transactions(body, isJSON: type.hasPrefix("application/json"))
        }
        let bytes = batch.reduce(0) { $0 + $1.count }
        if let error = node.unavailability(for: batch.count, bytes: bytes) {
            throw Self.apiError(error)
        }
        let pending = PendingBatch(batch, waitsForFinal: wait == "final") { results in
            exchange.reply(["results": .array(results)])
        }
        node.submit(batch) { index, result in pending.settle(index, result) }
        pending.submitted()
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
            if let place = try node.place(of: id) {
                let outcome = try node.outcome(at: place)
                exchange.reply(Self.json(.final(place, failure: outcome?.failure), id: id))
            } else {
                let status: JSONValue = node.isPending(id) ? "received" : "unknown"
                exchange.reply(["id": .string(id.description), "status": status])
            }
        } catch {
            throw APIError(error)
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
