import Base
import Cryptography
import Encoding
import FHIRSearch
import IndexPostgres
import IndexSQLite
import Rehearsal
import Synchronization
import System
import Testing

/// An index under test, with what it needs.
struct TestEngine: Sendable, CustomTestStringConvertible {
    let name: String
    let open: @Sendable () throws -> OpenIndex

    var testDescription: String { name }

    static let scan = TestEngine(name: "scan") { OpenIndex(index: ScanIndex(), server: nil) }

    static let sqlite = TestEngine(name: "SQLite") {
        let folder = TemporaryFolder(try FileSystem.makeTemporaryFolder("kanglian-index"))
        let settings = SQLiteSettings(
            path: folder.path + "/index.db", key: Hash256(words: (1, 2, 3, 4)))
        return OpenIndex(index: try SQLiteIndex(settings), server: folder)
    }

    static let postgres = TestEngine(name: "PostgreSQL") {
        let server = try PostgresPlace.server()
        let settings = PostgresPlace.settings(server)
        return OpenIndex(index: try PostgresIndex(settings), server: server)
    }

    /// Databases that are on this machine, and the index in memory.
    static let all = [scan, sqlite] + (PostgresServer.isInstalled ? [postgres] : [])
}

/// An index with what it is on, which goes with it.
struct OpenIndex: Sendable {
    let index: any ResourceIndex
    let server: (any AnyObject & Sendable)?
}

/// A folder that is deleted with the object.
final class TemporaryFolder: Sendable {
    let path: String

    init(_ path: String) { self.path = path }

    deinit { try? FileSystem.removeTree(path) }
}

/// One server for the tests that run at the same time; each index has a schema of its own.
enum PostgresPlace {
    private struct State {
        weak var server: PostgresServer?
        var number = 0
    }

    private static let state = Mutex(State())

    static let absence: Comment = "PostgreSQL's server is not installed"

    static func server() throws -> PostgresServer {
        try state.withLock { state in
            if let server = state.server { return server }
            let server = try PostgresServer()
            state.server = server
            return server
        }
    }

    static func settings(
        _ server: PostgresServer, key: [UInt8] = [UInt8](repeating: 7, count: 32)
    ) -> PostgresSettings {
        var settings = PostgresSettings(
            conninfo: server.conninfo, key: SecretBytes(copying: key))
        settings.schema = state.withLock { state in
            state.number += 1
            return "index_\(state.number)"
        }
        settings.readerCount = 2
        return settings
    }
}

/// A small world of resources and the searches that are asked in it.
struct IndexFixture {
    private let opened: OpenIndex
    var index: any ResourceIndex { opened.index }

    init(_ engine: TestEngine) throws { opened = try engine.open() }

    static func json(_ text: String) throws -> JSONValue {
        try JSONValue(parsing: Array(text.utf8))
    }

    /// Puts a resource as its next version.
    func put(
        _ resource: JSONValue, scope: String = "a", at time: UInt64 = 1_600_000_000_000
    ) throws {
        let change = try Self.change(resource, scope: scope, at: time, in: index)
        try index.write([change])
    }

    static func change(
        _ resource: JSONValue, scope: String, at time: UInt64, in index: (any ResourceIndex)?,
        number: UInt64? = nil
    ) throws -> IndexChange {
        let extractor = try #require(InstalledDefinitions.extractor)
        let type = try #require(resource["resourceType"]?.stringValue)
        let name = ResourceName(type: type, id: try #require(resource["id"]?.stringValue))
        let next = try number ?? ((index?.current(name)?.number ?? 0) + 1)
        return .put(
            StoredVersion(
                name: name, number: next, method: next == 1 ? .create : .update,
                lastUpdated: Timestamp(milliseconds: time), scope: Array(scope.utf8),
                origin: [7], body: resource.serialized()),
            extractor.terms(of: resource, type: type))
    }

    func delete(_ type: String, _ id: String, at time: UInt64 = 1_600_000_000_000) throws {
        let name = ResourceName(type: type, id: id)
        let current = try #require(try index.current(name))
        try index.write([
            .put(
                StoredVersion(
                    name: name, number: current.number + 1, method: .delete,
                    lastUpdated: Timestamp(milliseconds: time), scope: current.scope,
                    origin: [], body: nil), IndexTerms())
        ])
    }

    /// The numbers of scopes with these labels.
    func visible(_ labels: String...) throws -> Visibility {
        let numbers = try index.scopes(startingWith: []).filter { scope in
            labels.contains(String(decoding: scope.label, as: UTF8.self))
        }
        return .scopes(numbers.map(\.number))
    }

    func page(
        _ text: String, _ type: String?, compartment: ResourceName? = nil,
        visible: Visibility = .everything, after: PageMark? = nil
    ) throws -> SearchPage {
        let query = try InstalledDefinitions.query(text, type, compartment: compartment)
        return try index.search(SearchRequest(query: query, visible: visible, after: after))
    }

    /// The ids of the matches, in order.
    func ids(
        _ text: String, _ type: String?, visible: Visibility = .everything
    ) throws -> [String] {
        try page(text, type, visible: visible).matches.map(\.name.id)
    }
}
