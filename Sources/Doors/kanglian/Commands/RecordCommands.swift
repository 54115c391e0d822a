import Agent
import Base
import ContractKit
import Encoding
import FHIRModel
import Ledger
import System

/// Listing, reading and erasing records.
enum RecordCommands {
    private static let readOptions =
        AgentSession.options + [
            .value("owner", "ACCOUNT", "the owner (default: the one known)", "所有者（默认：已知的一位）"),
            .value("purpose", "PURPOSE", "what it is for (default: treatment)", "用途（默认 treatment）"),
        ]

    static let all = [
        Command(
            words: ["record", "list"],
            summary: Localized("list the records that may be read", "列出可读的记录"),
            options: readOptions + [
                .value(
                    "domain", "DOMAIN", "one domain only", "仅此数据域",
                    choices: Domain.allCases.map(\.code))
            ],
            run: list),
        Command(
            words: ["record", "read"],
            summary: Localized(
                "read records and open them here; a bundle shows where its resources are",
                "读取记录并在本机解密；Bundle 显示其各资源所在的记录"),
            operands: ["RECORD…"],
            options: readOptions + [
                .value("folder", "FOLDER", "write each resource to a file", "将每条资源写入文件")
            ],
            run: read),
        Command(
            words: ["record", "export"],
            summary: Localized(
                "read everything and put whole bundles together again", "读取全部记录并还原完整 Bundle"),
            options: readOptions + [
                .value("folder", "FOLDER", "where to write the bundles", "Bundle 的输出目录")
            ],
            run: export),
        Command(
            words: ["record", "erase"],
            summary: Localized(
                "erase a record: its key and body are destroyed", "擦除记录：销毁其密钥与正文"),
            operands: ["RECORD"],
            options: AgentSession.options + [
                .value("owner", "ACCOUNT", "the owner, for hosted wallets", "所有者（托管钱包时）"),
                .value(
                    "reason", "CODE", "a reason code (default: owner-request)",
                    "理由代码（默认 owner-request）"),
            ],
            run: erase),
    ]

    private static func list(_ invocation: Invocation) throws {
        let session = try AgentSession(invocation)
        let owner = try session.ownerAccount(invocation)
        let purpose = try invocation.purposes()[0]
        let domain = invocation.value("domain").flatMap { Domain(code: $0) }
        var rows: [[String]] = []
        var after: Hash256?
        repeat {
            let page = try invocation.run {
                try session.port.records(of: owner, domain: domain, purpose: purpose, after: after)
            }
            for record in page.records {
                rows.append([
                    record.record.description, record.domain.code, String(record.versions),
                    record.writer.description,
                ])
            }
            after = page.next
        } while after != nil
        Output.rows(
            invocation.output,
            [
                ("record", invocation.say("record", "记录")),
                ("domain", invocation.say("domain", "数据域")),
                ("versions", invocation.say("versions", "版本")),
                ("writer", invocation.say("writer", "书写者")),
            ], rows)
    }

    private static func read(_ invocation: Invocation) throws {
        let session = try AgentSession(invocation)
        let owner = try session.ownerAccount(invocation)
        let purpose = try invocation.purposes()[0]
        let records = try invocation.operands.map { text throws(CommandError) in
            guard let record = Hex.decode(text).flatMap({ Hash256($0) }) else {
                throw .usage("A record is 64 hexadecimal digits.", "记录编号为 64 位十六进制数。")
            }
            return record
        }
        let outcomes = try invocation.run {
            try RecordReader(store: session.store, port: session.port).read(
                records, of: owner, purpose: purpose)
        }
        var refusal: Refusal?
        for outcome in outcomes {
            switch outcome {
            case .opened(let opened):
                let content = Reassembly.outline(of: opened.payload) ?? []
                if let folder = invocation.value("folder") {
                    try NodeErrors.worded { try FileSystem.makeFolder(folder) }
                    try Files.write(
                        content, to: "\(folder)/\(opened.record).json", permissions: 0o600)
                } else {
                    Output.line(String(decoding: content, as: UTF8.self))
                }
            case .refused(let record, let reasons):
                for reason in reasons {
                    Output.remark(
                        "\(record.description.prefix(16))…: "
                            + invocation.say(reason.english, reason.chinese) + " [\(reason.code)]")
                }
                refusal = refusal ?? reasons.first
            case .unreadable(let record, let error):
                Output.remark(
                    "\(record.description.prefix(16))…: "
                        + invocation.say(error.refusal.english, error.refusal.chinese))
                refusal = refusal ?? error.refusal
            }
        }
        if let refusal { throw CommandError(.refused, refusal) }
    }

    private static func export(_ invocation: Invocation) throws {
        let session = try AgentSession(invocation)
        let owner = try session.ownerAccount(invocation)
        let purpose = try invocation.purposes()[0]
        let folder = invocation.value("folder") ?? "export"
        let outcomes = try invocation.run {
            try RecordReader(store: session.store, port: session.port).readAll(
                of: owner, purpose: purpose)
        }
        let opened = outcomes.compactMap(\.opened)
        try NodeErrors.worded { try FileSystem.makeFolder(folder) }
        var rows: [[String]] = []
        for (record, bytes) in Reassembly.documents(in: opened) {
            let file = "\(folder)/bundle-\(record.description.prefix(16)).json"
            try Files.write(bytes, to: file, permissions: 0o600)
            rows.append([file, String(bytes.count)])
        }
        Output.rows(
            invocation.output,
            [("file", invocation.say("file", "文件")), ("bytes", invocation.say("bytes", "字节"))], rows
        )
        if opened.count < outcomes.count {
            Output.remark(
                invocation.say(
                    "\(outcomes.count - opened.count) records could not be opened with these keys.",
                    "\(outcomes.count - opened.count) 条记录无法用这些密钥打开。"))
        }
    }

    private static func erase(_ invocation: Invocation) throws {
        let session = try AgentSession(invocation)
        guard let record = Hex.decode(invocation.operands[0]).flatMap({ Hash256($0) }),
            let reason = ReasonCode(invocation.value("reason") ?? "owner-request")
        else {
            throw CommandError.usage(
                "A record is 64 hexadecimal digits, a reason lower-case words with hyphens.",
                "记录编号为 64 位十六进制数，理由为小写单词加连字符。")
        }
        try invocation.run { try session.desk(invocation).erase(record, reason: reason) }
        Output.line(
            invocation.say(
                "Erased: the key and the body are destroyed; the chain keeps that it happened.",
                "已擦除：密钥与正文已销毁；链上保留擦除记录。"))
    }
}
