import Agent
import Base
import Encoding
import Ledger
import Merkle
import Node
import Storage
import System
import Testing

/// The state is made from the block log: always the same, and never from something damaged.
@Suite
struct RestartTests {
    @Test func `a deleted state folder is made again with the same roots`() throws {
        let folder = try TemporaryFolder()
        let hospital = try TestHospital(seed: 11)
        let nodeFolder = try hospital.makeFolder(folder.path + "/node")
        func open() throws -> Node {
            try Node(
                configuration: nodeFolder.configuration(),
                storage: NodeFolder.openStorage(nodeFolder.path))
        }
        let first = try open()
        for transaction in try hospital.founding() {
            #expect(try hospital.submit([transaction], to: first).allSatisfy { $0.refusal == nil })
        }
        for _ in 0..<10 {
            let writes = try hospital.writes(20, head: first.head.height)
            _ = try hospital.submit(writes.map(\.transaction), to: first)
        }
        first.shutdown()
        let head = first.head
        #expect(head.height >= 12 && head.log.size == 202)
        try nodeFolder.removeState()
        let second = try open()
        #expect(second.head == head)
        #expect(second.head.stateRoot == head.stateRoot && second.head.digest == head.digest)
        second.shutdown()
    }

    /// A machine whose node ended in good order after a short load.
    private func loaded(seed: UInt64) throws -> (machine: SimulatedMachine, head: Head) {
        let machine = try SimulatedMachine(seed: seed)
        let node = try machine.start()
        try machine.load(node, steps: 2)
        try eventually("the load ends") { node.openAudits == 0 && node.poolCount == 0 }
        node.shutdown()
        return (machine, node.head)
    }

    @Test(arguments: [1, 2, 4] as [UInt64])
    func `a flipped byte in a block is found at the start and its height is named`(
        _ height: UInt64
    ) throws {
        let (machine, _) = try loaded(seed: 12)
        machine.restart(.process)
        let node = try machine.start()
        let block = try #require(try node.block(at: height)).encoded
        node.shutdown()
        machine.restart(.process)
        let path = try #require(machine.disk.paths.first { $0.hasPrefix("blocks/") })
        let bytes = try #require(machine.disk.content(of: path))
        let start = try #require(Self.offset(of: block, in: bytes))
        #expect(machine.disk.damage(path, at: start + block.count / 2, xor: 0x10))
        let error = #expect(throws: StorageError.self) { _ = try machine.start() }
        guard case .corrupt(let place) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(place.contains("block \(height))") && place.contains(path), "\(place)")
    }

    private static func offset(of needle: [UInt8], in bytes: [UInt8]) -> Int? {
        (0...(bytes.count - needle.count)).first {
            bytes[$0] == needle[0] && bytes[$0..<$0 + needle.count].elementsEqual(needle)
        }
    }

    @Test func `a block that was changed together with its checksum is not replayed`() throws {
        let (machine, _) = try loaded(seed: 13)
        machine.restart(.process)
        let node = try machine.start()
        let log = MemoryBlockLog()
        for height in 1...node.head.height {
            guard let block = try node.block(at: height) else { continue }
            let entries = height == 3 ? block.entries.dropLast() : block.entries[...]
            _ = try log.append(
                Block(
                    header: block.header, certificate: block.certificate, entries: Array(entries)
                ).encoded)
        }
        node.shutdown()
        let storage = NodeStorage(
            store: MemoryKeyValueStore(), log: log, vault: node.vault, journal: MemoryJournal())
        let error = #expect(throws: NodeError.self) {
            _ = try Node(configuration: machine.hospital.configuration, storage: storage)
        }
        guard case .chain(.logCorrupt(height: 3, reason: _)) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a state that does not fit the chain is refused`() throws {
        let (machine, head) = try loaded(seed: 14)
        machine.restart(.process)
        let store = machine.store
        let row = try #require(try store.scan(prefix: [1], after: nil, limit: 1).first)
        var batch = WriteBatch()
        batch.put(row.key, row.value + [0])
        try store.write(batch)
        let error = #expect(throws: NodeError.self) { _ = try machine.start() }
        #expect(error?.refusal.code == "node.state-corrupt")
        #expect(error?.refusal.english.contains("height \(head.height)") == true)
        machine.restart(.process, store: .nothing)
        let rebuilt = try machine.start()
        #expect(rebuilt.head == head)
        rebuilt.shutdown()
    }
}
