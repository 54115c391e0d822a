import Agent
import Base
import Cryptography
import Encoding
import Node
import Rehearsal
import Sandbox
import System

/// Zones of several institutions: their files, and a whole one on this machine for trying.
enum ClusterCommands {
    static let all = [
        Command(
            words: ["zone", "init"],
            summary: Localized(
                "make the files of a zone of several institutions", "建立多机构区的全部文件"),
            operands: ["FOLDER"],
            options: [
                .value(
                    "institutions", "N", "institutions with a node (default 4)", "带节点的机构数（默认 4）"),
                .value(
                    "observers", "N", "more institutions whose nodes have no vote (default 0)",
                    "另有 N 个机构的节点只跟随、不投票（默认 0）"),
                .value(
                    "engine", "URL", "etcd://host:port,… (https:// for TLS), or none (default)",
                    "etcd://主机:端口,…（TLS 用 https://），或 none（默认）"),
                .value(
                    "base-port", "P", "port of the first node's links (default 9080)",
                    "首个节点的链路端口（默认 9080）"),
                CommandOption.value(
                    "host", "H",
                    "host of the nodes; once for all, or once for each (default 127.0.0.1)",
                    "节点主机；可统一指定，或每节点各一次（默认 127.0.0.1）", repeats: true),
            ] + ClusterOptions.zone,
            run: initialise),
        Command(
            words: ["zone", "found"],
            summary: Localized(
                "admit the institutions, doctors and first resident of such a zone, over its nodes",
                "通过运行中的节点接纳该区的机构、医生与首位居民"),
            operands: ["FOLDER"], options: [NodeOption.url], run: found),
        Command(
            words: ["cluster", "up"],
            summary: Localized(
                "run a whole zone here for trying: nodes and etcd; makes it if there is none",
                "在本机试运行完整的区：节点与 etcd；如无则建立"),
            operands: ["FOLDER"],
            options: [
                .value("nodes", "N", "nodes (default 4)", "节点数（默认 4）"),
                .value(
                    "etcd", "N", "etcd members; 0 for no engine (default 3)",
                    "etcd 成员数；0 表示无引擎（默认 3）"),
                .value(
                    "port", "PORT", "port of the first node (default 8080; 0 picks free ones)",
                    "首个节点端口（默认 8080；0 自动选择）"),
                .flag("no-import", "import no sample residents", "不导入示例居民"),
            ] + ClusterOptions.zone,
            run: { try LocalCluster($0).run() }),
    ]

    private static func initialise(_ invocation: Invocation) throws {
        let zone = ClusterZone(invocation.operands[0], random: SystemRandom())
        guard !FileSystem.exists(zone.path + "/trust.json") else {
            throw CommandError(
                .refused, "zone.exists",
                "\(zone.path) already holds a zone. Choose another folder.",
                "\(zone.path) 已有一个区。请选择其他目录。")
        }
        var options = try ClusterOptions.make(
            invocation, institutions: try invocation.number("institutions", default: 4))
        let observers = try invocation.number("observers", default: 0)
        guard observers + UInt64(options.institutions) <= ClusterOptions.institutions.upperBound
        else {
            throw CommandError.usage(
                "Institutions and observers are at most 16.", "机构与观察节点合计最多 16 个。")
        }
        options.observers = Int(observers)
        options.engine = try ClusterOptions.engine(invocation.value("engine"))
        let base = try invocation.number("base-port", default: 9080)
        options.hosts = invocation.all("host").isEmpty ? ["127.0.0.1"] : invocation.all("host")
        switch options.hosts.count {
        case 1: options.ports = try ClusterOptions.ports(from: base, options.institutions)
        case options.institutions:
            let port = try ClusterOptions.ports(from: base, 1)[0]
            options.ports = Array(repeating: port, count: options.institutions)
        default:
            throw CommandError.usage(
                "Give --host once, or once for each institution.", "--host 须给出一次，或每机构各一次。")
        }
        try NodeErrors.worded {
            try zone.create(options, time: SystemClock.now)
            var plan = ClusterPlan(
                ports: try ClusterOptions.ports(
                    from: 8080, options.institutions + options.observers))
            (plan.name, plan.seed) = (options.sample.name, options.sample.seed)
            try plan.write(zone.path)
        }
        let nodes = (0..<zone.nodeCount).map { zone.node($0).path }
        if invocation.output == .json {
            return Output.json([
                "zone": .string(zone.path), "trust": .string(zone.path + "/trust.json"),
                "nodes": .array(nodes.map { .string($0) }),
            ])
        }
        Output.line(
            invocation.say(
                """
                The zone is in \(zone.path). Carry each node's folder to its institution's machine
                (\(nodes.joined(separator: ", "))), start it there with kanglian serve,
                then found the zone: kanglian zone found \(zone.path) --node URL
                """,
                """
                区已建立在 \(zone.path)。请将各节点目录（\(nodes.joined(separator: "、"))）
                送至对应机构的机器，用 kanglian serve 启动，然后：kanglian zone found \(zone.path) --node URL
                """))
        if options.hosts == ["127.0.0.1"] {
            Output.line(
                invocation.say(
                    "Or run them all here: kanglian cluster up \(zone.path)",
                    "也可全部在本机运行：kanglian cluster up \(zone.path)"))
        }
        if options.institutions < 4 {
            Output.remark(
                invocation.say(
                    "With fewer than 4 institutions every node must run, or the chain waits.",
                    "机构少于 4 个时，任一节点停机都会使链暂停。"))
        }
    }

    private static func found(_ invocation: Invocation) throws {
        let zone = ClusterZone(invocation.operands[0], random: SystemRandom())
        guard zone.exists else {
            throw CommandError(
                .notFound, "zone.missing",
                "\(zone.path) holds no zone of several institutions. Make it: kanglian zone init",
                "\(zone.path) 中没有多机构区。请先运行 kanglian zone init。")
        }
        let plan = try ClusterPlan.read(zone.path)
        var sample = SampleZone.Options()
        sample.seed = plan.seed
        try NodeErrors.worded {
            try zone.found(
                name: plan.name, urls: [NodeOption.address(invocation)], imports: false,
                options: sample, time: SystemClock.now)
        }
        Output.line(invocation.say("The zone is founded.", "区已建立。"))
    }
}
