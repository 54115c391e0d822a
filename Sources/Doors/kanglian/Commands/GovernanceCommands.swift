import Agent
import Base
import Cryptography
import Encoding
import Governance
import Ledger
import Node
import System

/// Deciding who validates: proposals, votes, readiness and their status.
enum GovernanceCommands {
    private static let steps: [CommandOption] = [
        .value(
            "add", "ACCOUNT:KEY:WEIGHT", "a validator that joins (authority agrees too)",
            "新增验证者（须管理部门同意）", repeats: true),
        .value("remove", "ACCOUNT", "a validator that leaves", "退出的验证者", repeats: true),
        .value(
            "rekey", "ACCOUNT:KEY", "a validator's new key", "更换验证者密钥", repeats: true),
        .value(
            "reweigh", "ACCOUNT:WEIGHT", "a validator's new weight", "调整验证者权重",
            repeats: true),
        .flag(
            "emergency", "removals only, effective as soon as the others are ready",
            "仅限移除，其余验证者就绪后立即生效"),
    ]

    static let all = [
        command(
            "propose", "propose another set of validators", "提议变更验证者", options: steps,
            run: propose),
        command("approve", "vote for a proposal", "赞成提案", operands: ["PROPOSAL"]) {
            try vote($0) { GovernanceCalls.approve($0) }
        },
        command("reject", "vote against a proposal", "反对提案", operands: ["PROPOSAL"]) {
            try vote($0) { GovernanceCalls.reject($0) }
        },
        command("withdraw", "take one's own proposal back", "撤回自己的提案", operands: ["PROPOSAL"]) {
            try vote($0) { GovernanceCalls.withdraw($0) }
        },
        command(
            "rotate", "replace one's own validator key", "更换自己的验证者密钥", operands: ["KEY"],
            run: rotate),
        command(
            "ready", "say that this validator can vote in the new set", "声明本验证者在新一届中已就绪",
            operands: ["PROPOSAL"],
            options: [
                .value(
                    "validator-key", "FILE", "the validator's key in the new set",
                    "新一届中的验证者密钥文件")
            ], run: ready),
        Command(
            words: ["governance", "status"],
            summary: Localized(
                "who validates, what is proposed, and what waits", "查看验证者、提案与待生效变更"),
            options: [NodeOption.url], run: GovernanceStatus.run),
        Command(
            words: ["governance", "key"],
            summary: Localized("make a validator's key file", "生成验证者密钥文件"),
            operands: ["FILE"],
            options: [
                .value("account", "ACCOUNT", "the institution's account", "机构账户"),
                .value(
                    "signatures", "SUITE", "signature suite", "签名套件",
                    choices: ["ed25519", "p256", "sm2"]),
            ], run: makeKey),
    ]

    private static func command(
        _ word: String, _ english: String, _ chinese: String, operands: [String] = [],
        options: [CommandOption] = [], run: @escaping @Sendable (Invocation) throws -> Void
    ) -> Command {
        Command(
            words: ["governance", word], summary: Localized(english, chinese),
            operands: operands, options: AgentSession.options + options, run: run)
    }

    // MARK: Proposing and voting

    private static func propose(_ invocation: Invocation) throws {
        let changes = try GovernanceOptions.changes(invocation)
        guard !changes.isEmpty else {
            throw CommandError.usage(
                "Name at least one of --add, --remove, --rekey and --reweigh.",
                "请至少给出 --add、--remove、--rekey 或 --reweigh 之一。")
        }
        var call = GovernanceCalls.propose(changes)
        if invocation.flag("emergency") {
            let removed = changes.compactMap { change in
                if case .remove(let account) = change { account } else { nil }
            }
            guard removed.count == changes.count else {
                throw CommandError.usage(
                    "--emergency goes with --remove only.", "--emergency 只能与 --remove 同用。")
            }
            call = GovernanceCalls.removeInEmergency(removed)
        }
        try submit([call], try AgentSession(invocation), invocation, names: "proposal")
    }

    private static func vote(
        _ invocation: Invocation, _ call: (Hash256) -> Call
    ) throws {
        let proposal = try GovernanceOptions.proposal(invocation)
        try submit([call(proposal)], try AgentSession(invocation), invocation)
    }

