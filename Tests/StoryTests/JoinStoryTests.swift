import Base
import Encoding
import Ledger
import Node
import System
import Testing

/// Joining, backing up and restoring from the command line, against a node that serves over HTTP.
@Suite("A node joins from another one's snapshot")
struct JoinStoryTests {
    private let zone: StoryZone
    private let folder: TemporaryFolder

    init() throws {
        zone = try StoryZone(seed: 47)
        folder = try TemporaryFolder("kanglian-join")
        try FileSystem.writeAtomically(folder.path + "/trust.json", zone.trust.text)
    }

    private func run(_ words: [String], exit code: Int32 = 0) throws -> (out: String, error: String)
    {
        let result = try ProcessRunner.run(
            [Program.path] + words, environment: Program.environment())
        #expect(result.end == .exited(code), "\(words): \(result.text)\(result.errorText)")
        return (result.text, result.errorText)
    }

    private func json(_ words: [String]) throws -> JSONValue {
        try JSONValue(parsing: Array(run(words + ["--output", "json"]).out.utf8))
    }

    private var keys: [String] {
        [
            "--validator-key", zone.folder + "/node/validator.key",
            "--operator-key", zone.folder + "/node/operator.key",
        ]
    }

    @Test("over HTTP, and its folder opens at the same head")
    func join() throws {
        let target = folder.path + "/joined"
        let words = [
            "join", "--from", zone.client.url, "--trust", folder.path + "/trust.json", target,
        ]
        #expect(try run(words, exit: 1).error.contains("--snapshot-every"))
        let height = try zone.node.makeSnapshot().height
        let listed = try json(["snapshot", "list", "--node", zone.client.url])
        #expect(listed[0]?["height"]?.stringValue == "\(height)")
        let answer = try json(words + keys)
        #expect(answer["snapshot_height"]?.integerValue == Int(height))
        #expect(answer["head"]?.stringValue == zone.node.head.digest.description)
        #expect(!FileSystem.exists(target + ".joining"))
        let doctor = try run(["doctor", target])
        #expect(doctor.out.contains("height \(zone.node.head.height)"))
        // The target holds something now.
        #expect(try run(words, exit: 1).error.contains(target))
        try rawBlocks(above: height)
    }

    /// Encoded blocks over HTTP: bounded, and nothing above the head.
    private func rawBlocks(above height: UInt64) throws {
        let head = zone.node.head.height
        let answer = try zone.client.get("/v1/blocks?from=1&count=3")
        var reader = try CBORReader(answer.body)
        let blocks = try reader.list(atMost: 3) { (reader) throws(CBORError) in
            try reader.byteString()
        }
        #expect(try blocks.map { try Block(decoding: $0).header.height } == [1, 2, 3])
        #expect(try zone.client.get("/v1/blocks?from=\(head + 1)").body == [0x80])
        #expect(try zone.client.get("/v1/blocks?from=0").status == 400)
        #expect(try zone.client.get("/v1/blocks?from=1&count=501").status == 400)
        #expect(try zone.client.get("/v1/snapshots/\(height)/chunks/999").status == 404)
        #expect(try zone.client.get("/v1/snapshots/\(height + 1)/manifest").status == 404)
    }

    @Test("and goes on with a download that was broken off, but not with a changed one")
    func resume() throws {
        let height = try zone.node.makeSnapshot().height
        let target = folder.path + "/joined"
        let parts = target + ".joining/snapshot"
        try FileSystem.makeFolder(parts)
        let manifest = try zone.client.get("/v1/snapshots/\(height)/manifest").body
        try FileSystem.writeAtomically(parts + "/manifest", manifest)
        // A chunk that a crash cut short is asked for again.
        try FileSystem.writeAtomically(parts + "/0.chunk", [1, 2, 3])
        let words = ["join", "--from", zone.client.url, "--trust", folder.path + "/trust.json"]
        let answer = try json(words + [target])
        #expect(answer["snapshot_height"]?.integerValue == Int(height))
        #expect(try NodeFolder(target).trust() == zone.trust)
    }

    @Test("and refuses it for another zone's trust file")
    func foreign() throws {
        _ = try zone.node.makeSnapshot()
        let other = try StoryZone(seed: 48)
        try FileSystem.writeAtomically(folder.path + "/other.json", other.trust.text)
        let target = folder.path + "/joined"
        let answer = try run(
            ["join", "--from", zone.client.url, "--trust", folder.path + "/other.json", target],
            exit: 4)
        #expect(answer.error.contains("trust file"))
        #expect(!FileSystem.exists(target))
    }

    @Test("only its operator may ask a node for a snapshot")
    func operatorOnly() throws {
        let owner = ["snapshot", "--node", zone.client.url, "--as"]
        #expect(
            try run(owner + [zone.folder + "/doctors/li.keys"], exit: 1).error.isEmpty == false)
        #expect(zone.node.snapshots?.heights == [])
    }

    @Test("a backup of the running node verifies and is restored; a changed byte is named")
    func backup() throws {
        let backup = folder.path + "/backup"
        let made = try json(["backup", zone.folder, backup])
        #expect(made["height"]?.integerValue == Int(zone.node.head.height))
        let trust = ["--trust", folder.path + "/trust.json"]
        #expect(try json(["backup", "verify", backup] + trust)["verified"]?.boolValue == true)
        let target = folder.path + "/restored"
        _ = try run(["restore", backup, target] + trust + keys)
        #expect(NodeFolder(target).isRestored)
        #expect(try run(["doctor", target]).out.contains("height \(zone.node.head.height)"))
        let file = backup + "/chain/trust.json"
        let text = try FileSystem.read(file, limit: 1 << 20)
        try FileSystem.writeAtomically(file, text + [10])
        let answer = try run(["backup", "verify", backup] + trust, exit: 4)
        #expect(answer.error.contains("trust.json"))
        #expect(try json(["prune", target, "--dry-run"])["classes"]?.members.isEmpty == true)
    }
}
