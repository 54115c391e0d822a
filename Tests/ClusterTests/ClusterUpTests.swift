import Encoding
@preconcurrency import Glibc
import Node
import Rehearsal
import Sandbox
import System
import Testing

/// `kanglian cluster up`, started and stopped as a person would.
@Suite(
    "A cluster started by one command", .serialized,
    .enabled(if: EtcdCluster.isInstalled, "etcd is missing: apt-get install etcd-server"))
final class ClusterUpTests {
    /// Milliseconds for a start on a busy machine; nothing is measured.
    private static let patience: Int32 = 240_000

    private let folder: String
    private var child: ChildProcess?
    private var urls: [String] = []

    init() throws { folder = try FileSystem.makeTemporaryFolder("kanglian-up") }

    deinit {
        child?.terminate()
        _ = child?.wait(milliseconds: nil)
        try? FileSystem.removeTree(folder)
    }

    private var zone: String { folder + "/zone" }

    /// Starts the cluster and waits until its welcome names the addresses.
    private func start(_ name: String, _ words: [String]) throws {
        let output = "\(folder)/\(name).out"
        let child = try ChildProcess(
            [Program.path, "cluster", "up", zone] + words, environment: Program.environment(),
            output: .file(output), errors: .file(output))
        self.child = child
        for _ in 0..<Self.patience / 20 {
            let end = child.wait(milliseconds: 20)
            let text = String(
                decoding: (try? FileSystem.read(output, limit: 1 << 20)) ?? [], as: UTF8.self)
            if text.contains("Ctrl-C stops") {
                urls = text.matches(of: /(http:\/\/127\.0\.0\.1:\d+)\/[ ]/).map {
                    String($0.output.1)
                }
                return
            }
            if let end {
                Issue.record("ended with \(end): \(text)")
                break
            }
        }
        throw SystemError("start", "kanglian cluster up", code: ETIMEDOUT)
    }

    private func stop() {
        child?.send(SIGINT)
        #expect(child?.wait(milliseconds: Self.patience) == .exited(0))
        child = nil
    }

    private func kanglian(_ words: String..., node: Int? = nil) throws -> ProcessRunner.Output {
        let place = node.map { ["KANGLIAN_NODE=\(urls[$0])"] } ?? []
        return try ProcessRunner.run(
            [Program.path] + words, environment: Program.environment(place))
    }

    /// A command that must succeed, its output as text.
    private func done(
        _ words: String..., node: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> String {
        let result = try ProcessRunner.run(
            [Program.path] + words,
            environment: Program.environment(["KANGLIAN_NODE=\(urls[node])"]))
        #expect(
            result.end == .exited(0), "\(words): \(result.errorText)",
            sourceLocation: sourceLocation)
        return result.text
    }

    private func status() throws -> [JSONValue] {
        let result = try kanglian("status", zone, "--wait", "120", "--output", "json")
        #expect(result.end == .exited(0), "\(result.errorText)")
        return try JSONValue(parsing: result.output).elements
    }

    /// Waits until all nodes are at one height.
    private func settle() throws {
        try eventually("all nodes have one head") {
            let heads = try status().map { $0["status"]?["head"] }
            return heads.count == urls.count && Set(heads).count == 1
        }
    }

    @Test("A record goes from one institution's node to a doctor at another's; a restart keeps all")
    func story() throws {
        let resident = zone + "/residents/resident-01.keys"
        let chen = zone + "/doctors/chen.keys"
        try start("first", ["--port", "0", "--residents", "2"])
        #expect(urls.count == 4)
        try settle()
        let list = ["record", "list", "--as", resident, "--purpose", "residentRequest"]
        let before = try done(list[0], list[1], list[2], list[3], list[4], list[5], node: 2)
        let finding = try #require(
            before.split(separator: "\n").last { $0.contains(" laboratory ") }?
                .split(separator: " ").first)

        try settle()
        let refused = try kanglian(
            "record", "read", String(finding), "--as", chen, "--owner",
            try done("member", "account", "--as", resident, node: 0)
                .trimming(), node: 1)
        #expect(refused.end == .exited(1) && refused.errorText.contains("[consent.no-consent]"))
        let code = try done(
            "access-code", "issue", "--as", resident, "--domains", "medical,laboratory",
            "--reads", "3", node: 3
        ).trimming()
        try settle()
        _ = try done("access-code", "redeem", code, "--as", chen, node: 1)
        let vault = zone + "/node-2/vault"
        let bytes = try NodeFolder.byteCount(vault)
        let read = try done("record", "read", String(finding), "--as", chen, node: 1)
        #expect(read.contains("\"resourceType\""))
        #expect(try NodeFolder.byteCount(vault) > bytes, "the body came from another node")

        try expectStatus()
        try settle()
        let audit = try done("audit", "list", "--as", resident, node: 3)
        #expect(audit.contains("A consent of the owner covers this read."))
        stop()
        let alone = try kanglian("status", zone)
        #expect(alone.end == .exited(5) && alone.errorText.contains("[node.stopped]"))

        try start("second", [])
        try settle()
        let after = try done(list[0], list[1], list[2], list[3], list[4], list[5], node: 1)
        #expect(after == before)
        let again = try done("audit", "list", "--as", resident, node: 0)
        #expect(again.contains("A consent of the owner covers this read."))
        #expect(again.split(separator: "\n").count > audit.split(separator: "\n").count)
        stop()
        let other = try kanglian("cluster", "up", zone, "--nodes", "5")
        #expect(other.end == .exited(2))
    }

    @Test("When it is killed, its nodes and members end too, and the next start finds everything")
    func killed() throws {
        try start("first", ["--port", "0", "--residents", "1"])
        // One that has ended and that nobody has waited for yet has no words any more.
        func children() throws -> [String] {
            try FileSystem.list("/proc").filter { process in
                let words = (try? FileSystem.read("/proc/\(process)/cmdline", limit: 1 << 16)) ?? []
                return String(decoding: words, as: UTF8.self).contains(zone + "/")
            }
        }
        #expect(try children().count == 7)
        child?.send(SIGKILL)
        try eventually("all children have ended") {
            try children().isEmpty
        }
        try start("second", [])
        try settle()
        stop()
    }

    private func expectStatus() throws {
        let nodes = try status()
        #expect(nodes.count == 4)
        for node in nodes {
            let status = try #require(node["status"])
            #expect(status["standing"] == "voting" && status["ready"] == true)
            #expect(status["engine"]?["state"] == "working")
            #expect(status["certificate"]?["signed"]?.elements.count ?? 0 >= 3)
            #expect(status["validators"]?.elements.count { $0["connected"] == true } == 4)
            #expect(status["alarms"]?.elements.isEmpty == true)
        }
        let table = try kanglian("status", zone).text
        for part in ["votes", "First Hospital", "Fourth Hospital", "last certificate", "working"] {
            #expect(table.contains(part), "\(table)")
        }
        let chinese = try kanglian("status", zone, "--lang", "zh").text
        #expect(chinese.contains("投票中") && chinese.contains("第一医院"))
    }
}

extension String {
    /// Without the line end.
    fileprivate func trimming() -> String { String(split(separator: "\n").joined(separator: "\n")) }
}
