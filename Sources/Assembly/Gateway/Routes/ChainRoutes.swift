import Base
import Encoding
import HTTPServer
import Ledger
import Node
import Storage

/// Blocks, receipts and events: what an auditor and a subscriber need.
struct ChainRoutes {
    /// Bytes of the blocks of one answer.
    private static let rangeByteCount = 8 << 20

    let node: Node

    private static func byteCount(_ entry: StoredEntry) -> Int {
        if case .whole(let bytes) = entry { bytes.count } else { 0 }
    }

    private static let block = Schema.object(
        ("height", Schema.number), ("epoch", Schema.number), ("time", Schema.time),
        ("digest", Schema.hash),
        ("parent", Schema.hash), ("entries", Schema.number), ("log_size", Schema.number),
        ("log_root", Schema.hash), ("state_root", Schema.hash), ("signers", Schema.number),
        ("bytes", Schema.number))

    var all: [Route] {
        [
            Route(
                method: .get, path: "/v1/blocks", access: .everyone,
                summary: "The newest blocks first.",
                parameters: [
                    .query("before", Schema.number, "Only blocks below this height."),
                    .query("limit", Schema.page, "At most this many."),
                    .query(
                        "from", Schema.number,
                        "Instead: an array of encoded blocks from this height on, upwards."),
                    .query("count", Schema.page, "With `from`: at most this many, and 8 MiB."),
                ],
                gives: [
                    .json(Schema.object(("blocks", Schema.list(Self.block)))),
                    .bytes("application/cbor"),
                ],
                refusals: [(410, "The node does not keep the blocks from this height on.")],
                handle: blocks),
            Route(
                method: .get, path: "/v1/blocks/{height}", access: .everyone,
                summary: "One block: its header, and its entries with their outcomes.",
                parameters: [.path("height", Schema.number, "1 is the first.")],
                gives: [.json(Self.block)],
                refusals: [
                    (404, "The chain has no such block yet."),
                    (410, "The node joined above this height."),
                ],
                handle: oneBlock),
            Route(
                method: .get, path: "/v1/receipts/{id}", access: .everyone,
                summary: "The receipt of a final transaction, which verifies offline.",
                parameters: [
                    .path("id", Schema.hash, "The transaction."),
                    .query(
                        "state", ["type": "string", "pattern": "^([0-9a-fA-F]{2})+$"],
                        "Also prove this state key; may stand several times."),
                ],
                gives: [.bytes("application/cbor")],
                refusals: [
                    (404, "The transaction is not final."),
                    (410, "The entry is not kept here, with the reason."),
                ],
                handle: receipt),
            Route(
                method: .get, path: "/v1/events", access: .everyone,
                summary: "Live events, resumable: server-sent events with their positions as ids.",
                parameters: [
                    .query("module", Schema.string, "Only events of this module."),
                    .query("account", Schema.hash, "Only events that concern this account."),
                    .query("after", Schema.string, "A position `height.entry.event`."),
                ],
                gives: [.text("text/event-stream")],
                refusals: [(410, "Not all events behind this position are kept here.")],
                handle: events),
        ]
    }

    private func blocks(_ exchange: Exchange) throws(APIError) {
        if exchange.request.parameter("from") != nil { return try rawBlocks(exchange) }
        let limit = try exchange.limit()
        let (head, first) = (node.head.height, node.firstHeight)
        let before = try exchange.number("before", default: .max)
        var height = min(head, before == 0 ? 0 : before - 1)
        var blocks: [JSONValue] = []
        do throws(StorageError) {
            while height >= first, blocks.count < limit {
                guard let block = try node.storedBlock(at: height) else { break }
                blocks.append(.object(summary(block)))
                height -= 1
            }
        } catch {
            throw APIError(error)
        }
        exchange.reply(["blocks": .array(blocks)])
    }

    /// Encoded blocks, for a node that catches up.
    private func rawBlocks(_ exchange: Exchange) throws(APIError) {
        let from = try exchange.number("from")
        let count = try exchange.number("count", default: 100)
        guard from > 0, (1...500).contains(count) else {
            throw .parameter("count", "1 to 500, from height 1 on", " 1 到 500 之间，且高度从 1 起")
        }
        let blocks: [[UInt8]]
        do throws(StorageError) {
            blocks = try node.blocks(
                from: from, count: Int(count), byteCount: Self.rangeByteCount)
        } catch {
            throw APIError(error)
        }
        var writer = CBORWriter(reservingCapacity: blocks.reduce(16) { $0 + $1.count + 8 })
        writer.list(blocks) { $0.byteString($1) }
        exchange.reply(
            HTTPResponse(
                status: 200, headers: ["content-type": "application/cbor"],
                body: .bytes(writer.bytes)))
    }

    private func summary(_ block: StoredBlock) -> [JSONMember] {
        let header = block.header
        return [
            JSONMember("height", .integer(header.height)),
            JSONMember("epoch", .integer(header.epoch)),
            JSONMember("time", .string(header.time.rfc3339)),
            JSONMember("digest", .string(block.certificate.header.description)),
            JSONMember("parent", .string(header.parent.description)),
            JSONMember("entries", .integer(block.entries.count)),
            JSONMember("log_size", .integer(header.logSize)),
            JSONMember("log_root", .string(header.logRoot.description)),
            JSONMember("state_root", .string(header.stateRoot.description)),
            JSONMember("signers", .integer(block.certificate.signatures.count)),
            JSONMember("bytes", .integer(block.entries.reduce(0) { $0 + Self.byteCount($1) })),
        ]
    }

