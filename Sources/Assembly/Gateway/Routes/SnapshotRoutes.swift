import Base
import Encoding
import HTTPServer
import Ledger
import Node

/// Snapshots of the state, for nodes that join: what they hold is public to whoever may ask the
/// node.
struct SnapshotRoutes {
    let node: Node

    private static let snapshot = Schema.object(
        ("height", Schema.number), ("epoch", Schema.number), ("time", Schema.time),
        ("state_root", Schema.hash), ("rows", Schema.number), ("bytes", Schema.number),
        ("chunks", Schema.number))

    private static let unknown = (404, "The node has no such snapshot; newer ones replace it.")

    var all: [Route] {
        [
            Route(
                method: .get, path: "/v1/snapshots", access: .everyone,
                summary: "The node's snapshots, the newest first.",
                gives: [
                    .json(
                        Schema.object(
                            ("snapshots", Schema.list(Self.snapshot)),
                            ("failure", Schema.optional(Schema.string))))
                ],
                handle: list),
            Route(
                method: .post, path: "/v1/snapshots", access: .session,
                summary: "Begin a snapshot of the newest height; only the node's operator may.",
                gives: [.json(Schema.object(("status", Schema.string)))],
                refusals: [(403, "The session is not the node's operator's.")],
                handle: make),
            Route(
                method: .get, path: "/v1/snapshots/{height}/manifest", access: .everyone,
                summary: "What a snapshot holds, with the digest of each chunk.",
                parameters: [.path("height", Schema.number, "The snapshot's height.")],
                gives: [.bytes("application/cbor")], refusals: [Self.unknown],
                handle: manifest),
            Route(
                method: .get, path: "/v1/snapshots/{height}/chunks/{number}", access: .everyone,
                summary: "One chunk of a snapshot: at most 1 MiB of rows.",
                parameters: [
                    .path("height", Schema.number, "The snapshot's height."),
                    .path("number", Schema.number, "0 is the first."),
                ],
                gives: [.bytes("application/cbor")], refusals: [Self.unknown],
                handle: chunk),
        ]
    }

    private func list(_ exchange: Exchange) throws(APIError) {
        let shelf = node.snapshots
        let rows = (shelf?.heights ?? []).reversed().compactMap { height -> JSONValue? in
            guard let manifest = (try? shelf?.file(height))?.manifest else { return nil }
            let header = manifest.block.header
            return [
                "height": .integer(header.height), "epoch": .integer(header.epoch),
                "time": .string(header.time.rfc3339),
                "state_root": .string(header.stateRoot.description),
                "rows": .integer(manifest.count(.state)), "bytes": .integer(manifest.byteCount),
                "chunks": .integer(manifest.chunks.count),
            ]
        }
        exchange.reply([
            "snapshots": .array(rows),
            "failure": node.upkeepFailure.map { .string($0.code) } ?? .null,
        ])
    }

    private func make(_ exchange: Exchange) throws(APIError) {
        guard exchange.session == node.configuration.operatorAccount else {
            throw APIError(
                403, "snapshot.operator",
                "Only the institution that runs this node may ask it for a snapshot.",
                "只有运行本节点的机构可以要求生成快照。")
        }
        node.requestSnapshot()
        exchange.reply(["status": "started"])
    }

    private func manifest(_ exchange: Exchange) throws(APIError) {
        let file = try file(exchange)
        do throws(SnapshotError) {
            reply(try file.manifestBytes(), exchange)
        } catch {
            throw APIError(503, error.refusal)
        }
    }

    private func chunk(_ exchange: Exchange) throws(APIError) {
        let file = try file(exchange)
        let number = try exchange.number("number")
        guard number < UInt64(file.manifest.chunks.count) else {
            throw APIError(
                404, "snapshot.unknown-chunk",
                "The snapshot has \(file.manifest.chunks.count) chunks, counted from 0.",
                "该快照共有 \(file.manifest.chunks.count) 个分片，从 0 计数。")
        }
        do throws(SnapshotError) {
            reply(try file.chunk(Int(number)), exchange)
        } catch {
            throw APIError(503, error.refusal)
        }
    }

    private func reply(_ bytes: [UInt8], _ exchange: Exchange) {
        exchange.reply(
            HTTPResponse(
                status: 200, headers: ["content-type": "application/cbor"], body: .bytes(bytes)))
    }

    private func file(_ exchange: Exchange) throws(APIError) -> SnapshotFile {
        let height = try exchange.number("height")
        let found: SnapshotFile?
        do throws(SnapshotError) {
            found = try node.snapshots?.file(height)
        } catch {
            throw APIError(503, error.refusal)
        }
        guard let file = found else {
            throw APIError(
                404, "snapshot.unknown",
                "This node has no snapshot of height \(height); see /v1/snapshots.",
                "本节点没有高度 \(height) 的快照；请看 /v1/snapshots。")
        }
        return file
    }
}
