import Audit
import Base
import Consent
import Encoding
import FHIRModel
import HTTPServer
import Ledger
import Node
import Storage

/// What an owner has permitted and who has read, for the owner alone; and access codes.
struct ConsentRoutes {
    /// Consents of one owner that are listed.
    private static let grantLimit = 10_000

    let node: Node

    var all: [Route] {
        [
            Route(
                method: .get, path: "/v1/consents", access: .session,
                summary: "The owner's consents, all of them, whatever their status.",
                parameters: [
                    .query("owner", Schema.hash, "The caller's own account.", required: true)
                ],
                gives: [.json(Schema.object(("grants", Schema.list(["type": "object"]))))],
                refusals: [(403, "Only the owner may see them.")],
                handle: consents),
            Route(
                method: .get, path: "/v1/audit", access: .session,
                summary: "Every read of the owner's records, allowed or refused, in order.",
                parameters: [
                    .query("owner", Schema.hash, "The caller's own account.", required: true),
                    .query("after", Schema.number, "The sequence number behind which to go on."),
                    .query("limit", Schema.page, "At most this many."),
                ],
                gives: [
                    .json(
                        Schema.object(
                            ("entries", Schema.list(["type": "object"])),
                            ("next", Schema.optional(Schema.number))))
                ],
                refusals: [(403, "Only the owner may see them.")],
                handle: audit),
            Route(
                method: .post, path: "/v1/access-codes/redeem", access: .session,
                summary: "Redeem an access code: a transaction signed by practitioner and code.",
                takes: [.bytes("application/cbor")],
                gives: [.json(["type": "object"])],
                refusals: [(403, "The code is refused; the owner sees the attempt.")],
                bodyLimit: 128 << 10, handle: redeem),
            Route(
                method: .get, path: "/v1/access-codes/{account}", access: .session,
                summary: "What an access code offers, for whoever knows its account.",
                parameters: [.path("account", Schema.hash, "The account of the code's key.")],
                gives: [.json(["type": "object"])],
                refusals: [(404, "There is no such code.")],
                handle: code),
        ]
    }

    private func ownerOnly(_ exchange: Exchange) throws(APIError) -> AccountID {
        let owner = try exchange.account("owner")
        guard exchange.session == owner else {
            throw APIError(
                403, "session.not-owner", "Only the owner may see this. Sign in as the owner.",
                "仅所有者可以查看。请以所有者身份登录。")
        }
        return owner
    }

    private func consents(_ exchange: Exchange) throws(APIError) {
        let owner = try ownerOnly(exchange)
        do throws(StorageError) {
            let state = try node.state()
            let grants = try ConsentQueries.grants(of: owner, limit: Self.grantLimit, in: state)
            exchange.reply(["grants": .array(grants.map(GrantJSON.value))])
        } catch {
            throw APIError(503, error.refusal)
        }
    }

    private func audit(_ exchange: Exchange) throws(APIError) {
        let owner = try ownerOnly(exchange)
        let limit = try exchange.limit()
        var after: UInt64?
        if exchange.request.parameter("after") != nil { after = try exchange.number("after") }
        guard node.openAudits > 0 else {
            return try listAudit(exchange, of: owner, after: after, limit: limit)
        }
        // The owner should see the read that was answered a moment ago.
        Detached.run { [self, after] in
            node.settleAudits()
            do throws(APIError) {
                try listAudit(exchange, of: owner, after: after, limit: limit)
            } catch {
                exchange.reply(error)
            }
        }
    }

    private func listAudit(
        _ exchange: Exchange, of owner: AccountID, after: UInt64?, limit: Int
    ) throws(APIError) {
        do throws(StorageError) {
            let state = try node.state()
            let rows = try AuditQueries.list(of: owner, after: after, limit: limit, in: state)
            let entries = rows.map { sequence, row in
                AuditJSON.value(sequence, row, owner: owner)
            }
            let next = rows.count == limit ? rows.last?.sequence : nil
            exchange.reply([
                "entries": .array(entries), "next": next.map { .integer($0) } ?? .null,
            ])
        } catch {
            throw APIError(503, error.refusal)
        }
    }

    /// Runs the redemption to its end; a refusal is recorded for the owner before the answer.
    private func redeem(_ exchange: Exchange) throws(APIError) {
        guard let reader = exchange.session else { throw .sessionRequired }
        let bytes = exchange.request.body
        let transaction: SignedTransaction
        do throws(TransactionError) {
            transaction = try SignedTransaction(decoding: bytes)
        } catch {
            throw APIError(400, error.refusal)
        }
        guard transaction.body.sender == reader, transaction.body.calls.count == 1,
            let call = transaction.body.calls.first, call.module == ConsentContract.name,
            call.name == "redeemCode",
            let named = try? ConsentContract.NameCode(decoding: call.arguments)
        else {
            throw APIError(
                400, "access-code.transaction",
                "Send one transaction of the signed-in practitioner with the one call "
                    + "consent.redeemCode.",
                "请发送由已登录医务人员签署、仅含 consent.redeemCode 调用的一笔交易。")
        }
        node.submit([bytes]) { [self] _, result in
            finish(result, transaction.id, code: named.code, reader: reader, exchange)
        }
    }

    private func finish(
        _ result: SubmissionResult, _ id: TransactionID, code: AccountID, reader: AccountID,
        _ exchange: Exchange
    ) {
        switch result {
        case .refused(let error):
            exchange.reply(TransactionRoutes.apiError(error))
        case .final(_, nil):
            exchange.reply(TransactionRoutes.json(result, id: id))
        case .final(_, let failure?):
            let refusal =
                Explanations.refusal(for: failure)
                ?? Refusal(failure, "The code was refused.", "授权码被拒绝。")
            // On a thread of its own: this one makes blocks, and recording waits for the disk.
            Detached.run { [self] in
                do {
                    if let found = try ConsentQueries.code(code, in: node.state()) {
                        _ = try node.desk.recordRefusal(
                            owner: found.owner, reader: reader, code: failure, purpose: .treatment)
                    }
                    exchange.reply(APIError(403, refusal))
                } catch let error as ReadError {
                    exchange.reply(APIError(507, error.refusal))
                } catch {
                    exchange.reply(APIError(503, refusal))
                }
            }
        }
    }

    private func code(_ exchange: Exchange) throws(APIError) {
        let account = try exchange.account("account")
        let found: AccessCode?
        do throws(StorageError) {
            found = try ConsentQueries.code(account, in: try node.state())
        } catch {
            throw APIError(503, error.refusal)
        }
        guard let code = found else {
            throw APIError(
                404, "consent.code-unknown", "There is no such access code. Check its letters.",
                "没有此授权码。请核对字母。")
        }
        exchange.reply([
            "owner": .string(code.owner.description), "status": .string("\(code.status)"),
            "domains": .array(code.offer.scope.domains.map { .string($0.code) }),
            "redeem_until": .string(code.offer.redeemUntil.rfc3339),
            "grant": code.redemption.map { .string($0.grant.description) } ?? .null,
            "keys": .array(
                code.offer.keys.map {
                    [
                        "domain": .string($0.domain.code), "epoch": .integer($0.epoch),
                        "sealed": .string(Base64URL.encode($0.sealed)),
                    ]
                }),
        ])
    }
}
