import CSQLCipher
import FHIRSearch
import IndexSQL

// What success is, function by function (SQLite 3.15, sqlite3.h; SQLCipher 3.4):
//
// | function | success | freed by |
// |---|---|---|
// | sqlite3_open_v2 | SQLITE_OK; a handle even on failure | sqlite3_close_v2 |
// | sqlite3_key | SQLITE_OK; a wrong key shows at the first read as SQLITE_NOTADB | - |
// | sqlite3_prepare_v2 | SQLITE_OK | sqlite3_finalize |
// | sqlite3_bind_*, sqlite3_exec, sqlite3_reset | SQLITE_OK | - |
// | sqlite3_step | SQLITE_ROW or SQLITE_DONE | - |
// | sqlite3_column_blob | borrowed until the next step; NULL when empty | - |
// | sqlite3_create_function_v2 | SQLITE_OK | its destructor |

/// One connection: statements are prepared once and kept.
// @unchecked: the engine gives a connection to one thread at a time.
final class SQLiteConnection: SQLSession, @unchecked Sendable {
    private let handle: OpaquePointer
    private var prepared: [String: OpaquePointer] = [:]
    private let scopes = ScopeSet()

    /// Statements that are kept; then all are made anew.
    private static let preparedLimit = 200
    /// Pages of the log before they move into the file: pages that change often then move once.
    private static let logPageCount = 65_536
    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    /// Once in a process; refused, and without effect, when somebody opened a connection before.
    private static let setUp: Int32 = kanglian_sqlite3_no_memory_statistics()

    init(_ settings: SQLiteSettings, isWriter: Bool) throws(IndexError) {
        _ = Self.setUp
        var opened: OpaquePointer?
        let flags =
            SQLITE_OPEN_NOMUTEX
            | (isWriter ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE)
        let status = sqlite3_open_v2(settings.path, &opened, flags, nil)
        guard status == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "no memory"
            sqlite3_close_v2(opened)
            throw .unavailable(message)
        }
        handle = opened
        sqlite3_extended_result_codes(handle, 1)
        sqlite3_busy_timeout(handle, 60_000)
        // A raw key: SQLCipher derives nothing from it.
        let literal = Array("x'\(settings.key.hex)'".utf8)
        guard sqlite3_key(handle, literal, Int32(literal.count)) == SQLITE_OK else {
            throw .wrongKey
        }
        let cache = max(256, settings.cacheByteCount / settings.pageByteCount)
        try run("PRAGMA cipher_page_size = \(settings.pageByteCount)")
        try run("PRAGMA cache_size = \(isWriter ? cache / 2 : cache / 2 / settings.readerCount)")
        try run("PRAGMA temp_store = MEMORY")
        try run("PRAGMA secure_delete = ON")
        // The first read shows whether the key is right.
        _ = try rows(SQLStatement("SELECT count(*) FROM sqlite_master"))
        if isWriter {
            try run("PRAGMA journal_mode = WAL")
            try run("PRAGMA wal_autocheckpoint = \(Self.logPageCount)")
        } else {
            try run("PRAGMA query_only = ON")
        }
        try run("PRAGMA synchronous = FULL")
        try scopes.register(on: handle)
    }

    deinit {
        for statement in prepared.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    /// Which scopes `visible` knows from now on.
    func show(_ visible: Visibility) { scopes.set(visible) }

    /// Runs a statement without parameters and answer.
    func run(_ text: String) throws(IndexError) {
        try check(sqlite3_exec(handle, text, nil, nil, nil))
    }

    // MARK: Statements

    private func statement(_ text: String) throws(IndexError) -> OpaquePointer {
        if let known = prepared[text] { return known }
        if prepared.count >= Self.preparedLimit {
            for statement in prepared.values { sqlite3_finalize(statement) }
            prepared = [:]
        }
        var made: OpaquePointer?
        try check(sqlite3_prepare_v2(handle, text, -1, &made, nil))
        guard let made else { throw .unavailable("an empty statement") }
        prepared[text] = made
        return made
    }

    func rows(_ statement: SQLStatement) throws(IndexError) -> [[SQLValue]] {
        let prepared = try self.statement(statement.text)
        defer {
            sqlite3_reset(prepared)
            sqlite3_clear_bindings(prepared)
        }
        for (place, value) in statement.values.enumerated() {
            try bind(value, Int32(place + 1), prepared)
        }
        var rows: [[SQLValue]] = []
        while true {
            switch sqlite3_step(prepared) {
            case SQLITE_ROW:
                rows.append((0..<sqlite3_column_count(prepared)).map { column($0, prepared) })
            case SQLITE_DONE: return rows
            case let status: throw failure(status)
            }
        }
    }

    func insert(_ rows: [[SQLValue]], into table: SQLTable) throws(IndexError) {
        guard !rows.isEmpty else { return }
        let places = (1...table.columns.count).map { "?\($0)" }.joined(separator: ", ")
        let prepared = try statement("INSERT INTO \(table.name) VALUES (\(places))")
        for row in rows {
            for (place, value) in row.enumerated() { try bind(value, Int32(place + 1), prepared) }
            let status = sqlite3_step(prepared)
            sqlite3_reset(prepared)
            guard status == SQLITE_DONE else { throw failure(status) }
        }
        sqlite3_clear_bindings(prepared)
    }

    private func bind(
        _ value: SQLValue, _ place: Int32, _ statement: OpaquePointer
    ) throws(IndexError) {
        let status =
            switch value {
            case .null: sqlite3_bind_null(statement, place)
            case .integer(let value): sqlite3_bind_int64(statement, place, value)
            case .real(let value): sqlite3_bind_double(statement, place, value)
            case .bytes(let bytes):
                bytes.isEmpty
                    ? sqlite3_bind_zeroblob(statement, place, 0)
                    : sqlite3_bind_blob(
                        statement, place, bytes, Int32(bytes.count), Self.transient)
            case .integers: SQLITE_MISUSE
            }
        try check(status)
    }

    private func column(_ place: Int32, _ statement: OpaquePointer) -> SQLValue {
        switch sqlite3_column_type(statement, place) {
        case SQLITE_INTEGER: return .integer(sqlite3_column_int64(statement, place))
        case SQLITE_FLOAT: return .real(sqlite3_column_double(statement, place))
        case SQLITE_NULL: return .null
        default:
            let start = sqlite3_column_blob(statement, place)
            let count = Int(sqlite3_column_bytes(statement, place))
            return .bytes(
                Array(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)))
        }
    }

    // MARK: Errors

    private func check(_ status: Int32) throws(IndexError) {
        guard status == SQLITE_OK else { throw failure(status) }
    }

    private func failure(_ status: Int32) -> IndexError {
        let message = String(cString: sqlite3_errmsg(handle))
        return switch status & 0xFF {
        case SQLITE_NOTADB: .wrongKey
        case SQLITE_CORRUPT: .corrupt(message)
        default: .unavailable(message)
        }
    }
}
