import Base
import Ledger
import Node
import Storage
import System
import Testing

/// A snapshot that is not what it should be leaves nothing behind.
@Suite
struct SnapshotDamageTests {
    /// A zone with a snapshot of several chunks, at rest.
    private func made(seed: UInt64) throws -> (zone: SnapshotZone, file: String) {
        let zone = try SnapshotZone(seed: seed)
        let node = try zone.open()
        try zone.fill(node, blocks: 8)
        let manifest = try node.makeSnapshot()
        let file = try #require(node.snapshots).path(manifest.height)
        node.shutdown()
        return (zone, file)
    }

    /// Joins from changed bytes; returns the error's code.
    private func refusal(_ bytes: [UInt8], _ zone: SnapshotZone) throws -> String? {
        let path = zone.path("changed.snapshot")
        try FileSystem.writeAtomically(path, bytes)
        let target = zone.path("target")
        do {
            _ = try zone.join("target", try SnapshotFile(path))
            try FileSystem.removeTree(target)
            return nil
        } catch let error as SnapshotError {
            #expect(!FileSystem.exists(target), "something was left behind")
            return error.refusal.code
        }
    }

    @Test func `no byte can change: the check that failed is named`() throws {
        let (zone, file) = try made(seed: 61)
        let bytes = try FileSystem.read(file, limit: 1 << 24)
        #expect(try refusal(bytes, zone) == nil)
        var codes: Set<String> = []
        var generator = SplitMix64(seed: 1)
        let mark = try SnapshotFile(file).manifest.erasedThrough
        for _ in 0..<60 {
            var changed = bytes
            let place = Int.random(in: bytes.indices, using: &generator)
            changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            let path = zone.path("probe")
            try FileSystem.writeAtomically(path, changed)
            if let probe = try? SnapshotFile(path), probe.manifest.erasedThrough != mark {
                continue
            }
            let code = try refusal(changed, zone)
            #expect(code?.hasPrefix("snapshot.") == true, "byte \(place): \(code ?? "accepted")")
            codes.insert(code ?? "")
        }
        #expect(codes.contains("snapshot.chunk") && codes.contains("snapshot.format"))
    }

    @Test func `a truncated or longer file is refused`() throws {
        let (zone, file) = try made(seed: 62)
        let bytes = try FileSystem.read(file, limit: 1 << 24)
        for count in [0, 7, 11, 12, 40, bytes.count / 2, bytes.count - 1] {
            #expect(try refusal(Array(bytes.prefix(count)), zone) == "snapshot.format")
        }
        #expect(try refusal(bytes + [0], zone) == "snapshot.format")
        let huge = SnapshotFile.magic + [0xFF, 0xFF, 0xFF, 0xFF] + bytes.dropFirst(12)
        #expect(try refusal(huge, zone) == "snapshot.format")
    }

    @Test func `a snapshot of another zone is refused`() throws {
        let (_, file) = try made(seed: 63)
        let other = try SnapshotZone(seed: 64)
        #expect(throws: SnapshotError.self) {
            _ = try other.join("target", try SnapshotFile(file))
        }
        #expect(!FileSystem.exists(other.path("target")))
    }

    @Test(arguments: NodeJoin.Step.allCases)
    func `an end at any step leaves no folder, and the next try succeeds`(
        _ step: NodeJoin.Step
    ) throws {
        let (zone, file) = try made(seed: 65)
        #expect(throws: SnapshotError.cancelled) {
            _ = try zone.join(
                "target", try SnapshotFile(file),
                passed: { (passed) throws(SnapshotError) in
                    if passed == step { throw .cancelled }
                })
        }
        #expect(!FileSystem.exists(zone.path("target")))
        let (folder, outcome) = try zone.join("target", try SnapshotFile(file))
        let node = try zone.open(folder)
        #expect(node.head == outcome.head)
        node.shutdown()
        #expect(!FileSystem.exists(zone.path("target.joining")))
    }

    @Test func `a folder that holds something is not touched`() throws {
        let (zone, file) = try made(seed: 66)
        try FileSystem.makeFolder(zone.path("target"))
        try FileSystem.writeAtomically(zone.path("target/mine"), [1])
        #expect(throws: SnapshotError.occupied(zone.path("target"))) {
            _ = try zone.join("target", try SnapshotFile(file))
        }
        #expect(try FileSystem.list(zone.path("target")) == ["mine"])
    }

    @Test func `a joined node whose state was lost says what to do`() throws {
        let (zone, file) = try made(seed: 67)
        let (folder, _) = try zone.join("target", try SnapshotFile(file))
        try folder.removeState()
        let error = #expect(throws: NodeError.self) { _ = try zone.open(folder) }
        #expect(error == .chain(.historyMissing(height: 1)))
        #expect(error?.refusal.code == "node.history-missing")
    }
}
