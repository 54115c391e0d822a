import Agent
import Audit
import Base
import Cryptography
import Encoding
import FHIRModel
import Ledger
import Merkle
import Node
import Records
import Sandbox
import Storage
import StorageFiles
import System
import Testing

/// A node on a disk that can fail, with a store that a restart finds empty, older or complete.
final class SimulatedMachine {
    /// What the store holds at a restart; it is made from the block log and never synced itself.
    enum Remembered: CaseIterable {
        case nothing, someBatches, everything
    }

    /// What the load was told.
    struct Told {
        var final: [(id: TransactionID, height: UInt64)] = []
        var sent: [TestHospital.Write] = []
        var bodies: [TestHospital.Sample] = []
        /// Audit events of reads that were answered.
        var reads: [Hash256] = []
        var refusals: Set<String> = []
    }

    let disk: SimulatedDisk
    let hospital: TestHospital
    /// The key that is to replace the validator's.
    var nextValidator: SigningKey?
    private(set) var told = Told()
    private(set) var store = MemoryKeyValueStore()
    private let seed: UInt64

    init(seed: UInt64, capacity: Int = .max) throws {
        self.seed = seed
        disk = SimulatedDisk(seed: seed, capacity: capacity)
        hospital = try TestHospital(seed: seed)
    }

    /// Opens the storage and starts a node.
    func start() throws -> Node {
        let settings = FileLogSettings(
            suite: .sha256, random: SeededRandom(seed: seed), segmentByteCount: 16 << 10,
            preparesAhead: false)
        let storage = NodeStorage(
            store: store, log: try FileBlockLog(on: disk, folder: "blocks", settings),
            vault: try FileBlobStore(on: disk, folder: "vault") { HashSuite.sha256.hash($0) },
            journal: try FileJournal(on: disk, folder: "audit", settings))
        var configuration = hospital.configuration
        configuration.nextValidator = nextValidator
        return try Node(
            configuration: configuration, storage: storage,
            random: SeededRandom(seed: seed &+ 1))
    }

    /// The power goes, or only the process; the store keeps some of what it was given.
    func restart(_ kind: DiskRestart, store remembered: Remembered = .everything) {
        store =
            switch remembered {
            case .nothing: MemoryKeyValueStore()
            case .someBatches: store.crash(keeping: store.unflushedCount / 2)
            case .everything: store.crash(keeping: .max)
            }
        disk.restart(kind)
    }

    // MARK: Load

    /// The scripted load: founding, bodies, writes alone and in batches, reads.
    func load(_ node: Node, steps: Int = 4) throws {
        for transaction in try hospital.founding() { try submit([transaction], node) }
        for _ in 0..<steps {
            let sample = TestHospital.Sample(hospital.random)
            if upload(sample, node) { try write([sample], node) }
            try write((0..<3).map { _ in TestHospital.Sample(hospital.random) }, node)
            read(sample.record, node)
        }
    }

    func upload(_ sample: TestHospital.Sample, _ node: Node) -> Bool {
        do throws(StorageError) {
            _ = try node.vault.put([sample.body, sample.envelope])
            told.bodies.append(sample)
            return true
        } catch {
            told.refusals.insert(error.refusal.code)
            return false
        }
    }

    func write(_ samples: [TestHospital.Sample], _ node: Node) throws {
        let writes = try samples.map { try hospital.write($0, head: node.head.height) }
        told.sent += writes
        try submit(writes.map(\.transaction), node)
    }

    private func submit(_ transactions: [SignedTransaction], _ node: Node) throws {
        for verdict in try hospital.submit(transactions, to: node) {
            switch verdict.outcome {
            case .final(let height, _, nil): told.final.append((verdict.id, height))
            case .final(_, _, let failure?): told.refusals.insert(failure.code)
            case .refused(let refusal): told.refusals.insert(refusal.code)
            case .received: Issue.record("submitting waits until the end")
            }
        }
    }

    /// Reads a record; an answer counts as told, whether it allows or refuses.
    func read(_ record: Hash256, _ node: Node) {
        do throws(ReadError) {
            let answer = try node.desk.read(
                [record], of: hospital.account, by: hospital.account, purpose: .treatment)
            told.reads += answer.events
        } catch {
            told.refusals.insert(error.refusal.code)
        }
    }

    // MARK: Checks

    /// Compares a restarted node with what was told before.
    func check(_ node: Node, _ comment: Comment) throws {
        try eventually("\(comment): reads reach the chain") { node.openAudits == 0 }
        let state = try node.state()
        for (id, height) in told.final {
            #expect(try node.place(of: id)?.height == height, "\(comment): lost")
        }
        for write in told.sent {
            let isOnChain = try node.place(of: write.id) != nil
            let item = try RecordQueries.item(write.record, of: hospital.account, in: state)
            let version = try RecordQueries.version(1, of: write.record, in: state)
            #expect((item != nil) == isOnChain, "\(comment): half applied")
            #expect((version != nil) == isOnChain, "\(comment): half applied")
        }
        for sample in told.bodies {
            for blob in [sample.body, sample.envelope] {
                let address = BlobAddress(HashSuite.sha256.hash(blob))
                #expect(try node.vault.get(address) == blob, "\(comment): a body is lost")
            }
        }
        let rows = try AuditQueries.list(of: hospital.account, limit: 10_000, in: state)
        for event in told.reads {
            let count = rows.count { $0.row.read.event == event }
            #expect(count == 1, "\(comment): a read is on the chain \(count) times")
        }
        #expect(Set(rows.map(\.row.read.event)).count == rows.count, "\(comment): twice")
        try checkReplay(of: node, comment)
    }

    /// Replays the blocks into a new store without any fault: the same roots.
    func checkReplay(of node: Node, _ comment: Comment) throws {
        let log = MemoryBlockLog()
        let head = node.head
        for height in stride(from: 1, through: head.height, by: 1) {
            if let block = try node.block(at: height) { _ = try log.append(block.encoded) }
        }
        let other = try Node(
            configuration: hospital.configuration,
            storage: NodeStorage(
                store: MemoryKeyValueStore(), log: log,
                vault: MemoryBlobStore { HashSuite.sha256.hash($0) }, journal: MemoryJournal()))
        defer { other.shutdown() }
        #expect(other.head.digest == head.digest, "\(comment)")
        #expect(other.head.stateRoot == head.stateRoot, "\(comment)")
        #expect(other.head.log.root == head.log.root, "\(comment)")
    }
}
