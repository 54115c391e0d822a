import Agent
import Base
import Encoding
import Ledger
import Node
import System

/// Looking at the chain: over the network, or at a receipt's or block's bytes.
enum InspectCommands {
    static let all = [
        Command(
            words: ["inspect", "zone"], summary: Localized("show the zone at a glance", "显示本区概况"),
            options: [NodeOption.url],
            run: { invocation in try show("/v1/zone", invocation) }),
        Command(
            words: ["inspect", "blocks"], summary: Localized("list the newest blocks", "列出最新区块"),
            options: [NodeOption.url, .value("limit", "N", "how many (default 20)", "数量（默认 20）")],
            run: blocks),
        Command(
            words: ["inspect", "block"],
            summary: Localized("show one block and its entries", "显示区块及其条目"),
            operands: ["HEIGHT"], options: [NodeOption.url],
            run: { invocation in try show("/v1/blocks/\(invocation.operands[0])", invocation) }),
        Command(
            words: ["inspect", "entry"],
            summary: Localized("show what became of a transaction", "显示交易结果"),
            operands: ["TRANSACTION"], options: [NodeOption.url],
            run: { invocation in try show("/v1/transactions/\(invocation.operands[0])", invocation)
            }),
        Command(
            words: ["inspect", "state"],
            summary: Localized(
                "prove one state row, or its absence, at the newest block", "证明一个状态行在最新区块存在或不存在"),
            operands: ["KEY"],
            options: [
                NodeOption.url,
                .value(
                    "transaction", "ID", "any final transaction to anchor the proof",
                    "用于锚定证明的任一已终结交易"),
            ],
            run: state),
        Command(
            words: ["inspect", "bytes"],
            summary: Localized(
                "show any Kanglian file (receipt, block, key) as CBOR diagnostic notation",
                "以 CBOR 诊断记法显示文件"),
            operands: ["FILE"],
            run: { invocation in
                let bytes = try Files.read(invocation.operands[0], limit: 16 << 20)
                do throws(CBORError) {
                    Output.line(try CBORValue(decoding: bytes).indentedNotation)
                } catch {
                    throw CommandError(
                        .verification, "inspect.cbor",
                        "This is not deterministic CBOR (\(error)).", "这不是确定性 CBOR（\(error)）。")
                }
            }),
    ]

    private static func show(_ path: String, _ invocation: Invocation) throws {
        let value = try invocation.run { try NodeOption.publicPort(invocation).json(path) }
        Output.json(value)
    }

    private static func blocks(_ invocation: Invocation) throws {
        let limit = try invocation.number("limit", default: 20)
        let answer = try invocation.run {
            try NodeOption.publicPort(invocation).json("/v1/blocks?limit=\(limit)")
        }
        let rows = (answer["blocks"]?.elements ?? []).map { block -> [String] in
            [
                block["height"]?.numberText ?? "", block["time"]?.stringValue ?? "",
                block["entries"]?.numberText ?? "", block["log_size"]?.numberText ?? "",
                block["digest"]?.stringValue ?? "",
            ]
        }
        Output.rows(
            invocation.output,
            [
                ("height", invocation.say("height", "高度")), ("time", invocation.say("time", "时间")),
                ("entries", invocation.say("entries", "条目")),
                ("log_size", invocation.say("log size", "日志大小")),
                ("digest", invocation.say("digest", "摘要")),
            ], rows)
    }

    /// Fetches a receipt with the state proof and checks it before anything is shown.
    private static func state(_ invocation: Invocation) throws {
        let key = invocation.operands[0]
        let port = NodeOption.publicPort(invocation)
        let (trust, bytes) = try invocation.run {
            let trust = try port.get("/v1/trust")
            let anchor = try invocation.value("transaction") ?? newestTransaction(port)
            return (trust, try port.get("/v1/receipts/\(anchor)?state=\(key)"))
        }
        let file = try TrustFile(parsing: trust)
        do throws(ReceiptFailure) {
            let verified = try VerifiedReceipt(decoding: bytes, trust: file)
            guard let row = verified.receipt.state.first else { return }
            let value = row.value.flatMap { try? CBORValue(decoding: $0) }
            Output.json([
                "key": .string(key), "present": .bool(row.value != nil),
                "row": value.map { .string($0.diagnosticNotation) } ?? .null,
                "height": .integer(verified.receipt.header.height),
                "state_root": .string(verified.receipt.header.stateRoot.description),
                "verified": true,
            ])
        } catch {
            throw CommandError(.verification, error.refusal)
        }
    }

    private static func newestTransaction(_ port: HTTPPort) throws -> String {
        let blocks = try port.json("/v1/blocks?limit=1")
        let height = blocks["blocks"]?.elements.first?["height"]?.numberText ?? "1"
        let block = try port.json("/v1/blocks/\(height)")
        return block["list"]?.elements.first?["transaction"]?.stringValue ?? ""
    }
}
