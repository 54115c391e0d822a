import Agent
import Base
import Cryptography
package import Encoding
import Ledger
import Node
import Rehearsal
import Storage
import System

/// `bench join`: how long a new node needs from its first question to its first answer.
///
/// Three processes of this program play it, as operators would: a node that has a snapshot, `join`
/// that downloads and checks it, and the new node. A copy of the snapshot with one changed bit must
/// be refused.
package struct JoinBenchmark: Sendable {
    package struct Plan: Sendable {
        package var seed: UInt64 = 20_261_121
        /// Keys of the state.
        package var keys = 1_000_000
        package var rounds = 3

        package init() {}

        /// A short run for tests: the same path, small numbers.
        package static var smoke: Plan {
            var plan = Plan()
            (plan.keys, plan.rounds) = (2_000, 1)
            return plan
        }
    }

    /// Milliseconds that a process may take.
    private static let patience: UInt64 = 600_000

    private let plan: Plan
    private let folder: String
    private let program: String
    private let progress: @Sendable (String) -> Void

    /// - Parameter program: the path of `kanglian`.
    package init(
        plan: Plan, folder: String, program: String,
        progress: @escaping @Sendable (String) -> Void
    ) {
        (self.plan, self.folder, self.program) = (plan, folder, program)
        self.progress = progress
    }

    private var source: NodeFolder { NodeFolder(folder + "/source") }

    package func run() throws -> JSONValue {
        let snapshot = try makeSource()
        var joins: [Int] = []
        var starts: [Int] = []
        for round in 0..<plan.rounds {
            progress("round \(round + 1) of \(plan.rounds)")
            let target = "\(folder)/joined-\(round)"
            let url = try serve(source.path) { url in
                let start = SystemClock.monotonicNanoseconds
                try join(target, ["--from", url], head: snapshot.head)
                joins.append(Self.milliseconds(since: start))
            }
            let start = SystemClock.monotonicNanoseconds
            _ = try serve(target, at: url) { _ in starts.append(Self.milliseconds(since: start)) }
            try FileSystem.removeTree(target)
        }
        progress("a corrupted snapshot")
        let refusal = try joinCorrupted(snapshot.file)
        let totals = zip(joins, starts).map(+).sorted()
        return [
            "benchmark": "join",
            "state_keys": .integer(snapshot.rows),
            "snapshot_bytes": .integer(snapshot.bytes),
            "snapshot_ms": .integer(snapshot.milliseconds),
            "join_ms": .integer(joins.sorted()[joins.count / 2]),
            "start_ms": .integer(starts.sorted()[starts.count / 2]),
            "serves_after_ms": .integer(totals[totals.count / 2]),
            "corrupted_snapshot": .string(refusal),
            "seed": .integer(plan.seed),
            "machine": .string(MachineLimits.machine),
            "result_hash": .string(snapshot.stateRoot.description),
        ]
    }

    private static func milliseconds(since start: UInt64) -> Int {
        Int((SystemClock.monotonicNanoseconds - start) / 1_000_000)
    }

    // MARK: The node that is there

    private struct Snapshot {
        let file: String
        let bytes: Int
        let rows: Int
        let head: Hash256
        let stateRoot: Hash256
        let milliseconds: Int
    }

    /// Makes a node with a large state and a snapshot of it.
    private func makeSource() throws -> Snapshot {
        progress("filling the state")
        let zone = try BenchZone(seed: plan.seed)
        try source.create(
            genesis: zone.genesis,
            validator: NodeKeyFile(
                account: AccountID(foundedBy: zone.authority.publicKey), key: zone.validator),
            operatorKey: NodeKeyFile(account: zone.hospitalAccount, key: zone.hospital))
        let node = try Node(
            configuration: source.configuration(), storage: NodeFolder.openStorage(source.path))
        defer { node.shutdown() }
        let submission = Submission(node: node, clients: 1)
        for transaction in try zone.founding() { _ = try submission.run([transaction]) }
        try zone.grow(to: plan.keys, submission)
        progress("snapshot")
        let start = SystemClock.monotonicNanoseconds
        let manifest = try node.makeSnapshot()
        let time = Self.milliseconds(since: start)
        let file = "\(source.snapshotFolder)/\(manifest.height).snapshot"
        let rows = manifest.chunks.reduce(0) { $0 + ($1.kind == .state ? $1.rows : 0) }
        return Snapshot(
            file: file, bytes: try FileSystem.byteCount(file), rows: Int(rows),
            head: node.head.digest, stateRoot: node.head.stateRoot, milliseconds: time)
    }

    // MARK: Processes

    /// Runs a node until the body is done; returns its address.
    private func serve(
        _ path: String, at url: String? = nil, _ body: (String) throws -> Void
    ) throws -> String {
        let address = try url ?? "http://127.0.0.1:\(Self.freePort())"
        let log = folder + "/node.log"
        let port = address.split(separator: ":").last.map(String.init) ?? ""
        let child = try ChildProcess(
            [program, "serve", path, "--port", port, "--log", log], endsWithParent: true,
            output: .file(log), errors: .file(log))
        defer {
            child.terminate()
            _ = child.wait(milliseconds: nil)
        }
        let end = SystemClock.monotonicNanoseconds + Self.patience * 1_000_000
        while (try? HTTPPort(url: address, signer: nil).get("/readyz")) == nil {
            guard child.wait(milliseconds: 5) == nil, SystemClock.monotonicNanoseconds < end else {
                throw Refusal(
                    "bench.node", "The node at \(path) did not start; see \(log).",
                    "节点 \(path) 未能启动；见 \(log)。")
            }
        }
        try body(address)
        return address
    }

    private func join(_ target: String, _ words: [String], head: Hash256) throws {
        let result = try joining(target, words)
        let text = result.text
        guard result.end == .exited(0), text.contains(head.description) else {
            throw Refusal(
                "bench.join", "join failed: \(result.errorText)", "加入失败：\(result.errorText)")
        }
    }

    private func joining(_ target: String, _ words: [String]) throws -> ProcessRunner.Output {
        try ProcessRunner.run(
            [
                program, "join", target, "--trust", source.trustFile, "--validator-key",
                source.path + "/validator.key", "--operator-key", source.path + "/operator.key",
                "--output", "json",
            ] + words, milliseconds: Self.patience)
    }

    /// What `join` says to a snapshot in which one bit is wrong.
    private func joinCorrupted(_ file: String) throws -> String {
        var bytes = try FileSystem.read(file, limit: 1 << 31)
        bytes[bytes.count * 2 / 3] ^= 4
        let copy = folder + "/corrupted.snapshot"
        try FileSystem.writeAtomically(copy, bytes)
        let target = folder + "/corrupted"
        let result = try joining(target, ["--snapshot", copy])
        guard result.end != .exited(0), !FileSystem.exists(target) else {
            throw Refusal(
                "bench.corrupted", "A corrupted snapshot was taken.", "损坏的快照被接受。")
        }
        let words = result.errorText.split { $0 == "[" || $0 == "]" }
        return String(words.last { $0.contains(".") && !$0.contains(" ") } ?? "refused")
    }

    private static func freePort() throws -> UInt16 {
        let ports = LoopbackPorts.take(1)
        guard let port = ports.first else { throw SystemError("bind", "127.0.0.1", code: 98) }
        return port
    }
}
