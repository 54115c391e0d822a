import Agent
import Base
import Cryptography
import Encoding
import Ledger
import Merkle
import Node
import Records
import Storage
import StorageFiles
import Synchronization
import System
import Testing

/// Entries that are kept no longer are dropped, and everything else still verifies.
@Suite
struct PruningTests {
    /// Membership for ever (as always), keys for ever, records for the shortest time.
    static let policy = """
        {
          "format": "kanglian-retention-1",
          "classes": { "brief": { "heights": 128 } },
          "modules": { "records": "brief", "keys": "permanent" }
        }
        """

    /// A node on a disk that can fail, with small segments and a policy.
    final class Machine {
        let temporary: TemporaryFolder
        let hospital: TestHospital
        let disk: SimulatedDisk
        private(set) var store = MemoryKeyValueStore()
        private(set) var writes: [(transaction: SignedTransaction, height: UInt64)] = []
        private(set) var founding: [SignedTransaction] = []
        private let policy: RetentionPolicy
        private let seed: UInt64

        init(seed: UInt64, policy: String = PruningTests.policy) throws {
            temporary = try TemporaryFolder()
            hospital = try TestHospital(seed: seed)
            disk = SimulatedDisk(seed: seed)
            self.policy = try RetentionPolicy(parsing: Array(policy.utf8))
            self.seed = seed
        }

        func start(clock: @escaping @Sendable () -> Timestamp = { SystemClock.now }) throws -> Node
        {
            let settings = FileLogSettings(
                suite: .sha256, random: SeededRandom(seed: seed), segmentByteCount: 16 << 10,
                preparesAhead: false)
            var configuration = hospital.configuration
            var upkeep = UpkeepSettings(snapshotFolder: temporary.path + "/snapshots")
            upkeep.retention = policy
            upkeep.pruningInterval = 0
            configuration.upkeep = upkeep
            return try Node(
                configuration: configuration,
                storage: NodeStorage(
                    store: store, log: try FileBlockLog(on: disk, folder: "blocks", settings),
                    vault: MemoryBlobStore { HashSuite.sha256.hash($0) },
                    journal: MemoryJournal()),
                clock: clock, random: SeededRandom(seed: seed &+ 1))
        }

        /// The founding transactions, then blocks of one record each.
        func fill(_ node: Node, blocks: Int) throws {
            if founding.isEmpty {
                founding = try hospital.founding()
                for transaction in founding { _ = try hospital.submit([transaction], to: node) }
            }
            for write in try hospital.writes(blocks, head: node.head.height) {
                let verdicts = try hospital.submit([write.transaction], to: node)
                #expect(verdicts.allSatisfy { $0.refusal == nil })
                writes.append((write.transaction, node.head.height))
            }
        }

        func restart(_ kind: DiskRestart) {
            store = store.crash(keeping: .max)
            disk.restart(kind)
        }

        /// The node came back with an empty store.
        func forgetState() { store = MemoryKeyValueStore() }

        /// Bytes of the files of the block log.
        var logByteCount: Int {
            disk.paths.reduce(0) { $0 + (disk.content(of: $1)?.count ?? 0) }
        }
    }

    private func isPruned(_ error: any Error) -> Bool {
        if case .absent(_, .pruned(retentionClass: "brief"))? = error as? StorageError {
            true
        } else {
            false
        }
    }

    /// Every receipt verifies or is said to be pruned; returns how many were.
    private func checkReceipts(_ machine: Machine, _ node: Node) throws -> Int {
        let trust = TrustFile(genesis: machine.hospital.genesis)
        var pruned = 0
        for transaction in machine.founding + machine.writes.map(\.transaction) {
            do {
                let receipt = try #require(try node.receipt(for: transaction.id))
                let verified = try VerifiedReceipt(decoding: receipt.encoded, trust: trust)
                #expect(verified.transaction.id == transaction.id)
            } catch let error as StorageError {
                #expect(isPruned(error), "\(error)")
                pruned += 1
            }
        }
        return pruned
    }

