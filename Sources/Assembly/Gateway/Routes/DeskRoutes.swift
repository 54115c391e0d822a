import Base
import Consent
import Encoding
import FHIRModel
import HTTPServer
import Ledger
import Node

/// Decisions for an institution that serves records from a store of its own.
///
/// It is answered for the records that it wrote and for its own people only.
struct DeskRoutes {
    let node: Node

    private static let purpose = Schema.choice(Purpose.allCases.map(\.code))
    private static let verdicts = Schema.object(
        ("verdicts", Schema.list(["type": "object"])), ("mark", Schema.number))
    private static let kindVerdicts = Schema.object(
        ("verdicts", Schema.list(["type": "object"])), ("mark", Schema.number),
        ("lasting_ms", Schema.optional(Schema.number)))

    var all: [Route] {
        [
            Route(
                method: .post, path: "/v1/desk/decisions", access: .session,
                summary: "Decide about kinds of records for a reader; nothing is recorded.",
                takes: [
                    .json(
                        Schema.object(
                            ("reader", Schema.hash), ("purpose", Self.purpose),
                            (
                                "kinds",
                                Schema.list(
                                    Schema.object(
                                        ("owner", Schema.hash), ("domain", Schema.string),
                                        ("writer", Schema.hash)))
                            )))
                ],
                gives: [.json(Self.kindVerdicts)], bodyLimit: 2 << 20, handle: decide),
            Route(
                method: .post, path: "/v1/desk/reads", access: .session,
                summary: "Decide about up to 1024 records for a reader, and record the reads.",
                takes: [
                    .json(
                        Schema.object(
                            ("reader", Schema.hash), ("purpose", Self.purpose),
                            (
                                "reads",
                                Schema.list(
                                    Schema.object(
                                        ("owner", Schema.hash), ("record", Schema.hash)))
                            )))
                ],
                gives: [.json(Self.verdicts)],
                refusals: [
                    (404, "An owner is not a member."),
                    (507, "The reads could not be recorded, so nothing may be shown."),
                ],
                bodyLimit: 1 << 20, handle: serve),
            Route(
                method: .get, path: "/v1/desk/mark", access: .everyone,
                summary: "A number that changes when a decision may change, time apart.",
                gives: [.json(Schema.object(("mark", Schema.number)))],
                handle: { [node] exchange in
                    exchange.reply(["mark": .integer(node.rightsMark)])
                }),
        ]
    }

    private func decide(_ exchange: Exchange) throws(APIError) {
        guard let institution = exchange.session else { throw .sessionRequired }
        let body = try exchange.json()
        let (reader, purpose) = try readerAndPurpose(body)
        var kinds: [RecordKind] = []
        for element in body["kinds"]?.elements ?? [] {
            guard let owner = element["owner"]?.stringValue.flatMap({ AccountID($0) }),
                let domain = element["domain"]?.stringValue.flatMap({ Domain(code: $0) }),
                let writer = element["writer"]?.stringValue.flatMap({ AccountID($0) })
            else {
                throw .parameter(
                    "kinds", "objects of owner, domain and writer", "含所有者、数据域和写入者的对象")
            }
            kinds.append(RecordKind(owner: owner, domain: domain, writer: writer))
        }
        try reply(exchange) { () throws(ReadError) in
            let answer = try node.desk.decisions(
                for: reader, purpose: purpose, about: kinds, servedBy: institution)
            // For how long the verdicts hold while the mark stays; null for no end.
            let lasting = answer.lasting.map { JSONValue.integer($0) } ?? .null
            return (answer.decisions, [JSONMember("lasting_ms", lasting)])
        }
    }

    private func serve(_ exchange: Exchange) throws(APIError) {
        guard let institution = exchange.session else { throw .sessionRequired }
        let body = try exchange.json()
        let (reader, purpose) = try readerAndPurpose(body)
        var reads: [(owner: AccountID, record: Hash256)] = []
        for element in body["reads"]?.elements ?? [] {
            guard let owner = element["owner"]?.stringValue.flatMap({ AccountID($0) }),
                let record = element["record"]?.stringValue.flatMap({ Hex.decode($0) })
                    .flatMap({ Hash256($0) })
            else {
                throw .parameter("reads", "objects of owner and record", "含所有者和记录的对象")
            }
            reads.append((owner: owner, record: record))
        }
        try reply(exchange) { () throws(ReadError) in
            let decisions = try node.desk.serve(
                reads, to: reader, purpose: purpose, servedBy: institution)
            return (decisions, [])
        }
    }

    private func readerAndPurpose(
        _ body: JSONValue
    ) throws(APIError) -> (AccountID, Purpose) {
        guard let reader = body["reader"]?.stringValue.flatMap({ AccountID($0) }) else {
            throw .parameter("reader", "an account of 64 hexadecimal digits", "64 位十六进制账户")
        }
        guard let purpose = body["purpose"]?.stringValue.flatMap({ Purpose(code: $0) }) else {
            throw .purpose
        }
        return (reader, purpose)
    }

    private func reply(
        _ exchange: Exchange,
        _ body: () throws(ReadError) -> (decisions: [Decision], members: [JSONMember])
    ) throws(APIError) {
        let mark = node.rightsMark
        do throws(ReadError) {
            let (decisions, members) = try body()
            exchange.reply(
                .object(
                    [
                        JSONMember("verdicts", .array(decisions.map(Self.json))),
                        JSONMember("mark", .integer(mark)),
                    ] + members))
        } catch {
            throw error.apiError
        }
    }

    private static func json(_ decision: Decision) -> JSONValue {
        [
            "allowed": .bool(decision.allowed),
            "reasons": .array(decision.reasons.map { APIError(200, $0.sentence).json }),
        ]
    }
}

extension ReadError {
    /// The answer of the API.
    var apiError: APIError {
        switch self {
        case .audit, .storage: APIError(507, refusal)
        case .diverged: APIError(503, refusal)
        case .count: APIError(400, refusal)
        case .ownerUnknown: APIError(404, refusal)
        }
    }
}
