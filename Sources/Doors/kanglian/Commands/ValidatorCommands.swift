import Cryptography
import Encoding
import Node
import System

/// What an operator asks of the node on the same machine.
enum ValidatorCommands {
    static let all = [
        Command(
            words: ["validator", "release"],
            summary: Localized(
                "let a validator in quarantine vote again, once that is harmless",
                "在确认无害后，解除验证者的隔离并恢复投票"),
            operands: ["FOLDER"],
            options: [
                .flag(
                    "force", "at once: only if nothing else ever signed with its key",
                    "立即恢复：仅当其密钥从未在别处签名")
            ],
            run: release)
    ]

    /// Seconds in which a running node answers: it looks four times a second.
    private static let patience: UInt64 = 10

    private static func release(_ invocation: Invocation) throws {
        let folder = NodeFolder(invocation.operands[0])
        guard folder.exists, folder.isOneOfSeveral else {
            throw CommandError(
                .notFound, "node.missing",
                "\(folder.path) holds no node of a zone of several. Check the path.",
                "\(folder.path) 中没有多机构区的节点。请核对路径。")
        }
        if (try? FolderLock(folder.path)) != nil {
            throw CommandError(
                .unavailable, "node.stopped",
                "The node of \(folder.path) does not run. Start it: kanglian serve \(folder.path)",
                "\(folder.path) 的节点未运行。请启动：kanglian serve \(folder.path)")
        }
        let desk = folder.operatorDesk
        let wish = try NodeErrors.worded {
            try desk.ask(force: invocation.flag("force"), random: SystemRandom())
        }
        let end = SystemClock.monotonicNanoseconds + patience * 1_000_000_000
        while SystemClock.monotonicNanoseconds < end {
            if let answer = desk.answer(to: wish) { return try report(answer, invocation) }
            SystemClock.sleep(untilMonotonic: SystemClock.monotonicNanoseconds + 50_000_000)
        }
        desk.withdraw()
        throw CommandError(
            .unavailable, "node.busy",
            "The node did not answer within \(patience) seconds. See kanglian status, try again.",
            "节点 \(patience) 秒内未应答。请查看 kanglian status 后重试。")
    }

    private static func report(
        _ answer: OperatorDesk.Answer, _ invocation: Invocation
    ) throws {
        if invocation.output == .json {
            Output.json([
                "standing": .string(answer.standing),
                "watermark": answer.watermark.map { .integer($0) } ?? .null,
            ])
        }
        switch answer.standing {
        case "voting", "observing":
            if invocation.output == .table {
                Output.line(invocation.say("The validator votes.", "验证者正在投票。"))
            }
        case "quarantined":
            let until = answer.watermark.map { String($0) } ?? "?"
            throw CommandError(
                .refused, "finality.not-yet",
                "Not yet: up to height \(until) it may have signed something before. It votes by "
                    + "itself once the chain is beyond; see kanglian status.",
                "尚不可行：高度 \(until) 之前可能已有其签名。链超过该高度后将自动恢复投票；见 kanglian status。")
        case "follower":
            throw CommandError(
                .refused, "finality.follower",
                "This node is no validator now: there is nothing to release.",
                "本节点当前不是验证者，无需解除。")
        default:
            throw CommandError(
                .refused, "finality.diverged",
                "This node's state differs from the certified one. See kanglian doctor.",
                "本节点状态与已认证状态不一致。请运行 kanglian doctor。")
        }
    }
}
