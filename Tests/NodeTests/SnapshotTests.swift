import Base
import Cryptography
import Encoding
import Ledger
import Merkle
import Node
import Records
import Storage
import Synchronization
import System
import Testing

/// A node that joined from a snapshot is a node like the others, but for the past it does not have.
@Suite
struct SnapshotTests {
    private struct Joined {
        let zone: SnapshotZone
        let erased: TestHospital.Sample
        let head: Head
        let folder: NodeFolder
    }

    /// A zone of a few blocks, stopped, and another node's folder from its snapshot.
    private func joined(seed: UInt64) throws -> Joined {
        let zone = try SnapshotZone(seed: seed)
        let node = try zone.open()
        try zone.fill(node, blocks: 12)
        let erased = zone.samples[4]
        try zone.erase(erased, node)
        let manifest = try node.makeSnapshot()
        let file = try #require(try node.snapshots?.file(manifest.height))
        node.shutdown()
        let (folder, outcome) = try zone.join("joined", file)
        #expect(outcome.height == node.head.height && outcome.head == node.head)
        return Joined(zone: zone, erased: erased, head: node.head, folder: folder)
    }

    @Test func `a joined node has the head and the state and answers reads of it`() throws {
        let joined = try joined(seed: 51)
        let node = try joined.zone.open(joined.folder)
        defer { node.shutdown() }
        #expect(node.head == joined.head)
        #expect(node.firstHeight == joined.head.height)
        let state = try node.state()
        for sample in joined.zone.samples {
            let item = try RecordQueries.item(
                sample.record, of: joined.zone.hospital.account, in: state)
            #expect(item != nil)
            #expect((item?.erasure != nil) == (sample.record == joined.erased.record))
        }
    }

    @Test func `receipts of its new transactions verify, with proofs that span the base`() throws {
        let joined = try joined(seed: 52)
        let zone = joined.zone
        let node = try zone.open(joined.folder)
        try zone.fill(node, blocks: 20)
        let row = RecordQueries.itemStateKey(zone.samples[0].record, of: zone.hospital.account)
        for transaction in zone.transactions.suffix(20) {
            let receipt = try #require(try node.receipt(for: transaction.id, stateKeys: [row]))
            let verified = try VerifiedReceipt(decoding: receipt.encoded, trust: zone.trust)
            #expect(verified.transaction.id == transaction.id)
            #expect(verified.receipt.state.first?.value != nil)
        }
        let head = node.head
        node.shutdown()
        let again = try zone.open(joined.folder)
        #expect(again.head == head)
        again.shutdown()
    }

