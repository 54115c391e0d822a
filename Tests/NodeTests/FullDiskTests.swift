import Agent
import Base
import Gateway
import HTTPServer
import Ledger
import Node
import Storage
import Testing

/// A full disk ends acknowledgements; what was acknowledged stays, and space brings the node back.
@Suite
struct FullDiskTests {
    private func loaded(seed: UInt64) throws -> (machine: SimulatedMachine, node: Node) {
        let machine = try SimulatedMachine(seed: seed)
        let node = try machine.start()
        try machine.load(node, steps: 1)
        try eventually("the load ends") { node.openAudits == 0 && node.poolCount == 0 }
        return (machine, node)
    }

    /// Leaves no byte free.
    private func fill(_ disk: SimulatedDisk) {
        disk.setCapacity(disk.paths.reduce(0) { $0 + (disk.content(of: $1)?.count ?? 0) })
    }

    @Test func `a full block log refuses transactions and works again once there is space`() throws
    {
        let (machine, node) = try loaded(seed: 21)
        fill(machine.disk)
        // The preallocated segment still takes some blocks.
        var tries = 0
        while machine.told.refusals.isEmpty, tries < 200 {
            try machine.write([TestHospital.Sample(machine.hospital.random)], node)
            tries += 1
        }
        #expect(machine.told.refusals == ["node.unavailable"])
        let (height, promised) = (node.head.height, machine.told.final.count)
        try machine.write((0..<5).map { _ in TestHospital.Sample(machine.hospital.random) }, node)
        #expect(node.head.height == height && machine.told.final.count == promised)
        // The same node goes on: a full disk wrote nothing, so nothing is in doubt.
        machine.disk.setCapacity(.max)
        #expect(node.unavailability() == nil)
        try machine.write([TestHospital.Sample(machine.hospital.random)], node)
        #expect(machine.told.final.count == promised + 1)
        try machine.check(node, "with space again")
        node.shutdown()
        machine.restart(.power, store: .nothing)
        let restarted = try machine.start()
        try machine.check(restarted, "after a restart")
        restarted.shutdown()
    }

    @Test func `a full vault answers 507 over HTTP and keeps earlier bodies`() throws {
        let (machine, node) = try loaded(seed: 22)
        defer { node.shutdown() }
        let folder = try TemporaryFolder()
        var configuration = HTTPServerConfiguration()
        configuration.port = 0
        let log = try NodeLog(file: folder.path + "/log")
        let server = try HTTPServer(
            configuration: configuration, handler: Gateway(node: node, log: log, pages: []))
        defer { server.shutdown(gracePeriodSeconds: 1) }
        let port = HTTPPort(
            url: "http://127.0.0.1:\(server.port)", signer: machine.hospital.signer)
        let earlier = machine.hospital.random.bytes(3000)
        let address = try #require(try port.store([earlier]).first)
        fill(machine.disk)
        let body = machine.hospital.random.bytes(5000)
        let error = #expect(throws: PortError.self) { _ = try port.store([body]) }
        guard case .refused(let refusal, status: 507) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(refusal.code == "storage.full")
        #expect(try node.vault.get(BlobAddress(address)) == earlier)
        #expect(!machine.disk.paths.contains { $0.hasPrefix("vault/incoming/") })
        machine.disk.setCapacity(.max)
        #expect(try port.store([body]).count == 1)
        try machine.check(node, "with space again")
    }
}