    private func oneBlock(_ exchange: Exchange) throws(APIError) {
        let height = try exchange.number("height")
        let found: StoredBlock?
        do throws(StorageError) {
            found = try node.storedBlock(at: height)
        } catch {
            throw APIError(error)
        }
        guard let block = found else {
            throw APIError(
                404, "block.unknown", "The chain has no block \(height) yet; see /v1/zone.",
                "链上尚无区块 \(height)；请看 /v1/zone。")
        }
        let entries = block.entries.map { stored -> JSONValue in
            guard case .whole(let encoded) = stored else { return EntryJSON.value(dropped: stored) }
            guard let entry = try? Entry(decoding: encoded),
                let transaction = try? SignedTransaction(decoding: entry.transaction)
            else { return .null }
            return EntryJSON.value(entry, transaction)
        }
        exchange.reply(.object(summary(block) + [JSONMember("list", .array(entries))]))
    }

    private func receipt(_ exchange: Exchange) throws(APIError) {
        let id = TransactionID(try exchange.hash("id"))
        var keys: [[UInt8]] = []
        for parameter in exchange.request.query where parameter.name == "state" {
            guard let key = Hex.decode(parameter.value), keys.count < 64 else {
                throw .parameter("state", "up to 64 hexadecimal keys", "最多 64 个十六进制键")
            }
            keys.append(key)
        }
        let found: Receipt?
        do throws(StorageError) {
            found = try node.receipt(for: id, stateKeys: keys)
        } catch {
            throw APIError(error)
        }
        guard let receipt = found else {
            throw APIError(
                404, "transaction.not-final",
                "The transaction is not on the chain. Ask /v1/transactions/\(id) for its status.",
                "该交易不在链上。请查询 /v1/transactions/\(id)。")
        }
        exchange.reply(
            HTTPResponse(
                status: 200, headers: ["content-type": "application/cbor"],
                body: .bytes(receipt.encoded)))
    }

    private func events(_ exchange: Exchange) throws(APIError) {
        let request = exchange.request
        var account: AccountID?
        if request.parameter("account") != nil { account = try exchange.account("account") }
        var after: EventPosition?
        if let text = request.headers["last-event-id"] ?? request.parameter("after"), !text.isEmpty
        {
            guard let position = EventPosition(text) else {
                throw .parameter("after", "a position `height.entry.event`", "位置 `高度.条目.事件`")
            }
            after = position
        }
        if let after {
            do throws(StorageError) {
                if let gap = try node.gap(behind: after) { throw gap }
            } catch {
                throw APIError(error)
            }
        }
        let stream = EventStream()
        node.subscribe(
            EventStreamSink(stream),
            filter: EventFilter(module: request.parameter("module"), account: account),
            after: after)
        exchange.reply(
            HTTPResponse(
                status: 200,
                headers: ["content-type": "text/event-stream", "cache-control": "no-store"],
                body: .stream(stream)))
    }
}

/// Writes ledger events as server-sent events.
final class EventStreamSink: EventSink {
    private let stream: EventStream

    init(_ stream: EventStream) { self.stream = stream }

    func receive(_ event: Event, at position: EventPosition, transaction: TransactionID) -> Bool {
        let data: JSONValue = [
            "module": .string(event.module), "name": .string(event.name),
            "accounts": .array(event.accounts.map { .string($0.description) }),
            "height": .integer(position.height), "transaction": .string(transaction.description),
        ]
        return stream.send(ServerSentEvent(id: position.description, data: data.text()))
    }

    func caughtUp(to height: UInt64) -> Bool {
        let data: JSONValue = ["height": .integer(height)]
        return stream.send(ServerSentEvent(type: "head", data: data.text()))
    }
}

/// An entry as the API and `inspect` show it: calls, signers and outcome, arguments left out.
enum EntryJSON {
    /// An entry that was dropped: what proves its place, and why it is not here.
    static func value(dropped entry: StoredEntry) -> JSONValue {
        guard case .dropped(let leaf, let name) = entry else { return .null }
        return [
            "leaf": .string(leaf.description),
            "dropped": .string(name.map { "pruned as \($0)" } ?? "before-start"),
        ]
    }

    static func value(_ entry: Entry, _ transaction: SignedTransaction) -> JSONValue {
        [
            "transaction": .string(transaction.id.description),
            "sender": .string(transaction.body.sender.description),
            "calls": .array(
                transaction.body.calls.map { .string("\($0.module).\($0.name)") }),
            "failure": entry.outcome.failure.map { .string($0) } ?? .null,
            "events": .array(
                entry.outcome.events.map { event in
                    [
                        "module": .string(event.module), "name": .string(event.name),
                        "accounts": .array(event.accounts.map { .string($0.description) }),
                    ]
                }),
        ]
    }
}
