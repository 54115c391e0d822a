import Base
import Console
import Cryptography
import Encoding
import Gateway
import HTTPServer
import Node
import Sandbox
import System

/// Making a zone, and running its node.
enum ZoneCommands {
    private static let serverOptions: [CommandOption] = [
        .value("port", "PORT", "the port (default 8080; 0 picks one)", "端口（默认 8080；0 自动选择）"),
        .value("address", "ADDRESS", "the address (default 127.0.0.1)", "地址（默认 127.0.0.1）"),
        .value("tls-certificate", "FILE", "PEM certificate: serve TLS 1.3", "PEM 证书：启用 TLS 1.3"),
        .value("tls-key", "FILE", "PEM private key of the certificate", "证书的 PEM 私钥"),
        .value(
            "snapshot-every", "N", "make a snapshot every so many heights (default 0: when asked)",
            "每隔多少高度生成快照（默认 0：仅按要求）"),
        .value("log", "FILE", "write the structured log here (default: standard error)", "结构化日志文件"),
    ]

    private static let zoneOptions: [CommandOption] = [
        .value("province", "CODE", "GB/T 2260 code (default 33)", "GB/T 2260 代码（默认 33）"),
        .value("name", "TEXT", "the zone's name", "区名称"),
        .value("residents", "N", "sample residents (default 20)", "示例居民数（默认 20）"),
        .value("seed", "N", "seed of the samples", "示例的随机种子"),
        .value(
            "signatures", "SUITE", "signature suite", "签名套件",
            choices: ["ed25519", "p256", "sm2"]),
        .value("hash", "SUITE", "hash suite of the chain", "链的摘要套件", choices: ["sha256", "sm3"]),
    ]

    static let all = [
        Command(
            words: ["demo"],
            summary: Localized(
                "make a sample zone if there is none, import residents, and serve it",
                "如无示例区则建立，导入居民并启动节点"),
            operands: ["FOLDER"], requiredOperands: 0, options: zoneOptions + serverOptions,
            run: demo),
        Command(
            words: ["init"],
            summary: Localized(
                "make a zone: keys, genesis, a node, doctors and sample bundles",
                "建区：密钥、创世、节点、医生与示例数据"),
            operands: ["FOLDER"], options: zoneOptions, run: initialise),
        Command(
            words: ["serve"],
            summary: Localized("run the node of a zone until Ctrl-C", "运行节点，按 Ctrl-C 停止"),
            operands: ["FOLDER"], options: serverOptions,
            run: { invocation in try serve(invocation, folder: invocation.operands[0]) }),
    ]

    private static func options(_ invocation: Invocation) throws -> SampleZone.Options {
        var options = SampleZone.Options()
        options.province = invocation.value("province") ?? options.province
        options.name = invocation.value("name") ?? options.name
        options.residents = Int(try invocation.number("residents", default: 20))
        options.seed = try invocation.number("seed", default: options.seed)
        switch invocation.value("signatures") {
        case "p256": options.signatures = .p256
        case "sm2": options.signatures = .sm2
        default: break
        }
        if invocation.value("hash") == "sm3" { options.hash = .sm3 }
        return options
    }

    private static func initialise(_ invocation: Invocation) throws {
        let zone = SampleZone(invocation.operands[0], random: SystemRandom())
        guard !zone.exists else {
            throw CommandError(
                .refused, "zone.exists",
                "\(zone.path) already holds a zone. Choose another folder.",
                "\(zone.path) 已有一个区。请选择其他目录。")
        }
        try make(zone, invocation)
        if invocation.output == .json {
            Output.json(["zone": .string(zone.path), "trust": .string(zone.path + "/trust.json")])
        } else {
            Output.line(
                invocation.say(
                    "The zone is in \(zone.path). Start its node: kanglian serve \(zone.path)",
                    "区已建立在 \(zone.path)。启动节点：kanglian serve \(zone.path)"))
        }
    }

    private static func make(_ zone: SampleZone, _ invocation: Invocation) throws {
        let progress = Progress()
        defer { progress.end() }
        try NodeErrors.worded {
            try zone.create(try options(invocation), time: SystemClock.now) { step in
                progress.show(invocation.say("making the zone: \(step)", "正在建区：\(step)"))
            }
        }
    }

    private static func demo(_ invocation: Invocation) throws {
        let folder = invocation.operands.first ?? "zone"
        let zone = SampleZone(folder, random: SystemRandom())
        let isNew = !zone.exists
        if isNew { try make(zone, invocation) }
        try serve(invocation, folder: folder) { node in
            guard isNew else { return }
            let progress = Progress()
            try NodeErrors.worded {
                _ = try zone.importSamples(node: node, time: SystemClock.now) { done, all in
                    progress.show(
                        invocation.say(
                            "importing residents: \(done) of \(all)", "正在导入居民：\(done)/\(all)"))
                }
            }
            progress.end()
        } ready: { url in
            Output.line(DemoText.welcome(folder: folder, url: url, invocation))
        }
    }

    private static func serve(
        _ invocation: Invocation, folder: String,
        prepare: (Node) throws -> Void = { _ in }, ready: ((String) -> Void)? = nil
    ) throws {
        let path = FileSystem.exists(folder + "/node/trust.json") ? folder + "/node" : folder
        let nodeFolder = NodeFolder(path)
        guard nodeFolder.exists else {
            throw CommandError(
                .notFound, "node.missing",
                "\(folder) holds no node. Make a zone first: kanglian init \(folder)",
                "\(folder) 中没有节点。请先建区：kanglian init \(folder)")
        }
        let configuration = try serverConfiguration(invocation)
        let interval = try invocation.number("snapshot-every", default: 0)
        let running = try NodeErrors.worded {
            try RunningNode(
                folder: nodeFolder, server: configuration, logFile: invocation.value("log"),
                pages: ConsoleFiles.paths.compactMap { path in
                    ConsoleFiles.file(path: path).map {
                        GatewayPage(path: path, contentType: $0.contentType, bytes: $0.bytes)
                    }
                }, snapshotInterval: interval)
        }
        try prepare(running.node)
        let url = running.url
        if let ready {
            ready(url)
        } else {
            Output.line(
                invocation.say(
                    "Serving \(folder) on \(url). Ctrl-C stops it.", "已在 \(url) 提供服务，按 Ctrl-C 停止。"))
        }
        running.waitForSignal()
        Output.remark(invocation.say("Stopping …", "正在停止……"))
        running.stop()
        Output.remark(invocation.say("Stopped; everything is on disk.", "已停止，数据均已落盘。"))
    }

    private static func serverConfiguration(
        _ invocation: Invocation
    ) throws -> HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration()
        configuration.address = invocation.value("address") ?? "127.0.0.1"
        guard let port = UInt16(exactly: try invocation.number("port", default: 8080)) else {
            throw CommandError.usage("--port is at most 65535.", "--port 最大为 65535。")
        }
        configuration.port = port
        if let certificate = invocation.value("tls-certificate") {
            let key = try invocation.required("tls-key")
            configuration.identity = HTTPServerIdentity(
                certificatePEM: String(
                    decoding: try Files.read(certificate, limit: 1 << 20), as: UTF8.self),
                privateKeyPEM: String(
                    decoding: try Files.read(key, limit: 1 << 20), as: UTF8.self))
        }
        return configuration
    }
}
