import Storage
import StorageFiles
import Testing

@Suite("A copy of a log that is being written")
struct FrameCopyTests {
    private let records = Samples.records(seed: 5, count: 20)

    /// Copies into another disk, as a backup does.
    private func copy(_ disk: SimulatedDisk) throws -> (SimulatedDisk, [[UInt8]]) {
        let target = SimulatedDisk(seed: 9)
        try target.makeFolder("blocks")
        var files: [String: [UInt8]] = [:]
        var found: [[UInt8]] = []
        try FrameCopy(on: disk, folder: "blocks").forEach { (piece) throws(StorageError) in
            files[piece.segment, default: []] += piece.bytes
            if let record = piece.record {
                #expect(record.index == UInt64(found.count))
                found.append(record.bytes)
            }
        }
        try target.createDurably(files.map { ("blocks/\($0.key)", $0.value) })
        return (target, found)
    }

    @Test("opens as a log with the same records, and can be written")
    func wholeLog() throws {
        let disk = SimulatedDisk(seed: 1)
        let log = try FileBlockLog(on: disk, folder: "blocks", Samples.settings())
        for record in records { _ = try log.append(record) }
        let (target, found) = try copy(disk)
        #expect(found == records)
        let opened = try FileBlockLog(on: target, folder: "blocks", Samples.settings())
        #expect(opened.count == 20)
        for (index, record) in records.enumerated() {
            #expect(try opened.read(UInt64(index)) == record)
        }
        #expect(try opened.append([1]) == 20)
    }

    @Test("leaves out a last record of which only a part is there")
    func partOfTheLast() throws {
        let disk = SimulatedDisk(seed: 1)
        let log = try FileBlockLog(on: disk, folder: "blocks", Samples.settings())
        for record in records { _ = try log.append(record) }
        let path = try #require(
            disk.paths.last { (disk.content(of: $0) ?? []).contains { $0 != 0 } })
        let content = try #require(disk.content(of: path))
        let end = try #require(content.lastIndex { $0 != 0 })
        #expect(disk.damage(path, at: end, xor: 0xFF))
        let (_, found) = try copy(disk)
        #expect(found == Array(records.dropLast()))
    }

    @Test("is refused when a record in the middle is damaged")
    func damage() throws {
        let disk = SimulatedDisk(seed: 1)
        let log = try FileBlockLog(on: disk, folder: "blocks", Samples.settings())
        for record in records { _ = try log.append(record) }
        let path = try #require(disk.paths.first)
        #expect(disk.damage(path, at: 200, xor: 0x01))
        #expect { try copy(disk) } throws: { error in
            if case .corrupt? = error as? StorageError { true } else { false }
        }
    }
}
