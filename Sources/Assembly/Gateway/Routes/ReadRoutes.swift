import Keys
import Records
import Base
import Consent
import Encoding
import FHIRModel
import HTTPServer
import Ledger
import Node

/// Reading under consent: every decision leaves an audit entry before the answer leaves.
struct ReadRoutes {
    let node: Node

    private static let purpose = Schema.choice(Purpose.allCases.map(\.code))

    private static let reason = Schema.object(
        ("code", Schema.string), ("message", Schema.string), ("message_zh", Schema.string))

    private static let result = Schema.loose(
        ("record", Schema.hash), ("allowed", Schema.boolean),
        ("reasons", Schema.list(Self.reason)), ("domain", Schema.string),
        ("writer", Schema.hash), ("version", Schema.number), ("epoch", Schema.number),
        ("commitment", Schema.hash), ("body", Schema.bytes), ("envelope", Schema.bytes),
        ("keys", Schema.list(["type": "object"])))

    var all: [Route] {
        [
            Route(
                method: .get, path: "/v1/records", access: .session,
                summary: "The records of an owner that the caller may read.",
                parameters: [
                    .query("owner", Schema.hash, "The owner's account.", required: true),
                    .query("purpose", Self.purpose, "What the reading is for.", required: true),
                    .query(
                        "domain", Schema.choice(Domain.allCases.map(\.code)), "One domain only."),
                    .query("after", Schema.hash, "The record behind which to go on."),
                    .query(
                        "limit", ["type": "integer", "minimum": 1, "maximum": 64], "Page size."),
                ],
                gives: [
                    .json(
                        Schema.object(
                            ("records", Schema.list(["type": "object"])),
                            ("next", Schema.optional(Schema.hash)),
                            ("audit", Schema.list(Schema.hash))))
                ],
                refusals: [(404, "The owner is not a member.")],
                handle: list),
            Route(
                method: .post, path: "/v1/reads", access: .session,
                summary:
                    "Read up to 64 records of one owner; one request is one read of a consent.",
                takes: [
                    .json(
                        Schema.object(
                            ("owner", Schema.hash), ("records", Schema.list(Schema.hash)),
                            ("purpose", Self.purpose)))
                ],
                gives: [
                    .json(
                        Schema.object(
                            ("results", Schema.list(Self.result)),
                            ("audit", Schema.list(Schema.hash))))
                ],
                refusals: [
                    (403, "None of the records may be read; the body says why for each."),
                    (404, "The owner is not a member."),
                    (507, "The read could not be recorded, so it is not answered."),
                ],
                handle: read),
        ]
    }

    private func purpose(_ text: String?) throws(APIError) -> Purpose {
        guard let purpose = text.flatMap({ Purpose(code: $0) }) else {
            throw .purpose
        }
        return purpose
    }

    private func list(_ exchange: Exchange) throws(APIError) {
        guard let reader = exchange.session else { throw .sessionRequired }
        let owner = try exchange.account("owner")
        let purpose = try purpose(exchange.request.parameter("purpose"))
        var domain: Domain?
        if let code = exchange.request.parameter("domain") {
            guard let known = Domain(code: code) else {
                throw .parameter("domain", "a domain's code", "数据域代码")
            }
            domain = known
        }
        var after: Hash256?
        if exchange.request.parameter("after") != nil { after = try exchange.hash("after") }
        let limit = Int(min(64, max(1, try exchange.number("limit", default: 64))))
        do throws(ReadError) {
            let (answer, next) = try node.desk.list(
                of: owner, by: reader, purpose: purpose, domain: domain, after: after,
                limit: limit)
            exchange.reply([
                "records": .array(
                    answer.results.compactMap { result in
                        guard let item = result.item else { return nil }
                        return [
                            "record": .string(result.record.description),
                            "domain": .string(item.domain.code),
                            "writer": .string(item.writer.description),
                            "versions": .integer(item.versions),
                            "state": .string("\(item.status(at: node.now))"),
                        ]
                    }),
                "next": next.map { .string($0.description) } ?? .null,
                "audit": .array(answer.events.map { .string($0.description) }),
            ])
        } catch {
            throw error.apiError
        }
    }

    private func read(_ exchange: Exchange) throws(APIError) {
        guard let reader = exchange.session else { throw .sessionRequired }
        let wanted = try exchange.body { (body) throws(RequestBodyError) in
            try RequestBodies.read(body)
        }
        guard node.configuration.cluster != nil else {
            return try read(wanted, by: reader, exchange)
        }
        // A body may have to come from another node: that must not hold up other clients.
        Detached.run { [self] in
            do throws(APIError) {
                try read(wanted, by: reader, exchange)
            } catch {
                exchange.reply(error)
            }
        }
    }

    private func read(
        _ wanted: ReadRequest, by reader: AccountID, _ exchange: Exchange
    ) throws(APIError) {
        do throws(ReadError) {
            let answer = try node.desk.read(
                wanted.records, of: wanted.owner, by: reader, purpose: wanted.purpose)
            let allowed = answer.results.contains(where: \.decision.allowed)
            exchange.reply(Self.json(answer), status: allowed ? 200 : 403)
        } catch {
            throw error.apiError
        }
    }

    private static func json(_ answer: ReadAnswer) -> JSONValue {
        var members = [
            JSONMember("results", .array(answer.results.map(json))),
            JSONMember("audit", .array(answer.events.map { .string($0.description) })),
        ]
        if !answer.results.contains(where: \.decision.allowed),
            let refusal = answer.results.first?.decision.refusal
        {
            members.append(JSONMember("code", .string(refusal.code)))
            members.append(JSONMember("message", .string(refusal.english)))
            members.append(JSONMember("message_zh", .string(refusal.chinese)))
        }
        return .object(members)
    }

    private static func json(_ result: ReadResult) -> JSONValue {
        var members = [
            JSONMember("record", .string(result.record.description)),
            JSONMember("allowed", .bool(result.decision.allowed)),
            JSONMember(
                "reasons",
                .array(
                    result.decision.reasons.map {
                        APIError(200, $0.sentence).json
                    })),
        ]
        guard let content = result.content, let item = result.item else { return .object(members) }
        let version = content.version.content
        members += [
            JSONMember("domain", .string(item.domain.code)),
            JSONMember("writer", .string(content.version.writer.description)),
            JSONMember("version", .integer(content.number)),
            JSONMember("epoch", .integer(version.epoch)),
            JSONMember("commitment", .string(version.commitment.description)),
            JSONMember("body", .string(Base64URL.encode(content.body))),
            JSONMember("envelope", .string(Base64URL.encode(content.envelope))),
            JSONMember("transaction", .string(content.version.transaction.description)),
            JSONMember(
                "keys",
                .array(
                    content.key.map {
                        [
                            [
                                "kind": "grant", "sealed": .string(Base64URL.encode($0.sealed)),
                                "consent": .string($0.consent.description),
                            ]
                        ]
                    } ?? [])),
        ]
        return .object(members)
    }
}
