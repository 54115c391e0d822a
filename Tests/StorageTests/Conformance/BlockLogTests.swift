import Storage
import Testing

@Suite("Every block log")
struct BlockLogTests {
    @Test("gives consecutive indexes and returns the records", arguments: FileEngine.allCases)
    func appendAndRead(engine: FileEngine) throws {
        let folder = try TestFolder()
        let disk = try engine.disk(folder)
        let log = try FileEngine.blockLog(on: disk)
        let records = Samples.records(seed: 7, count: 30)
        #expect(log.count == 0)
        #expect(try log.read(0) == nil)
        for (index, record) in records.enumerated() {
            #expect(try log.append(record) == UInt64(index))
        }
        #expect(log.count == 30)
        for (index, record) in records.enumerated() {
            #expect(try log.read(UInt64(index)) == record)
        }
        #expect(try log.read(30) == nil)
        #expect(try log.read(.max) == nil)
        log.close()
        guard let disk else { return }
        // Every record must also be there after opening the files anew.
        let reopened = try FileEngine.blockLog(on: disk)
        defer { reopened.close() }
        #expect(reopened.count == 30)
        for (index, record) in records.enumerated() {
            #expect(try reopened.read(UInt64(index)) == record)
        }
        #expect(try reopened.append([1]) == 30)
        #expect(try reopened.read(30) == [1])
    }

    @Test("refuses everything after closing", arguments: FileEngine.allCases)
    func close(engine: FileEngine) throws {
        let folder = try TestFolder()
        let log = try FileEngine.blockLog(on: engine.disk(folder))
        _ = try log.append([1])
        log.close()
        log.close()
        #expect(throws: StorageError.closed) { try log.append([2]) }
        #expect(throws: StorageError.closed) { try log.read(0) }
    }
}
