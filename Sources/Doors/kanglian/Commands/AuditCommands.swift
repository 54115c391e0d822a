import Agent
import Base
import ContractKit
import Encoding
import Ledger
import Membership
import System

/// Who has read, and who was refused; and the standing of practitioners.
enum AuditCommands {
    static let all = [
        Command(
            words: ["audit", "list"],
            summary: Localized(
                "list every read of the owner's records, allowed or refused", "列出对所有者记录的每次阅读及拒绝"),
            options: AgentSession.options + [
                .value("owner", "ACCOUNT", "the owner (default: this identity)", "所有者（默认：本身份）")
            ],
            run: list),
        Command(
            words: ["member", "set-status"],
            summary: Localized(
                "suspend, resume or revoke a practitioner of this institution", "暂停、恢复或注销本机构医务人员"),
            operands: ["ACCOUNT", "STATUS"],
            options: AgentSession.options + [
                .value(
                    "reason", "CODE", "a reason code (default: unspecified)", "理由代码（默认 unspecified）"
                )
            ],
            run: setStatus),
        Command(
            words: ["member", "account"],
            summary: Localized("show the account of a keystore", "显示密钥库的账户"),
            options: AgentSession.options,
            run: { invocation in
                let session = try AgentSession(invocation)
                Output.line(session.account?.description ?? "")
            }),
    ]

    private static func list(_ invocation: Invocation) throws {
        let session = try AgentSession(invocation)
        let owner = try session.ownerAccount(invocation)
        var entries: [JSONValue] = []
        var path = "/v1/audit?owner=\(owner)&limit=500"
        while true {
            let page = try invocation.run { try session.port.json(path, signedIn: true) }
            entries += page["entries"]?.elements ?? []
            guard let next = page["next"]?.numberText else { break }
            path = "/v1/audit?owner=\(owner)&limit=500&after=\(next)"
        }
        guard invocation.output == .table else { return Output.json(.array(entries)) }
        let rows = entries.map { entry -> [String] in
            let reasons = (entry["reasons"]?.elements ?? []).map {
                invocation.say(
                    $0["message"]?.stringValue ?? "", $0["message_zh"]?.stringValue ?? "")
            }
            let allowed = entry["allowed"]?.boolValue ?? false
            return [
                entry["sequence"]?.numberText ?? "", entry["time"]?.stringValue ?? "",
                allowed ? invocation.say("read", "已读") : invocation.say("refused", "拒绝"),
                String((entry["reader"]?.stringValue ?? "").prefix(16)),
                entry["domain"]?.stringValue ?? "-",
                String(entry["records"]?.elements.count ?? 0),
                String((entry["transaction"]?.stringValue ?? "").prefix(16)),
                reasons.first ?? "",
            ]
        }
        Output.table(
            [
                "#", invocation.say("time", "时间"), invocation.say("decision", "决定"),
                invocation.say("reader", "阅读者"), invocation.say("domain", "数据域"),
                invocation.say("records", "记录数"), invocation.say("transaction", "交易"),
                invocation.say("reason", "原因"),
            ], rows)
    }

    private static func setStatus(_ invocation: Invocation) throws {
        let session = try AgentSession(invocation)
        guard let account = AccountID(invocation.operands[0]),
            let status = MemberStatus.allCases.first(where: { "\($0)" == invocation.operands[1] }),
            let reason = ReasonCode(invocation.value("reason") ?? "unspecified")
        else {
            throw CommandError.usage(
                "Give an account and active, suspended or revoked.",
                "请给出账户以及 active、suspended 或 revoked。")
        }
        try invocation.run {
            try InstitutionDesk(
                store: session.store, port: session.port, chain: session.chain,
                random: session.random
            ).setStatus(of: account, status, reason: reason)
        }
        Output.line(invocation.say("Done.", "已完成。"))
    }
}
