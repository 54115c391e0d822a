import Base
import Storage
import StorageFiles
import Testing

@Suite("A block log whose records are shortened")
struct ShortenedLogTests {
    private let records = Samples.records(seed: 21, count: 24).map { $0 + [1, 2, 3, 4, 5, 6, 7] }

    private func open(_ disk: any Disk) throws -> FileBlockLog {
        try FileBlockLog(on: disk, folder: "blocks", Samples.settings())
    }

    /// The short form of a record: its first three bytes, for records with an even index.
    private func short(_ index: UInt64, _ record: [UInt8]) -> [UInt8]? {
        index % 2 == 0 ? Array(record.prefix(3)) : nil
    }

    private func filled(_ disk: SimulatedDisk, first: UInt64 = 0) throws -> FileBlockLog {
        let log = try FileBlockLog.create(
            on: disk, folder: "blocks", Samples.settings(), first: first)
        for record in records { _ = try log.append(record) }
        return log
    }

    @Test(
        "in every engine, holds short records where it was asked and the old ones elsewhere",
        arguments: FileEngine.allCases)
    func engines(engine: FileEngine) throws {
        let folder = try TestFolder()
        let disk = try engine.disk(folder)
        let log = try FileEngine.blockLog(on: disk)
        for record in records { _ = try log.append(record) }
        let done = try log.shorten(0..<12) { (index, record) throws(StorageError) in
            short(index, record)
        }
        #expect(done.end > 4 && done.end <= 12 && done.freedByteCount > 0)
        func check(_ log: any BlockLog) throws {
            for (index, record) in records.enumerated() {
                let index = UInt64(index)
                let expected = index < done.end ? short(index, record) ?? record : record
                #expect(try log.read(index) == expected, "record \(index)")
            }
        }
        try check(log)
        let again = try log.shorten(0..<12) { (index, record) throws(StorageError) in
            short(index, record)
        }
        #expect(again == Shortening(end: done.end, freedByteCount: 0))
        #expect(try log.append([9]) == 24)
        log.close()
        guard let disk else { return }
        let reopened = try FileEngine.blockLog(on: disk)
        try check(reopened)
        #expect(try reopened.read(24) == [9])
        reopened.close()
    }

    @Test("takes less of the disk, and never touches the segment that is being written")
    func space() throws {
        let disk = SimulatedDisk(seed: 3)
        let log = try filled(disk)
        func used() -> Int { disk.paths.reduce(0) { $0 + (disk.content(of: $1)?.count ?? 0) } }
        let (before, last) = (used(), try #require(disk.paths.last))
        let content = disk.content(of: last)
        let done = try log.shorten(0..<24) { (_, record) throws(StorageError) in
            record.isEmpty ? nil : []
        }
        #expect(done.end < 24)
        #expect(UInt64(before - used()) == done.freedByteCount)
        #expect(used() * 3 < before)
        #expect(disk.content(of: last) == content)
    }

    @Test(
        "holds each record old or new after a crash or fault at any operation, and goes on",
        arguments: FaultSweep.all)
    func sweep(sweep: FaultSweep) throws {
        // The load before it must not meet the fault: operations are counted from there.
        let calm = SimulatedDisk(seed: 1)
        let calmLog = try filled(calm)
        let before = calm.count(of: sweep.operation)
        _ = try calmLog.shorten(0..<24) { (index, record) throws(StorageError) in
            short(index, record)
        }
        let count = calm.count(of: sweep.operation) - before
        #expect(count >= 4)
        for number in 1...count {
            for seed in UInt64(1)..<4 {
                let label = "\(sweep.effect) at \(sweep.operation) \(number), seed \(seed)"
                let disk = SimulatedDisk(seed: seed)
                let log = try filled(disk)
                disk.plan([DiskFault(sweep.effect, at: sweep.operation, before + number)])
                #expect(throws: StorageError.self, "\(label)") {
                    try log.shorten(0..<24) { (index, record) throws(StorageError) in
                        short(index, record)
                    }
                }
                disk.restart(.power)
                let reopened = try open(disk)
                #expect(reopened.count == 24, "\(label)")
                for (index, record) in records.enumerated() {
                    let found = try reopened.read(UInt64(index))
                    #expect(
                        found == record || found == short(UInt64(index), record),
                        "\(label), record \(index)")
                }
                #expect(try reopened.append([1, 2]) == 24, "\(label)")
                #expect(!disk.paths.contains { $0.hasSuffix(".new") }, "\(label)")
                let done = try reopened.shorten(0..<24) { (index, record) throws(StorageError) in
                    short(index, record)
                }
                for index in 0..<done.end {
                    let record = records[Int(index)]
                    #expect(
                        try reopened.read(index) == short(index, record) ?? record, "\(label)")
                }
            }
        }
    }

    @Test("begins with the record it was created with, also after a crash and shortened")
    func base() throws {
        let disk = SimulatedDisk(seed: 4)
        let log = try filled(disk, first: 1000)
        func check(_ log: FileBlockLog) throws {
            #expect(log.first == 1000 && log.count == 1024)
            #expect(throws: StorageError.absent("block 1000", .beforeStart(height: 1001))) {
                try log.read(999)
            }
            #expect(throws: StorageError.before(first: 1000, 0)) { try log.read(0) }
            #expect(try log.read(1024) == nil)
            #expect(try log.read(1000)?.prefix(3) == records[0].prefix(3))
            #expect(try log.read(1023) == records[23])
        }
        try check(log)
        disk.restart(.power)
        let second = try open(disk)
        try check(second)
        let done = try second.shorten(0..<5000) { (index, record) throws(StorageError) in
            short(index, record)
        }
        #expect(done.end > 1004)
        try check(second)
        disk.restart(.power)
        try check(try open(disk))
    }

    @Test(
        "can be created once only, and a crash leaves no beginning or the right one",
        arguments: DiskFault.Operation.allCases)
    func creation(operation: DiskFault.Operation) throws {
        func create(_ disk: SimulatedDisk) throws -> FileBlockLog {
            try FileBlockLog.create(on: disk, folder: "blocks", Samples.settings(), first: 7)
        }
        let calm = SimulatedDisk(seed: 1)
        #expect(try create(calm).append([1]) == 7)
        #expect(throws: StorageError.self) { try create(calm) }
        let count = calm.count(of: operation)
        for number in 1...count {
            let disk = SimulatedDisk(seed: UInt64(number))
            disk.plan([DiskFault(.crash, at: operation, number)])
            _ = try? create(disk)
            disk.restart(.power)
            let log = try create(disk)
            #expect(log.first == 7 && log.count == 7)
            #expect(try log.append([1]) == 7)
        }
    }

    @Test("without the segment that tells its beginning is refused")
    func missingBase() throws {
        let disk = SimulatedDisk(seed: 4)
        try filled(disk, first: 1000).close()
        try disk.remove(try #require(disk.paths.first))
        #expect { try open(disk) } throws: { error in
            if case .corrupt? = error as? StorageError { true } else { false }
        }
    }
}
