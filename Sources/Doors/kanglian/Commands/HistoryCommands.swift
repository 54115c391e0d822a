import Agent
import Base
import Encoding
import Ledger
import Node
import System

/// Snapshots, joining from one, and pruning.
enum HistoryCommands {
    private static let keyOptions: [CommandOption] = [
        .value(
            "validator-key", "FILE", "the new node's validator.key (or put it there later)",
            "新节点的 validator.key（也可稍后放入）"),
        .value("operator-key", "FILE", "the new node's operator.key", "新节点的 operator.key"),
    ]

    static let all = [
        Command(
            words: ["snapshot"],
            summary: Localized(
                "make a snapshot: of a folder at rest, or of a running node with --as its operator",
                "生成快照：离线目录，或用 --as 运行方密钥要求运行中的节点"),
            operands: ["FOLDER"], requiredOperands: 0, options: AgentSession.options,
            run: snapshot),
        Command(
            words: ["snapshot", "list"],
            summary: Localized("list a node's snapshots", "列出节点的快照"), options: [NodeOption.url],
            run: list),
        Command(
            words: ["join"],
            summary: Localized(
                "make a node's folder from another node's snapshot, all of it checked",
                "由其他节点的快照建立节点目录，并全部校验"),
            operands: ["FOLDER"],
            options: [
                .value("from", "URL", "the node that has the snapshot", "提供快照的节点"),
                .value(
                    "snapshot", "FILE", "a snapshot's file, instead of --from", "快照文件（代替 --from）"),
                .value("trust", "FILE", "the zone's trust file", "本区信任文件"),
            ] + keyOptions,
            run: join),
        Command(
            words: ["prune"],
            summary: Localized(
                "drop entries that retention.json keeps no longer (node stopped)",
                "清除 retention.json 不再保留的条目（节点须已停止）"),
            operands: ["FOLDER"],
            options: [.flag("dry-run", "count only, change nothing", "仅统计，不做更改")], run: prune),
    ]

    /// The node's folder: itself, or the one in a zone's folder.
    static func nodeFolder(_ path: String) throws(CommandError) -> NodeFolder {
        let inner = path + "/node"
        let folder = NodeFolder(FileSystem.exists(inner + "/trust.json") ? inner : path)
        guard folder.exists else {
            throw CommandError(
                .notFound, "node.missing", "\(path) holds no node. Check the path.",
                "\(path) 中没有节点。请核对路径。")
        }
        return folder
    }

    /// The keys of `--validator-key` and `--operator-key`: both or neither.
    static func keys(
        _ invocation: Invocation
    ) throws -> (validator: NodeKeyFile, operatorKey: NodeKeyFile)? {
        switch (invocation.value("validator-key"), invocation.value("operator-key")) {
        case (nil, nil): return nil
        case (let validator?, let operatorKey?):
            return (try NodeKeyFile.read(validator), try NodeKeyFile.read(operatorKey))
        default:
            throw CommandError.usage(
                "Give --validator-key and --operator-key together, or none of them.",
                "--validator-key 与 --operator-key 须同时给出或都不给。")
        }
    }

    // MARK: Snapshots

    private static func snapshot(_ invocation: Invocation) throws {
        guard let path = invocation.operands.first else {
            let session = try AgentSession(invocation)
            try invocation.run { try session.port.requestSnapshot() }
            if invocation.output == .json { return Output.json(["status": "started"]) }
            return Output.line(
                invocation.say(
                    "The node is making a snapshot. See: kanglian snapshot list",
                    "节点正在生成快照。查看：kanglian snapshot list"))
        }
        let folder = try nodeFolder(path)
        let progress = Progress()
        defer { progress.end() }
        let made = try NodeErrors.worded {
            let node = try RestingNode(folder)
            defer { node.close() }
            return try node.makeSnapshot { state in
                progress.show(
                    invocation.say("writing \(state.rows) rows", "已写入 \(state.rows) 行"))
                return true
            }
        }
        progress.end()
        switch invocation.output {
        case .json:
            Output.json([
                "height": .integer(made.height), "file": .string(made.path),
                "bytes": .integer(made.byteCount),
            ])
        case .table:
            Output.line(
                invocation.say(
                    "Wrote \(made.path): height \(made.height), \(made.byteCount) bytes.",
                    "已写入 \(made.path)：高度 \(made.height)，\(made.byteCount) 字节。"))
        }
    }

    private static func list(_ invocation: Invocation) throws {
        let answer = try invocation.run {
            try NodeOption.publicPort(invocation).json("/v1/snapshots")
        }
        let rows = (answer["snapshots"]?.elements ?? []).map { row -> [String] in
            [
                row["height"]?.numberText ?? "", row["time"]?.stringValue ?? "",
                row["rows"]?.numberText ?? "", row["bytes"]?.numberText ?? "",
                row["chunks"]?.numberText ?? "",
            ]
        }
        Output.rows(
            invocation.output,
            [
                ("height", invocation.say("height", "高度")), ("time", invocation.say("time", "时间")),
                ("rows", invocation.say("rows", "行")), ("bytes", invocation.say("bytes", "字节")),
                ("chunks", invocation.say("chunks", "分片")),
            ], rows)
    }

    // MARK: Joining

