import Agent
import Base
import Cryptography
import Encoding
@preconcurrency import Glibc
import Ledger
import Node
import Rehearsal
import Sandbox
import Synchronization
import System
import Testing

/// A zone of real processes in a temporary folder: a node for each institution, and etcd members.
///
/// Everything is made by the constructor, and etcd runs then; nodes are started by hand. All ends
/// with the object.
final class ClusterProcesses: Sendable {
    struct Options: Sendable {
        var nodes = 4
        /// Members of etcd; 0 for a zone without an engine.
        var etcd = 3
        var signatures: [SignatureSuite] = [.ed25519]
        /// Sample residents whose bundles are written.
        var residents = 1
        /// Changes a node's file before it is written, for proxies between nodes and the like.
        var adapt: @Sendable (_ node: Int, inout NodeFile) -> Void = { _, _ in }

        init() {}
    }

    let options: Options
    let folder: String
    let zone: ClusterZone
    let trust: TrustFile
    let etcd: EtcdCluster?
    /// The port of each node's API, and of its links.
    let ports: [UInt16]
    let linkPorts: [UInt16]
    private let nodes: Mutex<[ChildProcess?]>

    init(_ options: Options = Options()) throws {
        self.options = options
        folder = try FileSystem.makeTemporaryFolder("kanglian-cluster")
        let taken = LoopbackPorts.take(2 * options.nodes)
        (ports, linkPorts) = (
            Array(taken.prefix(options.nodes)), Array(taken.dropFirst(options.nodes))
        )
        var members = EtcdCluster.Options()
        members.memberCount = options.etcd
        members.folder = folder + "/etcd"
        etcd = options.etcd > 0 ? try EtcdCluster(members) : nil
        zone = ClusterZone(folder + "/zone", random: SystemRandom())
        var made = ClusterZone.Options()
        made.institutions = options.nodes
        made.signatures = options.signatures
        made.ports = linkPorts
        made.sample.residents = options.residents
        made.engine = etcd.map { NodeFile.Engine(endpoints: $0.endpoints) }
        try zone.create(made, time: SystemClock.now)
        for index in 0..<options.nodes {
            guard var file = try zone.node(index).readNodeFile() else { continue }
            options.adapt(index, &file)
            try zone.node(index).write(file)
        }
        trust = try zone.trust()
        nodes = Mutex(Array(repeating: nil, count: options.nodes))
    }

    deinit {
        for index in 0..<options.nodes { kill(index) }
        etcd?.stopAll()
        try? FileSystem.removeTree(folder)
    }

    // MARK: Nodes

    /// Starts a node that does not run and waits until its API answers, ready or not.
    func start(_ index: Int) throws {
        guard process(index)?.hasEnded ?? true else { return }
        let log = "\(folder)/node-\(index + 1)"
        let child = try ChildProcess(
            [
                Program.path, "serve", zone.node(index).path, "--port", "\(ports[index])",
                "--log", log + ".log",
            ], environment: Program.environment(), output: .file(log + ".out"),
            errors: .file(log + ".out"))
        nodes.withLock { $0[index] = child }
        try eventually("node \(index + 1) answers") {
            if let end = child.wait(milliseconds: 0) {
                throw Refusal("test.node", "Ended with \(end): \(output(index))", "已退出。")
            }
            return (try? port(index).get("/healthz")) != nil
        }
    }

    /// Starts whoever does not run and waits until all are ready.
    func startAll() throws {
        for index in 0..<options.nodes { try start(index) }
        for index in 0..<options.nodes { try waitUntilReady(index) }
    }

    /// Waits until a node accepts transactions.
    func waitUntilReady(_ index: Int, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try eventually("node \(index + 1) is ready", sourceLocation: sourceLocation) {
            (try? port(index).get("/readyz")) != nil
        }
    }

    func isRunning(_ index: Int) -> Bool { !(process(index)?.hasEnded ?? true) }

    /// `kill -9`, and waits until it is gone.
    func kill(_ index: Int) {
        process(index)?.kill()
        _ = process(index)?.wait(milliseconds: nil)
        nodes.withLock { $0[index] = nil }
    }

    /// Ctrl-C, and waits until the node has ended.
    @discardableResult
    func stop(_ index: Int) -> ProcessEnd? {
        process(index)?.send(SIGINT)
        defer { nodes.withLock { $0[index] = nil } }
        return process(index)?.wait(milliseconds: nil)
    }

    func restart(_ index: Int) throws {
        kill(index)
        try start(index)
    }

