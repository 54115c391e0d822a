import Agent
import Base
import Consent
import Encoding
import FHIRModel
import Ledger
import Membership
import System

/// Giving, listing and taking back consents.
enum ConsentCommands {
    private static let ownerOptions =
        AgentSession.options + [
            .value("owner", "ACCOUNT", "the owner, for hosted wallets", "所有者（托管钱包时）")
        ]

    private static let scopeOptions: [CommandOption] = [
        .value(
            "domains", "LIST", "domains, joined by commas (default: medical)",
            "数据域，以逗号分隔（默认 medical）"),
        .value("purposes", "LIST", "purposes (default: treatment)", "用途（默认 treatment）"),
        .value("hours", "N", "for how long (default 24)", "时长（小时，默认 24）"),
    ]

    static let all = [
        Command(
            words: ["consent", "grant"],
            summary: Localized("let a doctor or an institution read", "授权医生或机构阅读"),
            options: ownerOptions + scopeOptions + [
                .value("to", "ACCOUNT", "who may read", "被授权者"),
                .value("reads", "N", "how many reads (default: any number)", "阅读次数（默认不限）"),
            ],
            run: grant),
        Command(
            words: ["consent", "deny"],
            summary: Localized("forbid a reader, whatever else permits", "禁止某人阅读，优先于其他授权"),
            options: ownerOptions + scopeOptions + [
                .value("to", "ACCOUNT", "who may not read", "被禁止者")
            ],
            run: deny),
        Command(
            words: ["consent", "list"],
            summary: Localized("list the owner's consents", "列出所有者的授权"),
            options: ownerOptions, run: list),
        Command(
            words: ["consent", "revoke"],
            summary: Localized("take a consent back, at once", "立即撤销授权"),
            operands: ["GRANT"], options: ownerOptions, run: revoke),
    ]

    static func scope(_ invocation: Invocation) throws -> GrantScope {
        GrantScope(
            domains: try invocation.domains(default: [.medical]),
            purposes: try invocation.purposes())
    }

    private static func recipient(
        _ invocation: Invocation, _ session: AgentSession
    ) throws -> GrantRecipient {
        let account = try invocation.account("to")
        guard let member = try invocation.run({ try session.port.member(account) }) else {
            throw CommandError(
                .notFound, "account.unknown", "The account in --to is not a member.",
                "--to 中的账户不是本区成员。")
        }
        return member.kind == .institution ? .institution(account) : .person(account)
    }

    private static func grant(_ invocation: Invocation) throws {
        let session = try AgentSession(invocation)
        let now = SystemClock.now
        let hours = try invocation.number("hours", default: 24)
        let reads =
            try invocation.value("reads") == nil ? nil : invocation.number("reads", default: 1)
        let recipient = try recipient(invocation, session)
        let scope = try scope(invocation)
        let id = try invocation.run {
            try session.desk(invocation).permit(
                recipient, scope: scope, from: now, until: now.advanced(bySeconds: hours * 3600),
                readLimit: reads)
        }
        report(id, invocation)
    }

    private static func deny(_ invocation: Invocation) throws {
        let session = try AgentSession(invocation)
        let now = SystemClock.now
        let hours = try invocation.number("hours", default: 24)
        let recipient = try recipient(invocation, session)
        let scope = try scope(invocation)
        let id = try invocation.run {
            try session.desk(invocation).deny(
                recipient, scope: scope, from: now, until: now.advanced(bySeconds: hours * 3600))
        }
        report(id, invocation)
    }

    private static func report(_ id: Hash256, _ invocation: Invocation) {
        switch invocation.output {
        case .json: Output.json(["grant": .string(id.description)])
        case .table: Output.line(id.description)
        }
    }