    @Test func `dropped entries are said to be pruned and all others have receipts`() throws {
        let machine = try Machine(seed: 71)
        let node = try machine.start()
        try machine.fill(node, blocks: 200)
        let before = machine.logByteCount
        #expect(try checkReceipts(machine, node) == 0)
        let trial = try node.prune(isTrial: true)
        #expect(trial.droppedCount > 30 && trial.freedByteCount == 0)
        #expect(machine.logByteCount == before)
        let report = try node.prune()
        #expect(report.dropped == trial.dropped && report.cutoffs == ["brief": 202 - 128])
        #expect(UInt64(before - machine.logByteCount) == report.freedByteCount)
        #expect(machine.logByteCount < before)
        #expect(try checkReceipts(machine, node) == report.droppedCount)
        #expect(try node.prune().droppedCount == 0)
        // The founding entries are membership's and keys', which are kept.
        for transaction in machine.founding {
            #expect(try node.receipt(for: transaction.id) != nil)
        }
        let height = machine.writes[3].height
        #expect { try node.block(at: height) } throws: { isPruned($0) }
        let stored = try #require(try node.storedBlock(at: height))
        #expect(
            stored.entries == [
                .dropped(leaf: stored.entries[0].leaf(.sha256), retentionClass: "brief")
            ])
        let gap = try node.gap(behind: EventPosition(height: height, entry: 0, event: 0))
        #expect(gap?.refusal.code == "history.pruned")
        #expect(gap?.refusal.english.contains("`brief`") == true)
        #expect(try node.gap(behind: EventPosition(height: 150, entry: 0, event: 0)) == nil)
        node.shutdown()
        let head = node.head
        machine.restart(.power)
        let again = try machine.start()
        #expect(again.head == head)
        #expect(try checkReceipts(machine, again) == report.droppedCount)
        try machine.fill(again, blocks: 3)
        again.shutdown()
    }

    @Test func `a duplicate of a pruned transaction is refused`() throws {
        let machine = try Machine(seed: 72)
        let node = try machine.start()
        defer { node.shutdown() }
        try machine.fill(node, blocks: 200)
        #expect(try node.prune().droppedCount > 0)
        let old = machine.writes[0].transaction
        #expect { try node.receipt(for: old.id) } throws: { isPruned($0) }
        let answer = Mutex<SubmissionResult?>(nil)
        node.submit([old.bytes]) { _, result in answer.withLock { $0 = result } }
        try eventually("an answer") { answer.withLock { $0 != nil } }
        guard case .refused(.duplicate(old.id)) = answer.withLock({ $0 }) else {
            Issue.record("\(String(describing: answer.withLock { $0 }))")
            return
        }
    }

    @Test func `a pruned log without its state says that it cannot be replayed`() throws {
        let machine = try Machine(seed: 73)
        let node = try machine.start()
        try machine.fill(node, blocks: 200)
        _ = try node.prune()
        node.shutdown()
        machine.restart(.process)
        machine.forgetState()
        let error = #expect(throws: NodeError.self) { _ = try machine.start() }
        #expect(error?.refusal.code == "node.history-missing")
    }

    @Test(arguments: [DiskFault.Operation.sync, .write, .name], DiskFault.Effect.allCases)
    func `a crash or fault at any moment of pruning loses nothing that is kept`(
        _ operation: DiskFault.Operation, _ effect: DiskFault.Effect
    ) throws {
        // How many operations there are, on a machine that does not fail.
        let calm = try Machine(seed: 74)
        let calmNode = try calm.start()
        try calm.fill(calmNode, blocks: 170)
        let before = calm.disk.count(of: operation)
        let expected = try calmNode.prune()
        calmNode.shutdown()
        let count = calm.disk.count(of: operation) - before
        #expect(count >= 2 && expected.droppedCount > 0)
        let stride = max(1, count / 4)
        for number in Swift.stride(from: 1, through: count, by: stride) {
            let machine = try Machine(seed: 74)
            let node = try machine.start()
            try machine.fill(node, blocks: 170)
            let head = node.head
            machine.disk.plan([
                DiskFault(effect, at: operation, machine.disk.count(of: operation) + number)
            ])
            #expect(throws: SnapshotError.self) { try node.prune() }
            node.shutdown()
            machine.restart(.power)
            let restarted = try machine.start()
            #expect(restarted.head == head, "\(effect) at \(operation) \(number)")
            let pruned = try checkReceipts(machine, restarted)
            let rest = try restarted.prune()
            #expect(pruned + rest.droppedCount == expected.droppedCount)
            #expect(try checkReceipts(machine, restarted) == expected.droppedCount)
            restarted.shutdown()
        }
    }

    @Test func `pruning runs by itself behind final blocks`() throws {
        let zone = try SnapshotZone(seed: 75, retention: Self.policy)
        var configuration = try zone.folder.configuration()
        configuration.upkeep?.pruningInterval = 50
        let settings = FileLogSettings(
            suite: .sha256, random: SeededRandom(seed: 1), segmentByteCount: 16 << 10)
        let disk = try LinuxDisk(root: zone.folder.path)
        let node = try Node(
            configuration: configuration,
            storage: NodeStorage(
                store: MemoryKeyValueStore(),
                log: try FileBlockLog(on: disk, folder: "blocks", settings),
                vault: MemoryBlobStore { HashSuite.sha256.hash($0) }, journal: MemoryJournal()))
        defer { node.shutdown() }
        try zone.fill(node, blocks: 210)
        try eventually("an early block is pruned") {
            try node.storedBlock(at: 5)?.whole == nil
        }
        #expect(node.upkeepFailure == nil)
    }

    @Test func `days are counted by the time of blocks`() throws {
        let policy = """
            {"format":"kanglian-retention-1","classes":{"brief":{"days":2}},
             "modules":{"records.write":"brief"}}
            """
        let machine = try Machine(seed: 76, policy: policy)
        let now = Mutex(Timestamp(milliseconds: 1_800_000_000_000))
        let node = try machine.start(clock: { now.withLock { $0 } })
        defer { node.shutdown() }
        try machine.fill(node, blocks: 80)
        now.withLock { $0 = $0.advanced(bySeconds: 86_400) }
        try machine.fill(node, blocks: 140)
        #expect(try node.prune().cutoffs == [:])
        now.withLock { $0 = $0.advanced(bySeconds: 86_401) }
        try machine.fill(node, blocks: 1)
        let report = try node.prune()
        #expect(report.cutoffs == ["brief": 82] && report.droppedCount > 20)
    }
}
