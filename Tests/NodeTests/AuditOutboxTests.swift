import Audit
import Base
import Cryptography
import FHIRModel
import Ledger
import Node
import Storage
import System
import Testing

/// An answered read reaches the chain exactly once, whenever the node dies.
@Suite
struct AuditOutboxTests {
    /// The first sync of a read is its journal's, the second its block's; the third is that of
    /// forgetting it, when the node ends.
    @Test(arguments: [2, 3])
    func `a read that was answered before the machine stopped is on the chain once`(
        _ sync: Int
    ) throws {
        let machine = try SimulatedMachine(seed: 31)
        let node = try machine.start()
        try machine.load(node, steps: 1)
        try eventually("the load ends") { node.openAudits == 0 && node.poolCount == 0 }
        let answered = machine.told.reads.count
        let record = machine.told.sent.first?.record ?? .zero
        machine.disk.plan([
            DiskFault(.crash, at: .sync, machine.disk.count(of: .sync) + sync)
        ])
        machine.read(record, node)
        #expect(machine.told.reads.count == answered + 1)
        if sync == 3 {
            try eventually("the read is final") { node.openAudits == 0 }
            node.shutdown()
        }
        try eventually("the machine stops") { machine.disk.isCrashed }
        node.shutdown()
        for restart in 1...3 {
            machine.restart(.power, store: restart == 2 ? .nothing : .everything)
            let restarted = try machine.start()
            try machine.check(restarted, "restart \(restart)")
            restarted.shutdown()
        }
    }

    /// Holds an append between its durability and its return.
    private final class GateJournal: Journal {
        struct Gate {
            var appended = 0
            var isOpen = false
            var forgotten = false
        }

        let gate = ConditionMutex(Gate())
        private let inner = MemoryJournal()

        var end: UInt64 { inner.end }

        func append(_ records: [[UInt8]]) throws(StorageError) -> UInt64 {
            let position = try inner.append(records)
            let number = gate.withLock { gate in
                gate.appended += 1
                return gate.appended
            }
            // The first waits for the second, the second for the test.
            gate.wait { number == 1 ? ($0.appended >= 2 ? () : nil) : ($0.isOpen ? () : nil) }
            return position
        }

        func readAll() throws(StorageError) -> [JournalRecord] { try inner.readAll() }

        func truncate(through position: UInt64) throws(StorageError) {
            gate.withLock { gate in
                if !gate.isOpen, position >= 1 { gate.forgotten = true }
            }
            try inner.truncate(through: position)
        }

        func close() { inner.close() }
    }

    @Test func `a read whose append is under way is not forgotten with an earlier one`() throws {
        let hospital = try TestHospital(seed: 32)
        let journal = GateJournal()
        let node = try Node(
            configuration: hospital.configuration,
            storage: NodeStorage(
                store: MemoryKeyValueStore(), log: MemoryBlockLog(),
                vault: MemoryBlobStore { HashSuite.sha256.hash($0) }, journal: journal))
        for transaction in try hospital.founding() {
            _ = try hospital.submit([transaction], to: node)
        }
        let records = [hospital.random.hash256(), hospital.random.hash256()]
        let readers = try records.map { record in
            try Thread("reader") {
                _ = try? node.desk.read(
                    [record], of: hospital.account, by: hospital.account, purpose: .treatment)
            }
        }
        try eventually("the first read is on the chain and forgotten") {
            try AuditQueries.count(of: hospital.account, in: node.state()) == 1
                && node.openAudits == 0
        }
        #expect(!journal.gate.withLock(\.forgotten))
        #expect(try journal.readAll().contains { $0.position == 1 })
        journal.gate.withLock { $0.isOpen = true }
        for reader in readers { reader.join() }
        try eventually("the second read is on the chain") {
            try AuditQueries.count(of: hospital.account, in: node.state()) == 2
        }
        node.shutdown()
    }
}
