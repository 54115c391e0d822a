import Base
import Cryptography
import Storage
import StorageFiles
import Testing

@Suite("Damage to stored files")
struct DamageTests {
    private func isCorrupt(_ error: any Error) -> Bool {
        if case .corrupt? = error as? StorageError { true } else { false }
    }

    @Test(
        "in any record of a block log is found at opening and at reading",
        arguments: HashSuite.allCases)
    func blockLog(suite: HashSuite) throws {
        let records = (0..<9).map { SeededRandom(seed: $0).bytes([3, 40, 700, 1200][Int($0) % 4]) }
        let disk = SimulatedDisk(seed: 1)
        func open() throws -> FileBlockLog {
            try FileBlockLog(on: disk, folder: "blocks", Samples.settings(suite: suite))
        }
        let log = try open()
        for record in records { _ = try log.append(record) }
        var generator = SplitMix64(seed: 4)
        for path in disk.paths {
            let content = try #require(disk.content(of: path))
            let end = (content.lastIndex { $0 != 0 } ?? 0) + 1
            for _ in 0..<60 {
                let offset = Int.random(in: 0..<end, using: &generator)
                let mask = UInt8(1) << UInt8.random(in: 0..<8, using: &generator)
                try #require(disk.damage(path, at: offset, xor: mask))
                #expect(throws: (any Error).self, "\(path) byte \(offset) mask \(mask)") {
                    try open()
                }
                // The open log notices at the record itself, unless a segment header was hit.
                var flawed = 0
                for (index, record) in records.enumerated() {
                    do {
                        #expect(try log.read(UInt64(index)) == record)
                    } catch {
                        #expect(isCorrupt(error))
                        flawed += 1
                    }
                }
                #expect(flawed == (offset < 64 ? 0 : 1), "\(path) byte \(offset)")
                try #require(disk.damage(path, at: offset, xor: mask))
            }
        }
        #expect(try open().count == 9)
    }

    @Test("that removes a whole segment is found")
    func missingSegment() throws {
        let disk = SimulatedDisk(seed: 1)
        let log = try FileBlockLog(on: disk, folder: "blocks", Samples.settings())
        for seed in 0..<12 { _ = try log.append(SeededRandom(seed: UInt64(seed)).bytes(1000)) }
        log.close()
        let names = try disk.list("blocks")
        #expect(names.count >= 4)
        for name in names.dropLast() {
            try disk.rename("blocks/\(name)", to: "aside")
            #expect(throws: StorageError.self, "\(name)") {
                try FileBlockLog(on: disk, folder: "blocks", Samples.settings())
            }
            try disk.rename("aside", to: "blocks/\(name)")
        }
        #expect(try FileBlockLog(on: disk, folder: "blocks", Samples.settings()).count == 12)
    }

    @Test("by a segment of another log is found")
    func foreignSegment() throws {
        let disk = SimulatedDisk(seed: 1)
        for (folder, seed) in [("one", UInt64(1)), ("two", 2)] {
            let log = try FileBlockLog(on: disk, folder: folder, Samples.settings(seed: seed))
            for index in 0..<8 { _ = try log.append([UInt8](repeating: UInt8(index), count: 1000)) }
            log.close()
        }
        try disk.rename("two/00000001.segment", to: "one/00000001.segment")
        #expect(
            throws: StorageError.corrupt(
                "one/00000001.segment is of another log (block 1)")
        ) {
            try FileBlockLog(on: disk, folder: "one", Samples.settings())
        }
    }

    @Test("in any group of a journal is found at opening")
    func journal() throws {
        let disk = SimulatedDisk(seed: 1)
        func open() throws -> FileJournal {
            try FileJournal(on: disk, folder: "journal", Samples.settings())
        }
        let journal = try open()
        for seed in 0..<12 {
            _ = try journal.append([SeededRandom(seed: UInt64(seed)).bytes(600), [1]])
        }
        try journal.truncate(through: 3)
        journal.close()
        var generator = SplitMix64(seed: 4)
        for path in disk.paths {
            let content = try #require(disk.content(of: path))
            let end = (content.lastIndex { $0 != 0 } ?? 0) + 1
            for _ in 0..<40 {
                let offset = Int.random(in: 0..<end, using: &generator)
                try #require(disk.damage(path, at: offset, xor: 0x10))
                #expect(throws: (any Error).self, "\(path) byte \(offset)") { try open() }
                try #require(disk.damage(path, at: offset, xor: 0x10))
            }
        }
        #expect(try open().readAll().count == 20)
    }

    @Test("in a blob is found when it is read, and mended by putting it again")
    func vault() throws {
        let disk = SimulatedDisk(seed: 1)
        let vault = try FileBlobStore(on: disk, folder: "vault", hash: Samples.hash)
        let blob = SeededRandom(seed: 1).bytes(3000)
        let address = try vault.put([blob])[0]
        let path = try #require(disk.paths.first)
        for offset in [0, 1, 1500, 2999] {
            try #require(disk.damage(path, at: offset, xor: 0x80))
            #expect { try vault.get(address) } throws: { isCorrupt($0) }
            #expect(try vault.put([blob]) == [address])
            #expect(try vault.get(address) == blob)
        }
    }

    @Test("cannot be faked by a record that looks like a frame")
    func embeddedFrame() throws {
        // The bytes of a real log, header and all, are themselves stored as a record, which a
        // crash then tears: the frames inside must not count as records behind a damaged one.
        let other = SimulatedDisk(seed: 1)
        let inner = try FileBlockLog(on: other, folder: "blocks", Samples.settings(seed: 99))
        for index in 0..<3 { _ = try inner.append([UInt8](repeating: UInt8(index), count: 600)) }
        let forged = try #require(other.content(of: "blocks/00000000.segment"))
        var torn = 0
        for seed in UInt64(0)..<40 {
            let disk = SimulatedDisk(seed: seed)
            let settings = Samples.settings(seed: seed, segmentByteCount: 16384)
            let log = try FileBlockLog(on: disk, folder: "blocks", settings)
            _ = try log.append([1])
            disk.plan([DiskFault(.crash, at: .sync, disk.count(of: .sync) + 1)])
            #expect(throws: StorageError.self) { try log.append(forged) }
            disk.restart(.power)
            let reopened = try FileBlockLog(on: disk, folder: "blocks", settings)
            if reopened.count == 1 { torn += 1 }
            #expect(reopened.count <= 2)
        }
        #expect(torn > 10)
    }
}
