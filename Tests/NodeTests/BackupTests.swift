import Base
import Cryptography
import Encoding
import Ledger
import Node
import Records
import Storage
import System
import Testing

/// A backup holds what a node cannot make again, proves it, and becomes a node.
@Suite
struct BackupTests {
    private let time = Timestamp(milliseconds: 1_800_000_000_000)

    private func backUp(
        _ zone: SnapshotZone, to name: String = "backup",
        _ change: (inout BackupWriter.Options) -> Void = { _ in }
    ) throws -> BackupSummary {
        var options = BackupWriter.Options()
        change(&options)
        return try BackupWriter(
            of: zone.folder, to: zone.path(name), options: options, time: time
        ).run()
    }

    private func reader(_ zone: SnapshotZone, _ name: String = "backup") -> BackupReader {
        BackupReader(zone.path(name), trust: zone.trust)
    }

    private func restore(_ zone: SnapshotZone, to name: String) throws -> NodeFolder {
        let folder = NodeFolder(zone.path(name))
        _ = try reader(zone).restore(to: folder, keys: try zone.keys(), time: time)
        return folder
    }

    @Test func `a backup of a running node becomes a node with the same chain and bodies`() throws {
        let zone = try SnapshotZone(seed: 81)
        let node = try zone.open()
        try zone.fill(node, blocks: 9)
        let summary = try backUp(zone)
        #expect(summary.manifest.header.height == node.head.height)
        #expect(summary.manifest.certificate.header == node.head.digest)
        #expect(summary.manifest.snapshot == nil && summary.copiedBodies == 18)
        #expect(try reader(zone).verify() == summary.manifest)
        let head = node.head
        try zone.fill(node, blocks: 2)
        node.shutdown()
        let folder = try restore(zone, to: "restored")
        let restored = try zone.open(folder)
        #expect(restored.head == head)
        for sample in zone.samples.prefix(9) {
            let address = BlobAddress(HashSuite.sha256.hash(sample.body))
            #expect(try restored.vault.get(address) == sample.body)
        }
        for transaction in zone.transactions.prefix(11) {
            let receipt = try #require(try restored.receipt(for: transaction.id))
            _ = try VerifiedReceipt(decoding: receipt.encoded, trust: zone.trust)
        }
        try zone.fill(restored, blocks: 1)
        restored.shutdown()
    }

    @Test func `a restored folder is marked, so that its validator does not sign`() throws {
        let zone = try SnapshotZone(seed: 82)
        let node = try zone.open()
        try zone.fill(node, blocks: 2)
        node.shutdown()
        #expect(!zone.folder.isRestored)
        _ = try backUp(zone)
        let folder = try restore(zone, to: "restored")
        #expect(folder.isRestored)
        let text = String(
            decoding: try FileSystem.read(folder.restoredFile, limit: 4096), as: UTF8.self)
        #expect(text.contains("kanglian-restored-1") && text.contains(node.head.digest.description))
    }

    @Test func `keys come along only when asked for, and votes never`() throws {
        let zone = try SnapshotZone(seed: 83)
        let node = try zone.open()
        try zone.fill(node, blocks: 2)
        node.shutdown()
        try FileSystem.makeFolder(zone.folder.path + "/votes")
        try FileSystem.writeAtomically(zone.folder.path + "/votes/00000000.segment", [1, 2, 3])
        let plain = try backUp(zone).manifest.files.map(\.path)
        #expect(!plain.contains { $0.hasSuffix(".key") || $0.contains("votes") })
        let withKeys = try backUp(zone) { $0.includesKeys = true }.manifest.files.map(\.path)
        #expect(withKeys.contains("validator.key") && withKeys.contains("operator.key"))
        #expect(!withKeys.contains { $0.contains("votes") })
        let folder = NodeFolder(zone.path("restored"))
        _ = try reader(zone).restore(to: folder, keys: nil, time: time)
        #expect(try FileSystem.permissions(folder.path + "/validator.key") == 0o600)
        try zone.open(folder).shutdown()
    }

    @Test func `a second backup copies new bodies only, and can drop erased ones`() throws {
        let zone = try SnapshotZone(seed: 84)
        let node = try zone.open()
        try zone.fill(node, blocks: 6)
        #expect(try backUp(zone).copiedBodies == 12)
        try zone.fill(node, blocks: 2)
        try zone.erase(zone.samples[0], node)
        let second = try backUp(zone)
        #expect(second.copiedBodies == 4 && second.leftoverBodies == 2)
        #expect(second.manifest.bodies == 14)
        #expect(try reader(zone).verify() == second.manifest)
        let third = try backUp(zone) { $0.mirrors = true }
        #expect(third.copiedBodies == 0 && third.leftoverBodies == 0)
        #expect(try backUp(zone).leftoverBodies == 0)
        node.shutdown()
        let restored = try zone.open(try restore(zone, to: "restored"))
        let address = BlobAddress(HashSuite.sha256.hash(zone.samples[0].body))
        #expect(try !restored.vault.contains(address))
        restored.shutdown()
    }

