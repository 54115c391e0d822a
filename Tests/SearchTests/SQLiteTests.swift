import Base
import Encoding
import FHIRSearch
import IndexSQL
import IndexSQLite
import System
import Testing

/// What only the encrypted file has: its key, its bytes, and what a killed process leaves.
@Suite(
    "SQLite index", .enabled(if: InstalledDefinitions.isPresent, InstalledDefinitions.absence))
struct SQLiteIndexTests {
    private let folder: TemporaryFolder
    private let key = Hash256(words: (5, 6, 7, 8))

    init() throws {
        folder = TemporaryFolder(try FileSystem.makeTemporaryFolder("kanglian-index"))
    }

    private var path: String { folder.path + "/index.db" }
    private func settings(_ key: Hash256) -> SQLiteSettings { SQLiteSettings(path: path, key: key) }

    private func change(_ number: Int, _ family: String) throws -> IndexChange {
        try IndexFixture.change(
            [
                "resourceType": "Patient", "id": "p\(number)",
                "name": [["family": .string(family)]],
            ], scope: "scope-of-\(family)", at: 1, in: nil, number: 1)
    }

    private func contains(_ word: String) throws -> Bool {
        let word = Array(word.utf8)
        return try FileSystem.list(folder.path).contains { name in
            let bytes = try FileSystem.read("\(folder.path)/\(name)", limit: 256 << 20)
            return bytes.indices.contains { place in
                bytes[place] == word[0] && bytes[place...].starts(with: word)
            }
        }
    }

    @Test("no file holds what was written, and another key opens nothing")
    func secrecy() throws {
        do {
            let index = try SQLiteIndex(settings(key))
            for number in 0..<50 { try index.write([change(number, "Zyxwvutsrq")]) }
            #expect(try index.note("x") == nil)
        }
        for word in ["Zyxwvutsrq", "zyxwvutsrq", "Patient", "term_token", "SQLite format"] {
            #expect(try !contains(word), "\(word) is in a file")
        }
        #expect(throws: IndexError.wrongKey) {
            try SQLiteIndex(settings(Hash256(words: (5, 6, 7, 9))))
        }
        let again = try SQLiteIndex(settings(key))
        #expect(try again.current(ResourceName(type: "Patient", id: "p49")) != nil)
    }

    @Test("a changed byte is noticed")
    func damage() throws {
        do {
            let index = try SQLiteIndex(settings(key))
            try index.write((0..<200).map { try change($0, "name \($0)") })
        }
        var bytes = try FileSystem.read(path, limit: 256 << 20)
        for place in stride(from: 4096 + 100, to: bytes.count, by: 4096) { bytes[place] ^= 1 }
        try FileSystem.writeAtomically(path, bytes)
        #expect(throws: IndexError.self) {
            let index = try SQLiteIndex(settings(key))
            for number in 0..<200 {
                _ = try index.current(ResourceName(type: "Patient", id: "p\(number)"))
            }
        }
    }

    @Test("many threads write at once, all of it is there after opening again")
    func threads() throws {
        do {
            let index = try SQLiteIndex(settings(key))
            var threads: [System.Thread] = []
            for thread in 0..<6 {
                let changes = try (0..<20).map { try change(thread * 100 + $0, "t\(thread)") }
                threads.append(
                    try System.Thread("writer") {
                        for change in changes { try? index.write([change]) }
                        // The same again is a conflict, which leaves the others' writes alone.
                        for change in changes { try? index.write([change]) }
                    })
            }
            for thread in threads { thread.join() }
        }
        let index = try SQLiteIndex(settings(key))
        for number in (0..<6).flatMap({ thread in (0..<20).map { thread * 100 + $0 } }) {
            #expect(try index.current(ResourceName(type: "Patient", id: "p\(number)"))?.number == 1)
        }
    }

    @Test("writes that returned survive the end of the process", arguments: [1, 2, 3])
    func kill(_ round: Int) throws {
        let program = try #require(Environment.program)
        let acknowledged = folder.path + "/acknowledged"
        let process = try ChildProcess(
            [
                program, "--testing-library", "swift-testing", "--filter",
                "SQLiteIndexTests/victim",
            ],
            environment: Environment.all + ["\(VictimProcess.variable)=\(folder.path)"],
            output: .null, errors: .null)
        func count() -> Int { (try? FileSystem.byteCount(acknowledged)) ?? 0 }
        let deadline = SystemClock.monotonicNanoseconds + 60_000_000_000
        while count() < 40 * round, SystemClock.monotonicNanoseconds < deadline {
            guard process.wait(milliseconds: 2) == nil else { break }
        }
        process.kill()
        _ = process.wait(milliseconds: nil)
        let done = count()
        #expect(done >= 40 * round)
        let index = try SQLiteIndex(settings(key))
        for number in 0..<done {
            #expect(
                try index.current(ResourceName(type: "Patient", id: "p\(number)"))?.number == 1)
        }
        try index.write([change(1_000_000, "after")])
    }

    @Test(
        "the process that is going to be killed",
        .enabled(
            if: Environment.value(VictimProcess.variable) != nil, "only started by another test"))
    func victim() throws {
        let folder = try #require(Environment.value(VictimProcess.variable))
        let index = try SQLiteIndex(SQLiteSettings(path: folder + "/index.db", key: key))
        let file = try File(folder + "/acknowledged", .append)
        for number in 0..<1_000_000 {
            try index.write([change(number, "name \(number)")])
            try file.write([1])
        }
    }
}

/// The process that is going to be killed: this test program with a variable set.
enum VictimProcess {
    static let variable = "KANGLIAN_TEST_INDEX_VICTIM"
}
