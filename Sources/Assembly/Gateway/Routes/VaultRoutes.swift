import Base
import Encoding
import HTTPServer
import Membership
import Node
import Storage

/// Sealed bodies go into the vault before the transaction that names them.
struct VaultRoutes {
    /// Sealed bodies and envelopes of one request.
    static let blobLimit = 1024

    let node: Node

    var all: [Route] {
        [
            Route(
                method: .post, path: "/v1/bodies", access: .session,
                summary: "Store sealed bodies and envelopes; durable when answered.",
                takes: [.bytes("application/cbor")],
                gives: [.json(Schema.object(("addresses", Schema.list(Schema.hash))))],
                refusals: [
                    (403, "Only active members may store."), (413, "The body is too large."),
                    (507, "The vault is full or cannot be written; nothing is acknowledged."),
                ],
                bodyLimit: 33 << 20, handle: store)
        ]
    }

    private func store(_ exchange: Exchange) throws(APIError) {
        guard let account = exchange.session else { throw .sessionRequired }
        do throws(StorageError) {
            let state = try node.state()
            let standing = try Directory.standing(of: account, in: state)
            if let obstacle = standing.obstacle {
                exchange.reply(APIError(403, obstacle.refusal))
                return
            }
        } catch {
            throw APIError(503, error.refusal)
        }
        let blobs = try exchange.body { (body) throws(RequestBodyError) in
            try RequestBodies.byteStrings(body, limit: Self.blobLimit, each: 32 << 20)
        }
        guard !blobs.isEmpty else {
            throw APIError(400, "request.batch", "Send at least one body.", "请至少发送一个正文。")
        }
        do throws(StorageError) {
            let addresses = try node.vault.put(blobs)
            exchange.reply(["addresses": .array(addresses.map { .string($0.description) })])
        } catch {
            throw APIError(507, error.refusal)
        }
    }
}
