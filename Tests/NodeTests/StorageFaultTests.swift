import Base
import FHIRModel
import Ledger
import Node
import Storage
import Testing

/// Each sync of a scripted load fails, or the machine stops there; then the node is started again.
@Suite
struct StorageFaultTests {
    /// Syncs of the load without a fault, so that each one can be the victim in turn.
    private func syncCount() throws -> Int {
        let machine = try SimulatedMachine(seed: 1)
        let node = try machine.start()
        try machine.load(node)
        try eventually("the load ends") { node.openAudits == 0 }
        node.shutdown()
        #expect(machine.told.refusals.isEmpty && machine.told.reads.count == 4)
        return machine.disk.count(of: .sync)
    }

    @Test(arguments: DiskFault.Effect.allCases)
    func `nothing acknowledged is lost when any one sync goes wrong`(
        _ effect: DiskFault.Effect
    ) throws {
        let syncs = try syncCount()
        #expect(syncs > 30)
        var hits = 0
        for number in 1...syncs {
            let machine = try SimulatedMachine(seed: UInt64(number))
            machine.disk.plan([DiskFault(effect, at: .sync, number)])
            let comment: Comment = "\(effect) at sync \(number) of \(syncs)"
            // A fault at the first syncs keeps the node from starting, which promises nothing.
            if let node = try? machine.start() {
                try machine.load(node)
                if !machine.told.refusals.isEmpty { hits += 1 }
                node.shutdown()
            } else {
                hits += 1
            }
            let remembered = SimulatedMachine.Remembered.allCases[number % 3]
            machine.restart(.power, store: remembered)
            let node = try machine.start()
            try machine.check(node, comment)
            let before = machine.told.final.count
            try machine.write([TestHospital.Sample(machine.hospital.random)], node)
            // Founding may be what was lost; then the restarted node knows no hospital yet.
            if machine.told.final.count == before {
                #expect(try node.place(of: foundingID(machine)) == nil, comment)
            }
            node.shutdown()
        }
        #expect(hits > syncs / 4, "the faults must reach the load")
    }

    /// The first acknowledged transaction, or one that no chain holds.
    private func foundingID(_ machine: SimulatedMachine) -> TransactionID {
        machine.told.final.dropFirst().first?.id ?? TransactionID(Hash256.zero)
    }

    @Test(arguments: [DiskFault.Effect.fail, .crash])
    func `after a failed sync the node promises nothing more until it is started again`(
        _ effect: DiskFault.Effect
    ) throws {
        let machine = try SimulatedMachine(seed: 7)
        let node = try machine.start()
        try machine.load(node, steps: 1)
        try eventually("the load ends") { node.openAudits == 0 && node.poolCount == 0 }
        let promised = machine.told.final.count
        machine.disk.plan([DiskFault(effect, at: .sync, machine.disk.count(of: .sync) + 1)])
        for _ in 0..<3 {
            try machine.write([TestHospital.Sample(machine.hospital.random)], node)
        }
        #expect(machine.told.final.count == promised)
        #expect(machine.told.refusals == ["node.unavailable"])
        guard case .unavailable = node.unavailability() else {
            Issue.record("a node with a failed block log must not call itself ready")
            return
        }
        node.shutdown()
        machine.restart(.power)
        let restarted = try machine.start()
        try machine.check(restarted, "after \(effect)")
        try machine.write([TestHospital.Sample(machine.hospital.random)], restarted)
        #expect(machine.told.final.count == promised + 1)
        restarted.shutdown()
    }

    @Test func `a read whose record cannot be synced is not answered`() throws {
        let machine = try SimulatedMachine(seed: 8)
        let node = try machine.start()
        try machine.load(node, steps: 1)
        try eventually("the load ends") { node.openAudits == 0 && node.poolCount == 0 }
        let answered = machine.told.reads.count
        let record = machine.told.sent.first?.record ?? .zero
        machine.disk.plan([DiskFault(.fail, at: .sync, machine.disk.count(of: .sync) + 1)])
        machine.read(record, node)
        machine.read(record, node)
        #expect(machine.told.reads.count == answered)
        #expect(machine.told.refusals == ["storage.input-output"])
        node.shutdown()
        machine.restart(.power)
        let restarted = try machine.start()
        try machine.check(restarted, "after a failed journal")
        restarted.shutdown()
    }
}
