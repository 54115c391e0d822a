import Agent
import Base
import Cryptography
import Node
import Rehearsal
import Sandbox
import Synchronization
import System

/// `kanglian cluster up`: the nodes of a zone and its etcd members as children of this process.
final class LocalCluster {
    /// Where the ports of links and of etcd lie above the first node's own port.
    private static let (linkOffset, etcdOffset): (UInt64, UInt64) = (1000, 2000)
    /// Seconds that a node may take to answer, and all of them to agree, on a busy machine.
    private static let patience: UInt64 = 120

    private let invocation: Invocation
    private let zone: ClusterZone
    private let asked = ConditionMutex(false)
    private var plan = ClusterPlan(ports: [])
    private var etcd: EtcdCluster?
    private var nodes: [(process: ChildProcess, isReported: Bool)] = []

    init(_ invocation: Invocation) {
        self.invocation = invocation
        zone = ClusterZone(invocation.operands[0], random: SystemRandom())
    }

    func run() throws {
        let signals = try NodeErrors.worded {
            try SignalWait { [asked] _ in asked.withLock { $0 = true } }
        }
        defer { signals.stop() }
        try NodeErrors.worded {
            if zone.exists { try open() } else { try make() }
            let lock = try FolderLock(zone.path)
            defer { lock.release() }
            defer { stop() }
            try FileSystem.makeFolder(logs)
            try startEtcd()
            try startNodes()
            try found()
            guard !isAsked else { return }
            Output.line(ClusterText.welcome(zone, urls: urls, members: etcdCount, invocation))
            watch()
            Output.remark(invocation.say("Stopping …", "正在停止……"))
        }
        Output.remark(invocation.say("Stopped; everything is on disk.", "已停止，数据均已落盘。"))
    }

    private var isAsked: Bool { asked.withLock { $0 } }
    private var logs: String { zone.path + "/logs" }
    private var urls: [String] { plan.ports.map { "http://127.0.0.1:\($0)" } }
    private var etcdCount: Int { plan.etcdPorts.count / 2 }

    // MARK: The zone

    private func make() throws {
        guard !FileSystem.exists(zone.path + "/trust.json") else {
            throw CommandError(
                .refused, "zone.single",
                "\(zone.path) holds the zone of a single node. Choose another folder.",
                "\(zone.path) 是单节点区。请选择其他目录。")
        }
        var options = try ClusterOptions.make(
            invocation, institutions: try invocation.number("nodes", default: 4))
        let members = try invocation.number("etcd", default: 3)
        guard members <= 9 else {
            throw CommandError.usage("--etcd is at most 9.", "--etcd 最大为 9。")
        }
        try requireEtcd(members > 0)
        let (count, first) = (
            options.institutions, try invocation.number("port", default: 8080)
        )
        if first == 0 {
            let free = LoopbackPorts.take(2 * count + 2 * Int(members))
            (plan.ports, options.ports) = (
                Array(free.prefix(count)), Array(free.dropFirst(count).prefix(count))
            )
            plan.etcdPorts = Array(free.dropFirst(2 * count))
        } else {
            plan.ports = try ClusterOptions.ports(from: first, count)
            options.ports = try ClusterOptions.ports(from: first + Self.linkOffset, count)
            plan.etcdPorts = try ClusterOptions.ports(
                from: first + Self.etcdOffset, 2 * Int(members))
        }
        if members > 0 {
            options.engine = NodeFile.Engine(
                endpoints: stride(from: 0, to: plan.etcdPorts.count, by: 2).map {
                    "http://127.0.0.1:\(plan.etcdPorts[$0])"
                })
        }
        (plan.name, plan.seed) = (options.sample.name, options.sample.seed)
        let progress = Progress()
        defer { progress.end() }
        try FileSystem.makeFolder(zone.path)
        try plan.write(zone.path)
        try zone.create(options, time: SystemClock.now) { step in
            progress.show(invocation.say("making the zone: \(step)", "正在建区：\(step)"))
        }
    }

    private func open() throws {
        plan = try ClusterPlan.read(zone.path)
        for (name, count) in [("nodes", zone.nodeCount), ("etcd", etcdCount)] {
            guard try invocation.number(name, default: UInt64(count)) == UInt64(count) else {
                throw CommandError.usage(
                    "\(zone.path) was made with --\(name) \(count). Leave --\(name) out.",
                    "\(zone.path) 建立时为 --\(name) \(count)。请省略 --\(name)。")
            }
        }
        try requireEtcd(etcdCount > 0)
        let first = try invocation.number("port", default: 0)
        if first > 0 { plan.ports = try ClusterOptions.ports(from: first, zone.nodeCount) }
        guard plan.ports.count == zone.nodeCount else {
            throw CommandError(
                .notFound, "cluster.plan",
                "cluster.json does not fit the nodes. Make the zone anew.",
                "cluster.json 与节点不符。请重新建区。")
        }
    }