    private static func list(_ invocation: Invocation) throws {
        let session = try AgentSession(invocation)
        let grants = try invocation.run { try session.desk(invocation).consents() }
        let rows = grants.map { listed -> [String] in
            let grant = listed.grant
            let recipient =
                switch grant.recipient {
                case .person(let account), .institution(let account): account.description
                case .role(let role): "\(role)"
                }
            return [
                listed.id.description, "\(grant.effect)", "\(grant.status)", recipient,
                grant.scope.domains.map(\.code).joined(separator: ","),
                grant.scope.purposes.map(\.code).joined(separator: ","), grant.until.rfc3339,
                "\(grant.readsUsed)" + (grant.readLimit.map { "/\($0)" } ?? ""),
            ]
        }
        Output.rows(
            invocation.output,
            [
                ("grant", invocation.say("grant", "授权")),
                ("effect", invocation.say("effect", "效力")),
                ("status", invocation.say("status", "状态")),
                ("recipient", invocation.say("recipient", "被授权者")),
                ("domains", invocation.say("domains", "数据域")),
                ("purposes", invocation.say("purposes", "用途")),
                ("until", invocation.say("until", "截止")),
                ("reads", invocation.say("reads", "次数")),
            ], rows)
    }

    private static func revoke(_ invocation: Invocation) throws {
        let session = try AgentSession(invocation)
        guard let grant = Hex.decode(invocation.operands[0]).flatMap({ Hash256($0) }) else {
            throw CommandError.usage("A grant is 64 hexadecimal digits.", "授权编号为 64 位十六进制数。")
        }
        try invocation.run { try session.desk(invocation).revoke(grant, now: SystemClock.now) }
        Output.line(invocation.say("Revoked, at once.", "已立即撤销。"))
    }
}

/// Access codes: a consent that a resident hands over as letters.
enum AccessCodeCommands {
    static let all = [
        Command(
            words: ["access-code", "issue"],
            summary: Localized("make a one-time access code", "生成一次性授权码"),
            options: AgentSession.options + [
                .value("owner", "ACCOUNT", "the owner, for hosted wallets", "所有者（托管钱包时）"),
                .value("domains", "LIST", "domains (default: medical)", "数据域（默认 medical）"),
                .value("purposes", "LIST", "purposes (default: treatment)", "用途（默认 treatment）"),
                .value("hours", "N", "how long the consent lasts (default 24)", "授权时长（小时，默认 24）"),
                .value(
                    "redeem-hours", "N", "how long the code is good (default 24)",
                    "授权码有效期（小时，默认 24）"),
                .value("reads", "N", "how many reads (default: any number)", "阅读次数（默认不限）"),
                .value("for", "ACCOUNT", "only this practitioner may redeem it", "仅限此医务人员使用"),
            ],
            run: issue),
        Command(
            words: ["access-code", "redeem"],
            summary: Localized("redeem a code as a practitioner", "医务人员兑换授权码"),
            operands: ["CODE"], options: AgentSession.options, run: redeem),
    ]

    private static func issue(_ invocation: Invocation) throws {
        let session = try AgentSession(invocation)
        let hours = try invocation.number("hours", default: 24)
        let redeemHours = try invocation.number("redeem-hours", default: 24)
        let reads =
            try invocation.value("reads") == nil ? nil : invocation.number("reads", default: 1)
        let bound = try invocation.value("for") == nil ? nil : invocation.account("for")
        let scope = try ConsentCommands.scope(invocation)
        let code = try invocation.run {
            try session.desk(invocation).issueCode(
                scope: scope, bound: bound,
                redeemUntil: SystemClock.now.advanced(bySeconds: redeemHours * 3600),
                grantSeconds: hours * 3600, readLimit: reads)
        }
        switch invocation.output {
        case .json: Output.json(["code": .string(code.grouped)])
        case .table: Output.line(code.grouped)
        }
    }

    private static func redeem(_ invocation: Invocation) throws {
        let session = try AgentSession(invocation)
        let text: AccessCodeText
        do throws(AccessCodeTextError) {
            text = try AccessCodeText(reading: invocation.operands[0])
        } catch {
            throw CommandError(.usage, error.refusal)
        }
        let access = try invocation.run {
            try PractitionerDesk(
                store: session.store, port: session.port, chain: session.chain,
                random: session.random
            ).redeem(text)
        }
        switch invocation.output {
        case .json:
            Output.json([
                "owner": .string(access.owner.description),
                "domains": .array(access.domains.map { .string($0.code) }),
                "transaction": .string(access.transaction.description),
            ])
        case .table:
            Output.line(
                invocation.say("owner    ", "所有者  ") + access.owner.description + "\n"
                    + invocation.say("domains  ", "数据域  ")
                    + access.domains.map(\.code).joined(separator: ", "))
        }
    }
}
