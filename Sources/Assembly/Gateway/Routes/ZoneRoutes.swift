import Merkle
import ContractKit
import Base
import Encoding
import FHIRModel
import HTTPServer
import Ledger
import Membership
import Node
import Storage

/// The zone at a glance, and the file by which anybody can check receipts.
struct ZoneRoutes {
    let node: Node
    private let members: MemberCounts

    init(node: Node) {
        self.node = node
        members = MemberCounts(node: node)
    }

    var all: [Route] {
        [
            Route(
                method: .get, path: "/v1/zone", access: .everyone,
                summary: "The zone, its chain and its members at a glance.",
                gives: [
                    .json(
                        Schema.object(
                            ("zone", Schema.string), ("zone_name_en", Schema.string),
                            ("zone_name_zh", Schema.string), ("chain", Schema.hash),
                            ("chain_name", Schema.string), ("name", Schema.string),
                            ("height", Schema.number), ("epoch", Schema.number),
                            ("entries", Schema.number),
                            ("head", Schema.hash), ("state_root", Schema.hash),
                            ("time", Schema.time), ("members", ["type": "object"]),
                            ("contracts", Schema.list(["type": "object"])),
                            ("software", Schema.string), ("pool", Schema.number),
                            ("open_audits", Schema.number)))
                ],
                handle: zone),
            Route(
                method: .get, path: "/v1/trust", access: .everyone,
                summary: "The trust file: all that is needed to check receipts offline.",
                gives: [.json(["type": "object"])],
                refusals: [(503, "The end of an epoch cannot be read.")]
            ) { exchange throws(APIError) in
                let text: [UInt8]
                do throws(StorageError) {
                    text = try node.trustFile().text
                } catch {
                    throw APIError(503, error.refusal)
                }
                exchange.reply(
                    HTTPResponse(
                        status: 200, headers: ["content-type": "application/json; charset=utf-8"],
                        body: .bytes(text)))
            },
        ]
    }

    private func zone(_ exchange: Exchange) throws(APIError) {
        let genesis = node.configuration.genesis
        let head = node.head
        let name: String
        let counts: MemberCounts.Counts
        do throws(StorageError) {
            let state = try node.state()
            name = try Directory.zone(in: state)?.name ?? ""
            counts = try members.counts()
        } catch {
            throw APIError(503, error.refusal)
        }
        let province = Province(code: genesis.zone)
        exchange.reply([
            "zone": .string(genesis.zone),
            "zone_name_en": .string(province?.english ?? genesis.zone),
            "zone_name_zh": .string(province?.chinese ?? genesis.zone),
            "chain": .string(genesis.id.description), "chain_name": .string(genesis.chain),
            "name": .string(name), "height": .integer(head.height), "epoch": .integer(head.epoch),
            "entries": .integer(head.log.size), "head": .string(head.digest.description),
            "state_root": .string(head.stateRoot.description),
            "time": .string(head.time.rfc3339),
            "members": [
                "institutions": .integer(counts.institutions),
                "practitioners": .integer(counts.practitioners),
                "residents": .integer(counts.residents),
            ],
            "contracts": .array(
                Node.contracts.map {
                    ["name": .string($0.name), "version": .integer($0.version)]
                }),
            "software": .string("kanglian \(Gateway.version)"),
            "pool": .integer(node.poolCount), "open_audits": .integer(node.openAudits),
        ])
    }
}
