import Base
import Cryptography
import Encoding
import FHIRSearch
import IndexSQL
import IndexPostgres
import Rehearsal
import System
import Testing

/// What only the database of somebody else has: sealed bodies, its ends and its absence.
@Suite(
    "PostgreSQL index",
    .enabled(if: PostgresServer.isInstalled, PostgresPlace.absence),
    .enabled(if: InstalledDefinitions.isPresent, InstalledDefinitions.absence))
struct PostgresIndexTests {
    private func change(_ id: String) throws -> IndexChange {
        try IndexFixture.change(
            ["resourceType": "Patient", "id": .string(id), "text": ["div": "Zyxwvutsrq"]],
            scope: "a", at: 1, in: nil, number: 1)
    }

    @Test("another key is refused")
    func wrongKey() throws {
        let server = try PostgresPlace.server()
        let settings = PostgresPlace.settings(server)
        try PostgresIndex(settings).write([change("p")])
        var other = PostgresSettings(
            conninfo: settings.conninfo,
            key: SecretBytes(copying: [UInt8](repeating: 8, count: 32)))
        other.schema = settings.schema
        #expect(throws: IndexError.wrongKey) { try PostgresIndex(other) }
        #expect(try PostgresIndex(settings).note("k") == nil)
    }

    @Test("a server that ends and comes back is found again, with all that was written")
    func restart() throws {
        let server = try PostgresServer()
        let index = try PostgresIndex(PostgresPlace.settings(server))
        for number in 0..<20 { try index.write([change("p\(number)")]) }
        server.kill()
        #expect(throws: IndexError.self) { try index.write([change("q")]) }
        #expect(throws: IndexError.self) {
            try index.current(ResourceName(type: "Patient", id: "p1"))
        }
        try server.start()
        for number in 0..<20 {
            #expect(
                try index.current(ResourceName(type: "Patient", id: "p\(number)"))?.number == 1)
        }
        try index.write([change("r")])
        #expect(try index.current(ResourceName(type: "Patient", id: "r"))?.number == 1)
    }

    @Test("two processes' indexes on one database see and respect each other")
    func shared() throws {
        let server = try PostgresPlace.server()
        let settings = PostgresPlace.settings(server)
        let (one, other) = (try PostgresIndex(settings), try PostgresIndex(settings))
        try one.write([change("p")])
        #expect(throws: IndexError.conflict(ResourceName(type: "Patient", id: "p"))) {
            try other.write([change("p")])
        }
        try other.write([change("q")])
        #expect(try one.current(ResourceName(type: "Patient", id: "q"))?.number == 1)
    }

    @Test("bodies and notes are sealed in the database's files, which nobody can read there")
    func secrecy() throws {
        let server = try PostgresServer()
        let index = try PostgresIndex(PostgresPlace.settings(server))
        try index.write((0..<50).map { try change("p\($0)") })
        let note = Array("Qrstuvwxyz of a pending body".utf8)
        try index.write([.note(key: "pending/1/0000", value: note)])
        #expect(try index.note("pending/1/0000") == note)
        #expect(try index.notes(startingWith: "", after: nil, limit: 9).map(\.value) == [note])
        server.kill()
        let found = try ProcessRunner.run(
            ["grep", "-rlaE", "Zyxwvutsrq|Qrstuvwxyz", server.folder])
        #expect(found.text.isEmpty && found.end == .exited(1))
        let names = try ProcessRunner.run(["grep", "-rlaE", "birthdate|Patient", server.folder])
        #expect(names.end == .exited(0), "names and terms are plain there, as the guide says")
    }

    @Test("what cannot be reached says so")
    func absent() throws {
        let settings = PostgresSettings(
            conninfo: "host=/nowhere user=x dbname=y",
            key: SecretBytes(copying: [UInt8](repeating: 7, count: 32)))
        do throws(IndexError) {
            _ = try PostgresIndex(settings)
            Issue.record("connected to nothing")
        } catch {
            guard case .unavailable(let message) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(message.contains("/nowhere"))
        }
    }
}
