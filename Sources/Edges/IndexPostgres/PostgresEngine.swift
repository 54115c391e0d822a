import Base
import FHIRSearch
import IndexSQL
import Synchronization

/// The connections to one database: a writer and several readers.
final class PostgresEngine: SQLEngine {
    let dialect: any SQLDialect = PostgresDialect()
    private let writer: Mutex<PostgresConnection>
    private let readers: SessionPool<PostgresConnection>
    /// Rows that were appended before the tables were last measured.
    private let analyzed = Mutex(0)

    /// Locks by which processes that share a database write one after another; any number does.
    private static let writeLock = 0x6B61_6E67

    init(_ settings: PostgresSettings) throws(IndexError) {
        guard settings.hasValidSchema else { throw .unavailable("the schema's name is invalid") }
        let connection = PostgresConnection(settings.conninfo, schema: settings.schema)
        try connection.connect()
        try Self.makeTables(connection, schema: settings.schema)
        writer = Mutex(connection)
        readers = SessionPool(
            (0..<max(1, settings.readerCount)).map { _ in
                PostgresConnection(settings.conninfo, schema: settings.schema)
            })
    }

    private static func makeTables(
        _ connection: PostgresConnection, schema: String
    ) throws(IndexError) {
        try connection.run("BEGIN")
        try connection.run("SELECT pg_advisory_xact_lock(\(writeLock))")
        try connection.run("CREATE SCHEMA IF NOT EXISTS \(schema)")
        for table in SQLSchema.tables {
            let columns = table.columns.map { column in
                let type =
                    switch column.type {
                    case .integer: "bigint"
                    case .real: "double precision"
                    case .bytes: "bytea"
                    }
                return "\(column.name) \(type) NOT NULL"
            }
            let key = table.columns.prefix(table.keyCount).map(\.name).joined(separator: ", ")
            try connection.run(
                "CREATE TABLE IF NOT EXISTS \(table.name) "
                    + "(\(columns.joined(separator: ", ")), PRIMARY KEY (\(key)))")
        }
        for index in SQLSchema.indexes {
            try connection.run(
                "CREATE \(index.isUnique ? "UNIQUE " : "")INDEX IF NOT EXISTS \(index.name) "
                    + "ON \(index.table) (\(index.columns))")
        }
        let name = SQLValue.text("version")
        let rows = try connection.rows(
            SQLStatement("SELECT value FROM setting WHERE name = $1", [name]))
        if rows.isEmpty {
            try connection.insert([[name, .integer(SQLSchema.version)]], into: .setting)
        } else if rows[0][0].integer != SQLSchema.version {
            throw .corrupt("the index has format \(rows[0][0].integer)")
        }
        try connection.run("COMMIT")
    }

    /// A connection that broke while it was idle is made anew, and the beginning tried once more;
    /// later failures are the caller's.
    private static func begin(_ text: String, _ connection: PostgresConnection) throws(IndexError) {
        try connection.connect()
        do throws(IndexError) {
            try connection.run(text)
        } catch {
            try connection.connect()
            try connection.run(text)
        }
    }

    func rows(_ statement: SQLStatement) throws(IndexError) -> [[SQLValue]] {
        try readers.use { reader throws(IndexError) in
            try reader.connect()
            do throws(IndexError) { return try reader.rows(statement) } catch {
                // Tried once more only where the connection was what failed.
                guard !reader.isConnected else { throw error }
                try reader.connect()
                return try reader.rows(statement)
            }
        }
    }

    func read<Answer>(
        _ visible: Visibility, _ body: (any SQLSession) throws(IndexError) -> Answer
    ) throws(IndexError) -> Answer {
        try readers.use { reader throws(IndexError) in
            try Self.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", reader)
            defer { try? reader.run("ROLLBACK") }
            return try body(reader)
        }
    }

    func write(_ body: (any SQLSession) throws(IndexError) -> Void) throws(IndexError) {
        try writer.withLock { writer throws(IndexError) in
            try Self.begin("BEGIN", writer)
            do throws(IndexError) {
                // Sees what others committed before the lock was given.
                try writer.run("SELECT pg_advisory_xact_lock(\(Self.writeLock))")
                try body(writer)
                try writer.run("COMMIT")
            } catch {
                try? writer.run("ROLLBACK")
                throw error
            }
            analyze(writer)
        }
    }

    /// Measures the tables again when they have grown by half, long before PostgreSQL would.
    ///
    /// Without figures, the planner takes the list of a common value for as short as one resource's
    /// terms, and reads it for each resource.
    private func analyze(_ writer: PostgresConnection) {
        let isDue = analyzed.withLock { analyzed in
            guard writer.insertedCount > analyzed + max(20_000, analyzed / 2) else { return false }
            analyzed = writer.insertedCount
            return true
        }
        // What was written is durable; figures that are missing make searches slow, not wrong.
        if isDue { try? writer.run("ANALYZE") }
    }

    /// What PostgreSQL keeps of old rows is sealed, and goes with its own cleaning.
    func forget() {}
}

/// What PostgreSQL writes in its own way.
struct PostgresDialect: SQLDialect {
    func place(_ number: Int) -> String { "$\(number)" }
    var orderedJoin: String { "JOIN" }
    /// Else the planner may join with all resources of a common value, to show one page of them.
    var fence: String { " OFFSET 0" }
    var barrier: String { " OFFSET 0" }
    func literal(_ bytes: [UInt8]) -> String { "'\\x\(Hex.encode(bytes))'::bytea" }
    func contains(_ column: String, _ place: String) -> String {
        "position(\(place) in \(column)) > 0"
    }
    var visibleFunction: String? { nil }
    var takesLists: Bool { true }
}