    private func requireEtcd(_ isNeeded: Bool) throws(CommandError) {
        guard isNeeded, !EtcdCluster.isInstalled else { return }
        throw CommandError(
            .unavailable, "etcd.missing",
            "etcd is not installed. Run: sudo apt-get install etcd-server etcd-client; or try "
                + "without an engine: --etcd 0",
            "未安装 etcd。请运行：sudo apt-get install etcd-server etcd-client；或不使用引擎：--etcd 0")
    }

    // MARK: Starting

    private func startEtcd() throws {
        guard etcdCount > 0 else { return }
        var options = EtcdCluster.Options()
        options.memberCount = etcdCount
        options.ports = plan.etcdPorts
        options.folder = zone.path + "/etcd"
        options.endsWithParent = true
        do throws(RehearsalError) {
            etcd = try EtcdCluster(options)
        } catch {
            throw CommandError(.unavailable, error.refusal)
        }
    }

    private func startNodes() throws {
        let program = Environment.program ?? CommandLine.arguments[0]
        for (index, port) in plan.ports.enumerated() {
            let log = "\(logs)/node-\(index + 1)"
            let process = try ChildProcess(
                [
                    program, "serve", zone.node(index).path, "--port", "\(port)", "--log",
                    log + ".log",
                ], endsWithParent: true, output: .file(log + ".out"), errors: .file(log + ".out"))
            nodes.append((process, false))
        }
        let end = SystemClock.monotonicNanoseconds + Self.patience * 1_000_000_000
        for index in nodes.indices {
            while (try? HTTPPort(url: urls[index], signer: nil).get("/readyz")) == nil, !isAsked {
                if nodes[index].process.wait(milliseconds: 100) != nil {
                    throw failure(index, "ended", "已退出")
                }
                guard SystemClock.monotonicNanoseconds < end else {
                    throw failure(index, "is not ready", "未就绪")
                }
            }
        }
    }

    private func failure(_ index: Int, _ english: String, _ chinese: String) -> CommandError {
        let file = "\(logs)/node-\(index + 1).out"
        let bytes = (try? FileSystem.read(file, limit: 64 << 20)) ?? []
        let last = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).last
        return CommandError(
            .unavailable, "cluster.node",
            "Node \(index + 1) \(english): \(last ?? "") Look at \(file).",
            "节点 \(index + 1) \(chinese)：\(last ?? "") 请查看 \(file)。")
    }

    private func found() throws {
        guard !plan.isFounded, !isAsked else { return }
        let progress = Progress()
        defer { progress.end() }
        progress.show(invocation.say("founding the zone", "正在建立区"))
        var sample = SampleZone.Options()
        sample.seed = plan.seed
        try zone.found(
            name: plan.name, urls: urls, imports: !invocation.flag("no-import"), options: sample,
            time: SystemClock.now
        ) { done, all in
            progress.show(
                invocation.say("importing residents: \(done) of \(all)", "正在导入居民：\(done)/\(all)"))
        }
        plan.isFounded = true
        try plan.write(zone.path)
    }

    // MARK: Running

    /// Until Ctrl-C; says so if a node ends by itself.
    private func watch() {
        while asked.wait(milliseconds: 500, until: { $0 ? () : nil }) == nil {
            for index in nodes.indices
            where !nodes[index].isReported && nodes[index].process.hasEnded {
                nodes[index].isReported = true
                Output.remark(
                    invocation.say(
                        "Node \(index + 1) has ended; see \(logs)/node-\(index + 1).log. The "
                            + "others go on.",
                        "节点 \(index + 1) 已退出；见 \(logs)/node-\(index + 1).log。其余节点继续运行。"))
            }
        }
    }

    /// Nodes first, so that they still reach etcd; all at once, as each waits for the others'
    /// votes.
    private func stop() {
        for node in nodes { node.process.terminate() }
        for node in nodes where node.process.wait(milliseconds: 30_000) == nil {
            node.process.kill()
        }
        nodes = []
        for index in 0..<etcdCount { etcd?.stop(index) }
        etcd = nil
    }
}
