import Base
import FHIRSearch
import IndexSQL
import Synchronization

/// The connections to one file: a writer and several readers.
final class SQLiteEngine: SQLEngine {
    let dialect: any SQLDialect = SQLiteDialect()
    private let writer: Mutex<SQLiteConnection>
    private let readers: SessionPool<SQLiteConnection>

    init(_ settings: SQLiteSettings) throws(IndexError) {
        let connection = try SQLiteConnection(settings, isWriter: true)
        try Self.makeTables(connection)
        writer = Mutex(connection)
        var readers: [SQLiteConnection] = []
        for _ in 0..<settings.readerCount {
            readers.append(try SQLiteConnection(settings, isWriter: false))
        }
        self.readers = SessionPool(readers)
    }

    private static func makeTables(_ connection: SQLiteConnection) throws(IndexError) {
        try connection.run("BEGIN IMMEDIATE")
        for table in SQLSchema.tables {
            let key = table.columns.prefix(table.keyCount).map(\.name).joined(separator: ", ")
            let columns = table.columns.map { column in
                let type =
                    column.type == .integer ? "INTEGER" : column.type == .real ? "REAL" : "BLOB"
                return "\(column.name) \(type) NOT NULL"
            }
            // A table whose key is one number is stored by it anyway.
            let isKeyed = table.keyCount == 1 && table.columns[0].type == .integer
            try connection.run(
                "CREATE TABLE IF NOT EXISTS \(table.name) (\(columns.joined(separator: ", ")), "
                    + "PRIMARY KEY (\(key)))\(isKeyed ? "" : " WITHOUT ROWID")")
        }
        for index in SQLSchema.indexes {
            try connection.run(
                "CREATE \(index.isUnique ? "UNIQUE " : "")INDEX IF NOT EXISTS \(index.name) "
                    + "ON \(index.table) (\(index.columns))")
        }
        let name = SQLValue.text("version")
        let rows = try connection.rows(
            SQLStatement("SELECT value FROM setting WHERE name = ?1", [name]))
        if rows.isEmpty {
            try SQLiteStatistics.write(connection)
            try connection.insert([[name, .integer(SQLSchema.version)]], into: .setting)
        } else if rows[0][0].integer != SQLSchema.version {
            throw .corrupt("the index has format \(rows[0][0].integer)")
        }
        try connection.run("COMMIT")
        // Takes up the statistics.
        try connection.run("ANALYZE sqlite_master")
    }

    func rows(_ statement: SQLStatement) throws(IndexError) -> [[SQLValue]] {
        try readers.use { reader throws(IndexError) in try reader.rows(statement) }
    }

    func read<Answer>(
        _ visible: Visibility, _ body: (any SQLSession) throws(IndexError) -> Answer
    ) throws(IndexError) -> Answer {
        try readers.use { reader throws(IndexError) in
            reader.show(visible)
            try reader.run("BEGIN")
            defer { try? reader.run("COMMIT") }
            return try body(reader)
        }
    }

    func write(_ body: (any SQLSession) throws(IndexError) -> Void) throws(IndexError) {
        try writer.withLock { writer throws(IndexError) in
            try writer.run("BEGIN IMMEDIATE")
            do throws(IndexError) {
                try body(writer)
                try writer.run("COMMIT")
            } catch {
                try? writer.run("ROLLBACK")
                throw error
            }
        }
    }

    /// The log of pages still has what was erased; its content moves into the file and it is cut.
    func forget() {
        // A reader that is under way holds this up: then the next checkpoint does it.
        writer.withLock { writer in
            _ = try? writer.rows(SQLStatement("PRAGMA wal_checkpoint(TRUNCATE)"))
        }
    }
}

/// What SQLite writes in its own way.
struct SQLiteDialect: SQLDialect {
    func place(_ number: Int) -> String { "?\(number)" }
    var orderedJoin: String { "CROSS JOIN" }
    var fence: String { "" }
    var barrier: String { " LIMIT -1" }
    func literal(_ bytes: [UInt8]) -> String { "X'\(Hex.encode(bytes))'" }
    func contains(_ column: String, _ place: String) -> String { "instr(\(column), \(place)) > 0" }
    var visibleFunction: String? { "visible" }
    var takesLists: Bool { false }
}