    @Test func `the backup of a joined node holds a snapshot and the blocks behind it`() throws {
        let zone = try SnapshotZone(seed: 85)
        let node = try zone.open()
        try zone.fill(node, blocks: 5)
        let file = try #require(try node.snapshots?.file(try node.makeSnapshot().height))
        node.shutdown()
        let (folder, _) = try zone.join("joined", file)
        let joined = try zone.open(folder)
        try zone.fill(joined, blocks: 6)
        let writer = BackupWriter(
            of: folder, to: zone.path("backup"), options: .init(), time: time)
        let first = joined.firstHeight
        // As `kanglian serve` holds it.
        let lock = try FolderLock(folder.path)
        #expect(throws: BackupError.needsSnapshot(from: first)) { try writer.run() }
        #expect(!FileSystem.exists(zone.path("backup/chain/backup.manifest")))
        let made = try joined.makeSnapshot().height
        try zone.fill(joined, blocks: 3)
        let summary = try writer.run()
        #expect(summary.manifest.snapshot == made && summary.manifest.firstHeight == first)
        let head = joined.head
        joined.shutdown()
        lock.release()
        #expect(try reader(zone).verify() == summary.manifest)
        let restored = try zone.open(try restore(zone, to: "restored"))
        #expect(restored.head == head && restored.firstHeight == first)
        try zone.fill(restored, blocks: 1)
        restored.shutdown()
        // A node at rest makes the snapshot itself.
        try FileSystem.removeTree(folder.snapshotFolder)
        #expect(try writer.run().manifest.snapshot == head.height)
    }

    @Test func `a backup that is cut short leaves the one before valid`() throws {
        let zone = try SnapshotZone(seed: 86)
        let node = try zone.open()
        try zone.fill(node, blocks: 3)
        let first = try backUp(zone).manifest
        try FileSystem.makeFolder(zone.path("backup/chain.new"))
        try FileSystem.writeAtomically(zone.path("backup/chain.new/half"), [1])
        #expect(try reader(zone).verify() == first)
        // The crash came between the two renames.
        try FileSystem.rename(zone.path("backup/chain"), to: zone.path("backup/chain.old"))
        #expect(throws: BackupError.self) { try reader(zone).verify() }
        try zone.fill(node, blocks: 1)
        let second = try backUp(zone).manifest
        #expect(try reader(zone).verify() == second && second.header.height > first.header.height)
        node.shutdown()
    }

    @Test func `any changed, missing or added byte of a backup is found`() throws {
        let zone = try SnapshotZone(seed: 87)
        let node = try zone.open()
        try zone.fill(node, blocks: 4)
        try zone.erase(zone.samples[1], node)
        node.shutdown()
        _ = try backUp(zone) { $0.includesKeys = true }
        _ = try reader(zone).verify()
        let files = try Self.files(zone.path("backup")).filter { !$0.hasSuffix("/lock") }
        #expect(files.count > 12)
        var generator = SplitMix64(seed: 3)
        for file in files {
            let bytes = try FileSystem.read(file, limit: 1 << 26)
            for _ in 0..<4 where !bytes.isEmpty {
                var changed = bytes
                let place = Int.random(in: bytes.indices, using: &generator)
                changed[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                try FileSystem.writeAtomically(file, changed)
                let isLeftover = try file.contains("/vault/") && !isListed(file, zone)
                if !isLeftover {
                    #expect(throws: BackupError.self, "\(file) byte \(place)") {
                        try reader(zone).verify()
                    }
                }
            }
            try FileSystem.writeAtomically(file, bytes)
        }
        _ = try reader(zone).verify()
        for file in files {
            let bytes = try FileSystem.read(file, limit: 1 << 26)
            try FileSystem.removeFile(file)
            if try !file.contains("/vault/") || isListed(file, zone) {
                #expect(throws: BackupError.self, "\(file) is missing") {
                    try reader(zone).verify()
                }
            }
            try FileSystem.writeAtomically(file, bytes)
        }
        try FileSystem.writeAtomically(zone.path("backup/chain/blocks/more"), [1])
        #expect(throws: BackupError.self) { try reader(zone).verify() }
        let target = NodeFolder(zone.path("restored"))
        #expect(throws: BackupError.self) {
            _ = try reader(zone).restore(to: target, keys: nil, time: time)
        }
        #expect(!FileSystem.exists(target.path))
    }

    /// Whether a body's file belongs to the newest backup.
    private func isListed(_ file: String, _ zone: SnapshotZone) throws -> Bool {
        let parts = file.split(separator: "/").suffix(2)
        let address = parts.joined()
        let list = try FileSystem.read(zone.path("backup/chain/vault.list"), limit: 1 << 20)
        return Hex.encode(list).contains(address)
    }

    private static func files(_ path: String) throws -> [String] {
        guard FileSystem.isFolder(path) else { return [path] }
        return try FileSystem.list(path).flatMap { try files(path + "/" + $0) }
    }

    @Test func `a backup of another zone, or of nothing, is refused`() throws {
        let zone = try SnapshotZone(seed: 88)
        let node = try zone.open()
        #expect(throws: BackupError.emptyChain) { _ = try backUp(zone) }
        try zone.fill(node, blocks: 2)
        node.shutdown()
        _ = try backUp(zone)
        let other = try SnapshotZone(seed: 89)
        let foreign = BackupReader(zone.path("backup"), trust: other.trust)
        #expect(throws: BackupError.damaged(.certificate, "the backup is of another chain")) {
            try foreign.verify()
        }
        #expect(throws: BackupError.self) { try reader(zone, "nothing").verify() }
        try FileSystem.makeFolder(zone.path("taken/x"))
        #expect(throws: BackupError.occupied(zone.path("taken"))) {
            _ = try restore(zone, to: "taken")
        }
    }
}