    @Test func `what was before the snapshot is said to be elsewhere, and never crashes`() throws {
        let joined = try joined(seed: 53)
        let node = try joined.zone.open(joined.folder)
        defer { node.shutdown() }
        let first = joined.head.height
        let absence = StorageError.absent(
            "block 3", .beforeStart(height: first))
        #expect(throws: absence) { try node.block(at: 3) }
        #expect(throws: absence) { try node.storedBlock(at: 3) }
        #expect(throws: absence) { try node.blocks(from: 3, count: 5, byteCount: 1 << 20) }
        #expect(absence.refusal.code == "history.before-start")
        #expect(try node.block(at: first + 1) == nil && node.block(at: .max) == nil)
        // The block of the snapshot itself is there with no more than its leaves.
        let base = try #require(try node.storedBlock(at: first))
        #expect(base.header.height == first && base.whole == nil)
        for transaction in joined.zone.transactions {
            #expect { try node.receipt(for: transaction.id) } throws: { error in
                if case .absent(_, .beforeStart)? = error as? StorageError { true } else { false }
            }
        }
        #expect(
            try node.gap(behind: EventPosition(height: 1, entry: 0, event: 0))?.refusal.code
                == "history.before-start")
        #expect(try node.gap(behind: EventPosition(height: first, entry: 0, event: 0)) == nil)
    }

    @Test func `a duplicate of a transaction from before the snapshot is refused`() throws {
        let joined = try joined(seed: 54)
        let node = try joined.zone.open(joined.folder)
        defer { node.shutdown() }
        for old in joined.zone.transactions {
            #expect(try node.place(of: old.id) != nil)
            let results = Mutex<[SubmissionResult]>([])
            node.submit([old.bytes]) { _, result in results.withLock { $0.append(result) } }
            try eventually("an answer") { results.withLock { !$0.isEmpty } }
            guard case .refused(.duplicate(old.id)) = results.withLock({ $0[0] }) else {
                Issue.record("\(results.withLock { $0 })")
                return
            }
        }
        #expect(node.head == joined.head)
    }

    @Test func `an erased record's body is destroyed when it comes back with an old vault`() throws
    {
        let joined = try joined(seed: 55)
        let zone = joined.zone
        let bodies = [joined.erased.body, joined.erased.envelope]
        // Somebody puts an old vault beside a state whose mark says nothing of it.
        let storage = try NodeFolder.openStorage(joined.folder.path)
        let addresses = try storage.vault.put(bodies)
        let kept = try storage.vault.put([zone.samples[5].body])
        var batch = WriteBatch()
        batch.delete([4] + Array("erased-through".utf8))
        try storage.store.write(batch)
        try storage.store.flush()
        storage.close()
        let node = try zone.open(joined.folder)
        defer { node.shutdown() }
        for address in addresses { #expect(try !node.vault.contains(address)) }
        #expect(try node.vault.contains(kept[0]))
    }

    @Test func `later blocks are run before the folder is a node's`() throws {
        let zone = try SnapshotZone(seed: 56)
        let node = try zone.open()
        try zone.fill(node, blocks: 5)
        let manifest = try node.makeSnapshot()
        let file = try #require(try node.snapshots?.file(manifest.height))
        try zone.fill(node, blocks: 7)
        let (folder, outcome) = try zone.join(
            "joined", file,
            later: { (height) throws(SnapshotError) in
                do throws(StorageError) {
                    return try node.blocks(from: height, count: 3, byteCount: 1 << 20)
                } catch {
                    throw .storage(error)
                }
            })
        #expect(outcome.height == manifest.height && outcome.head == node.head)
        node.shutdown()
        let other = try zone.open(folder)
        #expect(other.head == node.head && other.firstHeight == manifest.height)
        #expect(
            try other.block(at: manifest.height + 2)?.encoded
                == node.encodedBlock(manifest.height + 2, zone))
        other.shutdown()
        // A block that does not follow leaves no folder.
        #expect(throws: SnapshotError.self) {
            _ = try zone.join(
                "other", file, later: { (_) throws(SnapshotError) in [[1, 2, 3]] })
        }
        #expect(!FileSystem.exists(zone.path("other")))
    }

    @Test func `a snapshot is of one height while the chain goes on`() throws {
        let zone = try SnapshotZone(seed: 57)
        let node = try zone.open()
        try zone.fill(node, blocks: 10)
        let height = node.head.height
        var calls = 0
        let manifest = try node.makeSnapshot { _ in
            calls += 1
            try? zone.fill(node, blocks: 3)
            return true
        }
        #expect(calls >= 2 && manifest.height == height && node.head.height == height + 6)
        let file = try #require(try node.snapshots?.file(height))
        node.shutdown()
        let (folder, _) = try zone.join("joined", file)
        let joined = try zone.open(folder)
        #expect(joined.head.height == height)
        joined.shutdown()
    }

    @Test func `the newest two snapshots are kept, made at an interval or when asked`() throws {
        let zone = try SnapshotZone(seed: 58)
        var configuration = try zone.folder.configuration()
        configuration.upkeep?.snapshotInterval = 4
        let node = try Node(
            configuration: configuration, storage: NodeFolder.openStorage(zone.folder.path))
        defer { node.shutdown() }
        try zone.fill(node, blocks: 1)
        for round in 1...3 {
            try zone.fill(node, blocks: 4)
            let height = node.head.height
            try eventually("round \(round)") {
                node.snapshots?.heights.last.map { $0 + 4 > height } ?? false
            }
        }
        try eventually("two are left") { node.snapshots?.heights.count == 2 }
        node.requestSnapshot()
        try zone.fill(node, blocks: 1)
        node.requestSnapshot()
        try eventually("one at the head") { node.snapshots?.heights.last == node.head.height }
        #expect(node.upkeepFailure == nil)
        try eventually("two files are left") {
            let names = try FileSystem.list(zone.folder.snapshotFolder)
            return names.count == 2 && names.allSatisfy { $0.hasSuffix(".snapshot") }
        }
    }

    @Test func `a snapshot of a chain without blocks is refused`() throws {
        let zone = try SnapshotZone(seed: 59)
        let node = try zone.open()
        defer { node.shutdown() }
        #expect(throws: SnapshotError.emptyChain) { try node.makeSnapshot() }
    }
}

extension Node {
    /// The bytes of a block as the log of a zone's own folder has them.
    fileprivate func encodedBlock(_ height: UInt64, _ zone: SnapshotZone) throws -> [UInt8]? {
        let storage = try NodeFolder.openStorage(zone.folder.path)
        defer { storage.close() }
        return try storage.log.read(height - 1)
    }
}