    private static func rotate(_ invocation: Invocation) throws {
        let key = try GovernanceOptions.key(invocation.operands[0])
        try submit(
            [GovernanceCalls.rotate(to: key)], try AgentSession(invocation), invocation,
            names: "proposal")
    }

    // MARK: Readiness

    private static func ready(_ invocation: Invocation) throws {
        let proposal = try GovernanceOptions.proposal(invocation)
        let key = try NodeKeyFile.read(try invocation.required("validator-key")).key
        let session = try AgentSession(invocation)
        guard let account = session.account else {
            throw CommandError.usage(
                "--as is the validator's institution.", "--as 应为验证者所属机构。")
        }
        let facts = try invocation.run { try session.port.json("/v1/governance") }
        guard let waiting = facts["waiting"],
            waiting["proposal"]?.stringValue == proposal.description,
            let height = waiting["checkpoint_height"]?.numberText.flatMap({ UInt64($0) }),
            let root = waiting["checkpoint_root"]?.stringValue.flatMap({ Hex.decode($0) })
                .flatMap({ Hash256($0) }),
            let digest = waiting["validators_digest"]?.stringValue.flatMap({ Hex.decode($0) })
                .flatMap({ Hash256($0) })
        else { throw CommandError(.refused, GovernanceRefusal.notWaiting.refusal) }
        try checkState(root, at: height, session, invocation)
        let statement = ReadyStatement(
            chain: session.chain, proposal: proposal, validators: digest, account: account,
            height: height, stateRoot: root)
        try submit(
            [try GovernanceCalls.ready(statement, key: key)], session, invocation)
    }

    /// The node must have the checkpoint itself: that is what being ready means.
    private static func checkState(
        _ root: Hash256, at height: UInt64, _ session: AgentSession, _ invocation: Invocation
    ) throws {
        guard height > 0 else { return }
        let block = try invocation.run { try session.port.json("/v1/blocks/\(height)") }
        guard block["state_root"]?.stringValue == root.description else {
            throw CommandError(
                .refused, "governance.other-state",
                "This node has another state at height \(height) than the zone decided on. Have "
                    + "it checked: kanglian doctor",
                "本节点在高度 \(height) 的状态与本区不一致。请检查：kanglian doctor")
        }
    }

    private static func makeKey(_ invocation: Invocation) throws {
        let file = invocation.operands[0]
        let account = try invocation.account("account")
        let suite: SignatureSuite =
            switch invocation.value("signatures") {
            case "p256": .p256
            case "sm2": .sm2
            default: .ed25519
            }
        guard !FileSystem.exists(file) else {
            throw CommandError(
                .refused, "file.exists", "\(file) exists. Choose another name for the new key.",
                "\(file) 已存在。请为新密钥另选文件名。")
        }
        let key = try SigningKey(suite: suite, random: SystemRandom())
        do throws(SystemError) {
            try NodeKeyFile(account: account, key: key).write(to: file)
        } catch {
            throw CommandError(.unavailable, error.refusal)
        }
        let text = Hex.encode(key.publicKey.tagged)
        switch invocation.output {
        case .json: Output.json(["file": .string(file), "key": .string(text)])
        case .table: Output.line(text)
        }
    }

    // MARK: Sending

    private static func submit(
        _ calls: [Call], _ session: AgentSession, _ invocation: Invocation,
        names: String = "transaction"
    ) throws {
        guard let signer = session.store.identity.signer else {
            throw CommandError.usage(
                "--as is an institution's or the authority's keystore.",
                "--as 应为机构或管理部门的密钥库。")
        }
        let verdicts = try invocation.run {
            let transaction = try TransactionBuilder(
                chain: session.chain, random: session.random
            ).sign(calls, by: signer, head: try session.port.chain().height)
            return try session.port.submit([transaction])
        }
        for verdict in verdicts {
            if let refusal = verdict.refusal { throw CommandError(.refused, refusal) }
            switch invocation.output {
            case .json: Output.json([names: .string(verdict.id.description)])
            case .table: Output.line(verdict.id.description)
            }
        }
    }
}
