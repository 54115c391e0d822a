import Storage
import Synchronization
import System
import Testing

@Suite("Every journal")
struct JournalTests {
    @Test("returns its records with their positions", arguments: FileEngine.allCases)
    func appendAndRead(engine: FileEngine) throws {
        let folder = try TestFolder()
        let disk = try engine.disk(folder)
        let journal = try FileEngine.journal(on: disk)
        #expect(try journal.readAll().isEmpty)
        #expect(journal.end == 0)
        #expect(try journal.append([[1], [], [3, 3]]) == 2)
        #expect(try journal.append([[4]]) == 3)
        let expected: [JournalRecord] = [
            .init(position: 0, bytes: [1]), .init(position: 1, bytes: []),
            .init(position: 2, bytes: [3, 3]), .init(position: 3, bytes: [4]),
        ]
        #expect(try journal.readAll() == expected)
        #expect(journal.end == 4)
        journal.close()
        guard let disk else { return }
        let reopened = try FileEngine.journal(on: disk)
        defer { reopened.close() }
        #expect(try reopened.readAll() == expected)
        #expect(try reopened.append([[5]]) == 4)
    }

    @Test(
        "forgets through a position, for good, and goes on counting", arguments: FileEngine.allCases
    )
    func truncate(engine: FileEngine) throws {
        let folder = try TestFolder()
        let disk = try engine.disk(folder)
        var journal = try FileEngine.journal(on: disk)
        for index in 0..<40 {
            let last = try journal.append([[UInt8](repeating: UInt8(index), count: 500), [9]])
            #expect(last == UInt64(2 * index + 1))
        }
        try journal.truncate(through: 60)
        try journal.truncate(through: 10)
        #expect(try journal.readAll().map(\.position) == Array(61..<80))
        if let disk {
            journal.close()
            journal = try FileEngine.journal(on: disk)
            #expect(try journal.readAll().map(\.position) == Array(61..<80))
            #expect(try journal.readAll()[1].bytes == [UInt8](repeating: 31, count: 500))
            // What is forgotten does not keep its place: 80 records fill ten segments.
            #expect(try disk.list("journal").count < 6)
        }
        try journal.truncate(through: 79)
        #expect(try journal.readAll().isEmpty)
        if let disk {
            journal.close()
            journal = try FileEngine.journal(on: disk)
            #expect(try journal.readAll().isEmpty)
        }
        #expect(journal.end == 80)
        #expect(try journal.append([[1]]) == 80)
        journal.close()
    }

    @Test("takes appends and truncations of several threads", arguments: FileEngine.allCases)
    func threads(engine: FileEngine) throws {
        let folder = try TestFolder()
        let disk = try engine.disk(folder)
        let journal = try FileEngine.journal(on: disk)
        let acknowledged = Mutex<[UInt64: [UInt8]]>([:])
        let threads = try (0..<4).map { thread in
            try Thread("appender") {
                for index in 0..<50 {
                    let bytes: [UInt8] = [UInt8(thread), UInt8(index)]
                    let position = try? journal.append([bytes])
                    if let position { acknowledged.withLock { $0[position] = bytes } }
                    if thread == 0, index == 30, let position {
                        try? journal.truncate(through: position)
                    }
                }
            }
        }
        for thread in threads { thread.join() }
        let expected = acknowledged.withLock { $0 }
        #expect(expected.count == 200)
        #expect(journal.end == 200)
        let records = try journal.readAll()
        #expect(records.count >= 19 && records.count < 170)
        #expect(records.last?.position == 199)
        for record in records { #expect(expected[record.position] == record.bytes) }
        journal.close()
    }

    @Test("refuses everything after closing", arguments: FileEngine.allCases)
    func close(engine: FileEngine) throws {
        let folder = try TestFolder()
        let journal = try FileEngine.journal(on: engine.disk(folder))
        _ = try journal.append([[1]])
        journal.close()
        journal.close()
        #expect(throws: StorageError.closed) { try journal.append([[2]]) }
        #expect(throws: StorageError.closed) { try journal.readAll() }
        #expect(throws: StorageError.closed) { try journal.truncate(through: 0) }
    }
}
