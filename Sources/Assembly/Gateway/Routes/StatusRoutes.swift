import Base
import Cryptography
import Encoding
import Finality
import HTTPServer
import Ledger
import Membership
import Node
import Ordering
import Storage

/// How the node stands among the others.
///
/// It is what `kanglian status` shows; nothing in it is secret.
struct StatusRoutes {
    let node: Node

    private static let validator = Schema.object(
        ("account", Schema.hash), ("name", Schema.string), ("key", Schema.bytes),
        ("weight", Schema.number), ("own", Schema.boolean), ("connected", Schema.boolean),
        ("height", Schema.optional(Schema.number)), ("lag", Schema.optional(Schema.number)),
        ("silence_ms", Schema.optional(Schema.number)), ("voted", Schema.boolean),
        ("link", Schema.optional(["type": "object"])))

    var all: [Route] {
        [
            Route(
                method: .get, path: "/v1/status", access: .everyone,
                summary: "Who votes, how far everybody is, the engine, and standing alarms.",
                gives: [
                    .json(
                        Schema.object(
                            ("software", Schema.string), ("institution", Schema.string),
                            ("account", Schema.hash), ("zone", Schema.string),
                            ("chain", Schema.string), ("ready", Schema.boolean),
                            ("height", Schema.number), ("head", Schema.hash),
                            ("time", Schema.time), ("epoch", Schema.number),
                            ("view", Schema.number),
                            (
                                "standing",
                                Schema.choice([
                                    "follower", "observing", "voting", "quarantined", "diverged",
                                ])
                            ), ("watermark", Schema.optional(Schema.number)),
                            ("fresh", Schema.boolean), ("lag", Schema.number),
                            ("pending", Schema.number),
                            ("validators", Schema.list(Self.validator)),
                            ("others", Schema.list(["type": "object"])),
                            ("engine", Schema.optional(["type": "object"])),
                            ("certificate", Schema.optional(["type": "object"])),
                            ("alarms", Schema.list(["type": "object"]))))
                ],
                handle: status)
        ]
    }

    private func status(_ exchange: Exchange) throws(APIError) {
        do throws(StorageError) {
            exchange.reply(try StatusReport(node: node).value())
        } catch {
            throw APIError(503, error.refusal)
        }
    }
}

/// The status as JSON, put together from one look at everything.
private struct StatusReport {
    let node: Node
    let head: Head
    let cluster: ClusterStatus?
    let links: [PublicKey: PeerLink]

    init(node: Node) {
        self.node = node
        (head, cluster) = (node.head, node.clusterStatus)
        links = (cluster?.links ?? []).reduce(into: [:]) { $0[$1.key] = $1 }
    }

    func value() throws(StorageError) -> JSONValue {
        let genesis = node.configuration.genesis
        let participant = cluster?.participant
        let account = node.configuration.operatorAccount
        var watermark: UInt64?
        if case .quarantined(let height) = participant?.standing { watermark = height }
        let voters = Set(head.validators.validators.map(\.key))
        return [
            "software": .string("kanglian \(Gateway.version)"),
            "institution": .string(try name(of: account)),
            "account": .string(account.description), "zone": .string(genesis.zone),
            "chain": .string(genesis.chain), "ready": .bool(node.unreadiness == nil),
            "height": .integer(head.height), "head": .string(head.digest.description),
            "time": .string(head.time.rfc3339), "epoch": .integer(head.epoch),
            "view": .integer(participant?.view ?? 0),
            "standing": .string(standing.word),
            "watermark": watermark.map { .integer($0) } ?? .null,
            "fresh": .bool(participant?.isFresh ?? (node.configuration.cluster == nil)),
            "lag": .integer(participant?.lag ?? 0),
            "pending": .integer(node.poolCount + (participant?.pendingCount ?? 0)),
            "validators": .array(try validators()),
            "others": .array(
                links.values.filter { !voters.contains($0.key) }
                    .sorted { $0.key.tagged.lexicographicallyPrecedes($1.key.tagged) }
                    .map { link in
                        [
                            "key": .string(Base64URL.encode(link.key.tagged)),
                            "connected": .bool(link.isConnected), "link": Self.value(link),
                        ]
                    }),
            "engine": cluster?.engine.map { Self.value($0) } ?? .null,
            "certificate": try certificate(),
            "alarms": .array(
                node.alarms.standing.map { alarm in
                    [
                        "since": .string(alarm.since.rfc3339),
                        "code": .string(alarm.refusal.code),
                        "message": .string(alarm.refusal.english),
                        "message_zh": .string(alarm.refusal.chinese),
                    ]
                }),
        ]
    }

