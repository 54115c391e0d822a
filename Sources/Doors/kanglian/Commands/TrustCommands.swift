import Agent
import Base
import Encoding
import Ledger
import System

/// `trust update` fetches newer epochs for a trust file, and `trust show` lists what it proves.
enum TrustCommands {
    static let all = [
        Command(
            words: ["trust", "update"],
            summary: Localized(
                "add the newest epochs to a trust file, each checked by the one before it",
                "更新信任文件：逐届校验并加入新的届次"),
            operands: ["FILE"], options: [NodeOption.url], run: update),
        Command(
            words: ["trust", "show"],
            summary: Localized(
                "list the epochs and validators that a trust file proves", "列出信任文件所证明的届次与验证者"),
            operands: ["FILE"], run: show),
    ]

    private static func read(_ file: String) throws -> TrustFile {
        try TrustFile(parsing: try Files.read(file, limit: TrustFile.byteCount))
    }

    private static func update(_ invocation: Invocation) throws {
        let file = invocation.operands[0]
        let own = try read(file)
        let text = try invocation.run { try NodeOption.publicPort(invocation).get("/v1/trust") }
        let updated = try merge(own, try TrustFile(parsing: text))
        let added = updated.handoffs.count - own.handoffs.count
        if added > 0 { try Files.write(updated.text, to: file) }
        switch invocation.output {
        case .json:
            Output.json([
                "file": .string(file), "added": .integer(added),
                "epoch": .integer(updated.lastEpoch.epoch),
            ])
        case .table:
            let epoch = updated.lastEpoch.epoch
            Output.line(
                added == 0
                    ? invocation.say(
                        "\(file) is up to date: epoch \(epoch).", "\(file) 已是最新：第 \(epoch) 届。")
                    : invocation.say(
                        "\(file) now reaches epoch \(epoch); \(added) handoffs checked.",
                        "\(file) 已更新至第 \(epoch) 届，校验了 \(added) 次交接。"))
        }
    }

    /// Our file with what the node's file proves beyond it; both must tell one story.
    private static func merge(_ own: TrustFile, _ fetched: TrustFile) throws -> TrustFile {
        guard own.genesis == fetched.genesis else {
            throw CommandError(
                .verification, "trust-file.foreign",
                "The node serves another chain than the trust file names. Check its address.",
                "该节点服务的链与信任文件不同。请核对地址。")
        }
        for (ours, theirs) in zip(own.handoffs, fetched.handoffs)
        where ours.header != theirs.header {
            throw CommandError(
                .verification, "trust-file.fork",
                "The node tells another end of epoch \(ours.header.epoch) than the trust file, and "
                    + "both are certified: its validators signed twice. Keep both files and tell "
                    + "the zone's authority.",
                "关于第 \(ours.header.epoch) 届的结束，该节点与信任文件不一致且均有认证："
                    + "其验证者重复签署。请保留两份文件并告知本区管理部门。")
        }
        do throws(HandoffError) {
            return try own.extended(by: Array(fetched.handoffs.dropFirst(own.handoffs.count)))
        } catch {
            throw CommandError(
                .verification, "trust-file.handoff",
                "A handoff does not follow (\(error)). Ask another node.",
                "一次交接无法衔接（\(error)）。请改用其他节点。")
        }
    }

    private static func show(_ invocation: Invocation) throws {
        let file = try read(invocation.operands[0])
        var rows: [[String]] = []
        for number in 0...file.lastEpoch.epoch {
            guard let epoch = file.epoch(number) else { continue }
            let last = file.handoff(ending: number)?.header.height
            rows.append([
                "\(number)", "\(epoch.first)", last.map { "\($0)" } ?? "",
                "\(epoch.validators.validators.count)", "\(epoch.validators.totalWeight)",
                epoch.validators.digest.description,
            ])
        }
        Output.rows(
            invocation.output,
            [
                ("epoch", invocation.say("epoch", "届次")),
                ("first", invocation.say("first height", "起始高度")),
                ("last", invocation.say("last height", "结束高度")),
                ("validators", invocation.say("validators", "验证者")),
                ("weight", invocation.say("weight", "权重")),
                ("digest", invocation.say("digest of the set", "名单摘要")),
            ], rows)
    }
}
