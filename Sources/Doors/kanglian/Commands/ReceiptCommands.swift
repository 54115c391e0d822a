import Agent
import Base
import Encoding
import Ledger
import System

/// `receipt` fetches a proof, `verify` checks one offline.
enum ReceiptCommands {
    static let all = [
        Command(
            words: ["receipt"],
            summary: Localized(
                "fetch the receipt of a final transaction", "获取已终结交易的收据"),
            operands: ["TRANSACTION"],
            options: [
                NodeOption.url,
                .value("file", "FILE", "where to write it (default: TRANSACTION.receipt)", "写入的文件"),
                .value(
                    "state", "KEY", "also prove this state key, in hexadecimal", "同时证明此状态键（十六进制）",
                    repeats: true),
            ],
            run: fetch),
        Command(
            words: ["verify"],
            summary: Localized(
                "check a receipt offline, with the zone's trust file only", "仅凭本区信任文件离线校验收据"),
            operands: ["RECEIPT"],
            options: [
                .value("trust", "FILE", "the trust file (default: trust.json beside it)", "信任文件")
            ],
            run: verify),
    ]

    private static func fetch(_ invocation: Invocation) throws {
        let id = invocation.operands[0]
        guard TransactionID(id) != nil else {
            throw CommandError.usage(
                "A transaction is 64 hexadecimal digits.", "交易编号为 64 位十六进制数。")
        }
        let query = invocation.all("state").map { "state=\($0)" }.joined(separator: "&")
        let receipt = try invocation.run {
            try NodeOption.publicPort(invocation).get(
                "/v1/receipts/\(id)" + (query.isEmpty ? "" : "?\(query)"))
        }
        let file = invocation.value("file") ?? "\(id.prefix(16)).receipt"
        try Files.write(receipt, to: file)
        switch invocation.output {
        case .json:
            Output.json([
                "transaction": .string(id), "file": .string(file), "bytes": .integer(receipt.count),
            ])
        case .table:
            Output.line(
                invocation.say(
                    "Wrote \(file) (\(receipt.count) bytes). Check it anywhere:",
                    "已写入 \(file)（\(receipt.count) 字节）。可在任意位置校验：")
                    + " kanglian verify \(file) --trust trust.json")
        }
    }

    private static func verify(_ invocation: Invocation) throws {
        let file = invocation.operands[0]
        let trustFile =
            invocation.value("trust") ?? FileSystem.folder(of: file) + "/trust.json"
        let trust = try TrustFile(parsing: try Files.read(trustFile, limit: TrustFile.byteCount))
        let bytes = try Files.read(file, limit: LedgerLimits.receiptByteCount + 1)
        do throws(ReceiptFailure) {
            let verified = try VerifiedReceipt(decoding: bytes, trust: trust)
            report(verified, invocation)
        } catch {
            if invocation.output == .json {
                Output.json([
                    "verified": false, "check": .string(error.check.rawValue),
                    "reason": .string(error.reason),
                ])
            } else {
                passed(before: error.check, invocation)
                Output.line("✗ \(error.check.rawValue): \(question(error.check, invocation))")
            }
            throw CommandError(.verification, error.refusal)
        }
    }

    private static func question(_ check: ReceiptCheck, _ invocation: Invocation) -> String {
        invocation.say(check.question.english, check.question.chinese)
    }

    private static func passed(before failed: ReceiptCheck?, _ invocation: Invocation) {
        for check in ReceiptCheck.allCases {
            if check == failed { return }
            Output.line("✓ \(check.rawValue): \(question(check, invocation))")
        }
    }

    private static func report(_ verified: VerifiedReceipt, _ invocation: Invocation) {
        let header = verified.receipt.header
        let calls = verified.transaction.body.calls.map { "\($0.module).\($0.name)" }
        let failure = verified.entry.outcome.failure
        switch invocation.output {
        case .json:
            Output.json([
                "verified": true, "transaction": .string(verified.transaction.id.description),
                "zone": .string(header.zone), "chain": .string(header.chain.description),
                "height": .integer(header.height), "index": .integer(verified.receipt.index),
                "time": .string(header.time.rfc3339),
                "sender": .string(verified.transaction.body.sender.description),
                "calls": .array(calls.map { .string($0) }),
                "failure": failure.map { .string($0) } ?? .null,
                "state_rows": .integer(verified.receipt.state.count),
            ])
        case .table:
            passed(before: nil, invocation)
            Output.line("")
            let rows: [(String, String, String)] = [
                ("transaction", "交易", verified.transaction.id.description),
                ("calls", "调用", calls.joined(separator: ", ")),
                ("outcome", "结果", failure ?? invocation.say("done", "成功")),
                ("sender", "发送者", verified.transaction.body.sender.description),
                ("place in the log", "日志位置", "\(verified.receipt.index) / \(header.logSize)"),
                ("block", "区块", "\(header.height), \(header.time.rfc3339)"),
                ("zone and chain", "区与链", "\(header.zone), \(header.chain)"),
            ]
            for (english, chinese, value) in rows {
                Output.line(
                    Terminal.padded(invocation.say(english, chinese), to: 18) + value)
            }
        }
    }
}
