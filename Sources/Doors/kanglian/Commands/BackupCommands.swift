import Base
import Encoding
import Ledger
import Node
import System

/// Backups with an integrity proof, and restoring them.
enum BackupCommands {
    static let all = [
        Command(
            words: ["backup"],
            summary: Localized(
                "back up a node's folder, running or not; later runs add what is new",
                "备份节点目录（可在运行中）；再次执行只补充新内容"),
            operands: ["FOLDER", "BACKUP"],
            options: [
                .flag(
                    "with-keys", "also copy the node's keys, in the clear", "同时复制节点密钥（明文）"),
                .flag(
                    "mirror", "remove bodies that were erased since", "移除此后已擦除的正文"),
            ],
            run: backup),
        Command(
            words: ["backup", "verify"],
            summary: Localized(
                "read every byte of a backup and check it", "读取并校验备份的每个字节"),
            operands: ["BACKUP"],
            options: [
                .value(
                    "trust", "FILE", "the zone's trust file (default: the backup's own)",
                    "本区信任文件（默认：备份自带）")
            ],
            run: verify),
        Command(
            words: ["restore"],
            summary: Localized(
                "make a node's folder from a backup, all of it checked",
                "由备份建立节点目录，并全部校验"),
            operands: ["BACKUP", "FOLDER"],
            options: [
                .value(
                    "trust", "FILE", "the zone's trust file (default: the backup's own)",
                    "本区信任文件（默认：备份自带）"),
                .value("validator-key", "FILE", "the node's validator.key", "节点的 validator.key"),
                .value("operator-key", "FILE", "the node's operator.key", "节点的 operator.key"),
            ],
            run: restore),
    ]

    private static func trust(_ invocation: Invocation) throws -> TrustFile? {
        try invocation.value("trust").map {
            try TrustFile(parsing: Files.read($0, limit: TrustFile.byteCount))
        }
    }

    private static func observer(
        _ progress: Progress, _ invocation: Invocation
    ) -> (BackupProgress) -> Void {
        { state in
            progress.show(
                invocation.say(
                    "\(state.place): \(state.byteCount) bytes",
                    "\(state.place)：\(state.byteCount) 字节"))
        }
    }

    private static func backup(_ invocation: Invocation) throws {
        let folder = try HistoryCommands.nodeFolder(invocation.operands[0])
        var options = BackupWriter.Options()
        options.includesKeys = invocation.flag("with-keys")
        options.mirrors = invocation.flag("mirror")
        let progress = Progress()
        defer { progress.end() }
        let summary = try NodeErrors.worded {
            try BackupWriter(
                of: folder, to: invocation.operands[1], options: options, time: SystemClock.now,
                observer: observer(progress, invocation)
            ).run()
        }
        progress.end()
        let manifest = summary.manifest
        if invocation.output == .json {
            return Output.json([
                "backup": .string(invocation.operands[1]),
                "height": .integer(manifest.header.height),
                "first_height": .integer(manifest.firstHeight),
                "head": .string(manifest.certificate.header.description),
                "bodies": .integer(manifest.bodies),
                "copied_bodies": .integer(summary.copiedBodies),
                "leftover_bodies": .integer(summary.leftoverBodies),
                "snapshot": manifest.snapshot.map { .integer($0) } ?? .null,
            ])
        }
        Output.line(
            invocation.say(
                "Backed up to height \(manifest.header.height); \(manifest.bodies) bodies, "
                    + "\(summary.copiedBodies) of them new.",
                "已备份至高度 \(manifest.header.height)；正文 \(manifest.bodies) 份，"
                    + "其中新增 \(summary.copiedBodies) 份。"))
        if summary.leftoverBodies > 0 {
            Output.line(
                invocation.say(
                    "\(summary.leftoverBodies) bodies of earlier backups were erased since; "
                        + "--mirror removes them.",
                    "早先备份中有 \(summary.leftoverBodies) 份正文已被擦除；--mirror 可移除。"))
        }
    }

    private static func verify(_ invocation: Invocation) throws {
        let progress = Progress()
        defer { progress.end() }
        let manifest = try NodeErrors.worded {
            try BackupReader(
                invocation.operands[0], trust: trust(invocation),
                observer: observer(progress, invocation)
            ).verify()
        }
        progress.end()
        report(
            manifest, invocation,
            invocation.say("Every byte was read and is right.", "已读取每个字节，全部正确。"))
    }

    private static func restore(_ invocation: Invocation) throws {
        let folder = NodeFolder(invocation.operands[1])
        let keys = try HistoryCommands.keys(invocation)
        let progress = Progress()
        defer { progress.end() }
        let manifest = try NodeErrors.worded {
            try BackupReader(
                invocation.operands[0], trust: trust(invocation),
                observer: observer(progress, invocation)
            ).restore(to: folder, keys: keys, time: SystemClock.now)
        }
        progress.end()
        report(
            manifest, invocation,
            invocation.say(
                "\(folder.path) is restored. In a zone of several validators it signs nothing "
                    + "until that is harmless.",
                "\(folder.path) 已恢复。在多验证者的区内，确认无害之前不会签名。"))
    }

    private static func report(
        _ manifest: BackupManifest, _ invocation: Invocation, _ sentence: String
    ) {
        if invocation.output == .json {
            return Output.json([
                "verified": true, "chain": .string(manifest.chain.description),
                "height": .integer(manifest.header.height),
                "head": .string(manifest.certificate.header.description),
                "time": .string(manifest.time.rfc3339), "bodies": .integer(manifest.bodies),
            ])
        }
        Output.line(sentence)
        Output.line(
            invocation.say(
                "Height \(manifest.header.height), \(manifest.bodies) bodies, made "
                    + manifest.time.rfc3339 + ".",
                "高度 \(manifest.header.height)，正文 \(manifest.bodies) 份，备份时间 "
                    + manifest.time.rfc3339 + "。"))
    }
}
