import Base
import Cryptography
import Encoding
import Governance
import HTTPServer
import Ledger
import Node
import Storage

/// Who validates, what is proposed, and what waits for whom.
struct GovernanceRoutes {
    let node: Node

    private static let validator = Schema.object(
        ("account", Schema.hash), ("key", Schema.string), ("weight", Schema.number))

    private static let waiting = Schema.object(
        ("proposal", Schema.hash), ("kind", Schema.choice(["rotation", "scheduled", "emergency"])),
        ("agreed", Schema.number), ("checkpoint_height", Schema.number),
        ("checkpoint_root", Schema.hash), ("validators_digest", Schema.hash),
        ("ready_weight", Schema.number), ("total_weight", Schema.number),
        ("is_ready", Schema.boolean), ("switches_at", Schema.number),
        ("lapses_at", Schema.number), ("validators", Schema.list(["type": "object"])))

    private static let proposal = Schema.object(
        ("proposal", Schema.hash), ("kind", Schema.string), ("standing", Schema.string),
        ("proposer", Schema.hash), ("height", Schema.number),
        ("changes", Schema.list(["type": "object"])), ("approved_weight", Schema.number),
        ("rejected_weight", Schema.number), ("needs_authority", Schema.boolean),
        ("is_authorised", Schema.boolean))

    var all: [Route] {
        [
            Route(
                method: .get, path: "/v1/governance", access: .everyone,
                summary: "The validators of this epoch, the change that waits, and proposals.",
                parameters: [
                    .query("after", Schema.hash, "Only proposals behind this one."),
                    .query("limit", Schema.page, "At most this many proposals."),
                ],
                gives: [
                    .json(
                        Schema.object(
                            ("epoch", Schema.number), ("first", Schema.number),
                            ("height", Schema.number), ("span", Schema.number),
                            ("authority", Schema.hash), ("total_weight", Schema.number),
                            ("validators", Schema.list(Self.validator)),
                            ("waiting", Schema.optional(Self.waiting)),
                            ("proposals", Schema.list(Self.proposal))))
                ],
                handle: governance)
        ]
    }

    private func governance(_ exchange: Exchange) throws(APIError) {
        let limit = try exchange.limit()
        let after =
            try exchange.request.parameter("after") == nil ? nil : exchange.hash("after")
        let genesis = node.configuration.genesis
        let height = node.head.height
        do throws(StorageError) {
            let state = try node.state()
            let current = try ValidatorTable.current(genesis, in: state)
            let change = try GovernanceQueries.waiting(in: state)
            let proposals = try GovernanceQueries.proposals(
                of: current.epoch, genesis: genesis, after: after, limit: limit, in: state)
            exchange.reply([
                "epoch": .integer(current.epoch), "first": .integer(current.first),
                "height": .integer(height), "span": .integer(ValidatorSchedule.spanLength),
                "authority": .string(genesis.authority.description),
                "total_weight": .integer(current.validators.totalWeight),
                "validators": .array(current.validators.validators.map(Self.json)),
                "waiting": change.map { Self.json($0, current.validators, height) } ?? .null,
                "proposals": .array(proposals.map { Self.json($0, current.validators) }),
            ])
        } catch {
            throw APIError(503, error.refusal)
        }
    }

    private static func json(_ validator: Validator) -> JSONValue {
        [
            "account": .string(validator.account.description),
            "key": .string(Hex.encode(validator.key.tagged)),
            "weight": .integer(validator.weight),
        ]
    }

    private static func json(
        _ change: ValidatorChange, _ current: ValidatorSet, _ height: UInt64
    ) -> JSONValue {
        let next = change.kind == .emergency ? height + 1 : ValidatorSchedule.end(from: height + 1)
        return [
            "proposal": .string(change.proposal.description), "kind": .string("\(change.kind)"),
            "agreed": .integer(change.agreed),
            "checkpoint_height": .integer(change.checkpointHeight),
            "checkpoint_root": .string(change.checkpoint.description),
            "validators_digest": .string(change.validators.digest.description),
            "ready_weight": .integer(change.readyWeight),
            "total_weight": .integer(change.validators.totalWeight),
            "is_ready": .bool(change.isReady(replacing: current)),
            // The earliest height after which it can take effect.
            "switches_at": .integer(next),
            "lapses_at": .integer(ValidatorSchedule.lapseHeight(of: change)),
            "validators": .array(
                change.validators.validators.map { validator in
                    guard case .object(let members) = json(validator) else { return .null }
                    let isReady = change.ready.contains(validator.account)
                    return .object(members + [JSONMember("is_ready", .bool(isReady))])
                }),
        ]
    }

    private static func json(_ listed: ListedProposal, _ current: ValidatorSet) -> JSONValue {
        let proposal = listed.proposal
        return [
            "proposal": .string(listed.id.description), "kind": .string("\(proposal.kind)"),
            "standing": .string(listed.standing.rawValue),
            "proposer": .string(proposal.proposer.description),
            "height": .integer(proposal.height),
            "changes": .array(proposal.changes.map(json)),
            "approved_weight": .integer(current.weight(of: proposal.approvals)),
            "rejected_weight": .integer(current.weight(of: proposal.rejections)),
            "needs_authority": .bool(proposal.needsAuthority),
            "is_authorised": .bool(proposal.isAuthorised),
        ]
    }

    private static func json(_ change: SetChange) -> JSONValue {
        [
            "change": .string(change.name), "account": .string(change.account.description),
            "key": change.key.map { .string(Hex.encode($0.tagged)) } ?? .null,
            "weight": change.weight.map { .integer($0) } ?? .null,
        ]
    }
}