    private static func join(_ invocation: Invocation) throws {
        let target = NodeFolder(invocation.operands[0])
        var trust = try TrustFile(
            parsing: Files.read(invocation.required("trust"), limit: TrustFile.byteCount))
        let keys = try keys(invocation)
        let progress = Progress()
        defer { progress.end() }
        let outcome = try NodeErrors.worded {
            if let file = invocation.value("snapshot") {
                let join = NodeJoin(target: target, trust: trust)
                return try join.run(
                    try SnapshotFile(file), keys: keys,
                    observer: { show($0, progress, invocation) })
            }
            try NodeJoin(target: target, trust: trust).requireFreeTarget()
            let url = try invocation.required("from")
            let port = HTTPPort(
                url: url.hasSuffix("/") ? String(url.dropLast()) : url, signer: nil)
            trust = try extended(trust, from: port)
            let parts = NodeJoin.workFolder(of: target) + "/snapshot"
            _ = try SnapshotDownload(port: port, folder: parts, trust: trust).run { state in
                progress.show(
                    invocation.say(
                        "downloading: \(state.byteCount) of \(state.totalByteCount) bytes",
                        "正在下载：\(state.byteCount)/\(state.totalByteCount) 字节"))
            }
            let join = NodeJoin(target: target, trust: trust)
            return try join.run(
                SnapshotParts(parts), keys: keys,
                later: { (height) throws(SnapshotError) in
                    do throws(PortError) {
                        return try port.blocks(from: height)
                    } catch {
                        throw .source(error.refusal)
                    }
                },
                observer: { show($0, progress, invocation) })
        }
        progress.end()
        report(outcome, target, hasKeys: keys != nil, invocation)
    }

    private static func show(
        _ state: SnapshotProgress, _ progress: Progress, _ invocation: Invocation
    ) -> Bool {
        let all = state.chunkCount.map { "/\($0)" } ?? ""
        progress.show(
            invocation.say(
                "checking: chunk \(state.chunks)\(all), \(state.rows) rows",
                "正在校验：分片 \(state.chunks)\(all)，\(state.rows) 行"))
        return true
    }

    private static func report(
        _ outcome: NodeJoin.Outcome, _ target: NodeFolder, hasKeys: Bool, _ invocation: Invocation
    ) {
        switch invocation.output {
        case .json:
            Output.json([
                "folder": .string(target.path), "snapshot_height": .integer(outcome.height),
                "height": .integer(outcome.head.height), "rows": .integer(outcome.rows),
                "head": .string(outcome.head.digest.description),
            ])
        case .table:
            Output.line(
                invocation.say(
                    "\(target.path) has the chain at height \(outcome.head.height); its blocks "
                        + "begin at \(outcome.height). All checks passed.",
                    "\(target.path) 已到高度 \(outcome.head.height)，区块自 \(outcome.height) 起。全部校验通过。"))
            guard !hasKeys else { return }
            Output.line(
                invocation.say(
                    "Put validator.key and operator.key there, then: kanglian serve "
                        + target.path,
                    "请放入 validator.key 与 operator.key，然后：kanglian serve \(target.path)"))
        }
    }

    /// The trust file with the epochs that the node proves beyond it.
    private static func extended(_ own: TrustFile, from port: HTTPPort) throws -> TrustFile {
        let fetched = try TrustFile(parsing: port.get("/v1/trust"))
        guard fetched.genesis == own.genesis,
            zip(own.handoffs, fetched.handoffs).allSatisfy({ $0.header == $1.header })
        else {
            throw CommandError(
                .verification, "trust-file.foreign",
                "The node tells of another chain than the trust file. Check both, and ask the "
                    + "zone's authority.",
                "该节点所述的链与信任文件不符。请核对，并询问本区管理部门。")
        }
        do throws(HandoffError) {
            return try own.extended(by: Array(fetched.handoffs.dropFirst(own.handoffs.count)))
        } catch {
            throw CommandError(
                .verification, "trust-file.handoff",
                "A change of validators does not follow (\(error)). Ask another node.",
                "一次验证者变更无法衔接（\(error)）。请改用其他节点。")
        }
    }

    // MARK: Pruning

    private static func prune(_ invocation: Invocation) throws {
        let folder = try nodeFolder(invocation.operands[0])
        let isTrial = invocation.flag("dry-run")
        let report = try NodeErrors.worded {
            let node = try RestingNode(folder)
            defer { node.close() }
            return try node.prune(isTrial: isTrial)
        }
        if invocation.output == .json {
            return Output.json([
                "dry_run": .bool(isTrial), "freed_bytes": .integer(report.freedByteCount),
                "classes": .object(
                    report.cutoffs.sorted { $0.key < $1.key }.map { name, height in
                        JSONMember(
                            name,
                            [
                                "through_height": .integer(height),
                                "dropped": .integer(report.dropped[name] ?? 0),
                            ])
                    }),
            ])
        }
        Output.rows(
            .table,
            [
                ("class", invocation.say("class", "类别")),
                ("through", invocation.say("through height", "截至高度")),
                ("dropped", invocation.say("entries dropped", "清除条目")),
            ],
            report.cutoffs.sorted { $0.key < $1.key }.map { name, height in
                [name, "\(height)", "\(report.dropped[name] ?? 0)"]
            })
        Output.line(
            isTrial
                ? invocation.say("Nothing was changed.", "未做任何更改。")
                : invocation.say(
                    "The block log takes \(report.freedByteCount) bytes less.",
                    "区块日志减少 \(report.freedByteCount) 字节。"))
    }
}