    /// Holds a process up, which looks like a network that swallows everything, or lets it go on.
    func freeze(_ index: Int) { process(index)?.send(SIGSTOP) }
    func thaw(_ index: Int) { process(index)?.send(SIGCONT) }

    private func process(_ index: Int) -> ChildProcess? { nodes.withLock { $0[index] } }

    /// The end of what a node printed and logged.
    func output(_ index: Int) -> String {
        [".out", ".log"].map { ending in
            let path = "\(folder)/node-\(index + 1)\(ending)"
            let bytes = (try? FileSystem.read(path, limit: 1 << 30)) ?? []
            return String(decoding: bytes.suffix(2000), as: UTF8.self)
        }.joined(separator: "\n")
    }

    // MARK: Folders

    /// Copies a node's folder as a backup would: all but the votes, the state and the lock.
    func backUp(_ index: Int, to name: String) throws {
        let target = "\(folder)/\(name)"
        try FileSystem.makeFolder(target)
        let parts = [
            "trust.json", "node.json", "validator.key", "operator.key", "link.crt", "link.key",
            "blocks", "vault", "audit",
        ]
        for part in parts {
            try Self.run(["cp", "-a", "\(zone.node(index).path)/\(part)", target + "/"])
        }
    }

    /// Replaces the folder of a node that is stopped by a backup, marked as restored.
    func restore(_ index: Int, from name: String) throws {
        kill(index)
        let path = zone.node(index).path
        try FileSystem.removeTree(path)
        try Self.run(["cp", "-a", "\(folder)/\(name)", path])
        try FileSystem.writeAtomically(path + "/restored", [])
    }

    /// Copies a whole stopped folder, votes included: what no operator should do.
    func clone(_ index: Int, to name: String) throws {
        try Self.run(["cp", "-a", zone.node(index).path, "\(folder)/\(name)"])
    }

    private static func run(_ command: [String]) throws {
        let result = try ProcessRunner.run(command)
        try #require(result.end.isSuccess, "\(command): \(result.errorText)")
    }

    // MARK: Talking to nodes

    func url(_ index: Int) -> String { "http://127.0.0.1:\(ports[index])" }

    /// A port to a node for public data, or in a signer's name.
    func port(_ index: Int, as signer: Signer? = nil) -> HTTPPort {
        HTTPPort(url: url(index), signer: signer, expecting: signer == nil ? nil : trust.genesis.id)
    }

    /// Founds the sample zone: institutions, doctors, the first resident.
    func found(imports: Bool = false) throws {
        var sample = SampleZone.Options()
        sample.residents = options.residents
        try zone.found(
            name: "Test zone", urls: (0..<options.nodes).map { url($0) }, imports: imports,
            options: sample, time: SystemClock.now)
    }

    func head(_ index: Int) throws -> (height: UInt64, digest: String, stateRoot: String) {
        let zone = try port(index).json("/v1/zone")
        return (
            try #require(zone["height"]?.numberText.flatMap { UInt64($0) }),
            try #require(zone["head"]?.stringValue), try #require(zone["state_root"]?.stringValue)
        )
    }

    /// What a node says of itself and the others.
    func status(_ index: Int) throws -> JSONValue { try port(index).json("/v1/status") }

    /// The codes of a node's standing alarms.
    func alarms(_ index: Int) throws -> [String] {
        try status(index)["alarms"]?.elements.compactMap { $0["code"]?.stringValue } ?? []
    }

    /// Lets a validator in quarantine vote again, as its operator does.
    func release(_ index: Int) throws {
        try Self.run([Program.path, "validator", "release", zone.node(index).path])
    }

    /// The digest of a block at a node; nil when it has none yet.
    func block(_ height: UInt64, at index: Int) -> String? {
        (try? port(index).json("/v1/blocks/\(height)"))?["digest"]?.stringValue
    }

    /// Waits until all running nodes have one head at this height or above, then compares every
    /// block and the roots.
    @discardableResult
    func expectAgreement(
        atLeast height: UInt64 = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> UInt64 {
        let running = (0..<options.nodes).filter { isRunning($0) }
        var top: UInt64 = 0
        try eventually("one head", sourceLocation: sourceLocation) {
            let heads = running.compactMap { try? head($0) }
            guard heads.count == running.count, Set(heads.map(\.digest)).count == 1,
                Set(heads.map(\.stateRoot)).count == 1, heads[0].height >= height
            else { return false }
            top = heads[0].height
            return true
        }
        for height in stride(from: 1, through: top, by: 1) {
            let digests = Set(running.map { block(height, at: $0) })
            #expect(
                digests.count == 1 && !digests.contains(nil), "block \(height)",
                sourceLocation: sourceLocation)
        }
        return top
    }
}