    private var standing: VotingStanding {
        cluster?.participant.standing ?? (node.configuration.cluster == nil ? .voting : .observing)
    }

    private func name(of account: AccountID) throws(StorageError) -> String {
        try Directory.institution(account, in: node.state())?.name ?? ""
    }

    // MARK: Validators

    private func validators() throws(StorageError) -> [JSONValue] {
        let seen = (cluster?.participant.validators ?? []).reduce(into: [:]) { $0[$1.key] = $1 }
        let highest = seen.values.compactMap(\.height).max() ?? head.height
        var list: [JSONValue] = []
        for validator in head.validators.validators {
            let status = seen[validator.key]
            let height = status == nil && cluster == nil ? head.height : status?.height
            list.append([
                "account": .string(validator.account.description),
                "name": .string(try name(of: validator.account)),
                "key": .string(Base64URL.encode(validator.key.tagged)),
                "weight": .integer(validator.weight),
                "own": .bool(status?.isOwn ?? (cluster == nil)),
                "connected": .bool(status?.isConnected ?? (cluster == nil)),
                "height": height.map { .integer($0) } ?? .null,
                "lag": height.map { .integer(max(highest, $0) - $0) } ?? .null,
                "silence_ms": status?.silence.map { .integer($0) } ?? .null,
                "voted": .bool(status?.hasPrepared ?? false),
                "link": links[validator.key].map { Self.value($0) } ?? .null,
            ])
        }
        return list
    }

    private static func value(_ link: PeerLink) -> JSONValue {
        [
            "software": link.software.map { .string($0) } ?? .null,
            "round_trip_us": link.roundTripMicroseconds.map { .integer($0) } ?? .null,
            "last_error": link.lastError.map { .string($0) } ?? .null,
            "certificate_days": link.certificateDays.map { .integer($0) } ?? .null,
        ]
    }

    // MARK: Engine and certificate

    private static func value(_ engine: EngineHealth) -> JSONValue {
        let (state, reason) = word(engine.state)
        return [
            "state": .string(state), "reason": reason.map { .string($0) } ?? .null,
            "endpoint": engine.endpoint.map { .string($0) } ?? .null,
            "leader": .bool(engine.hasLeader),
            "stored_bytes": .integer(engine.storedByteCount),
            "quota_bytes": .integer(engine.quotaByteCount),
            "alarms": .array(engine.alarms.map { .string($0.rawValue) }),
            "gap": engine.gap.map {
                ["missing": .integer($0.missing), "present": .integer($0.present)]
            } ?? .null,
            "created": .integer(engine.counters.createdCount),
            "taken": .integer(engine.counters.takenCount),
            "failed": .integer(engine.counters.failedCount),
            "delivered": .integer(engine.counters.deliveredCount),
            "reconnects": .integer(engine.counters.reconnectCount),
            "lag": .integer(engine.counters.followLag),
        ]
    }

    private static func word(_ state: EngineHealth.State) -> (String, String?) {
        switch state {
        case .starting: ("starting", nil)
        case .working: ("working", nil)
        case .unavailable(let reason): ("unavailable", reason)
        case .denied(let reason): ("denied", reason)
        case .full: ("full", nil)
        case .closed: ("closed", nil)
        }
    }

    /// Who signed the newest block; null before the first.
    private func certificate() throws(StorageError) -> JSONValue {
        guard let block = try node.block(at: head.height) else { return .null }
        let header = block.header
        let epoch = try ValidatorTable.epoch(
            header.epoch, node.configuration.genesis, in: node.state())
        guard let set = epoch?.validators, set.digest == header.validators else { return .null }
        var signed: [JSONValue] = []
        var missing: [JSONValue] = []
        var weight: UInt64 = 0
        for (index, validator) in set.validators.enumerated() {
            let name = JSONValue.string(try name(of: validator.account))
            if block.certificate.hasSigned(index) {
                signed.append(name)
                weight += validator.weight
            } else {
                missing.append(name)
            }
        }
        return [
            "height": .integer(header.height), "view": .integer(block.certificate.view),
            "signed": .array(signed), "missing": .array(missing), "weight": .integer(weight),
            "total": .integer(set.totalWeight), "time": .string(header.time.rfc3339),
        ]
    }
}
