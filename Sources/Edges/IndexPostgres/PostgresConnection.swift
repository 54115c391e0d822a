import CPostgres
import FHIRSearch
import IndexSQL

// What success is, function by function, and who frees (PostgreSQL 15, libpq-fe.h):
//
// | function | success | freed by |
// |---|---|---|
// | PQconnectdb | PQstatus is CONNECTION_OK; NULL without memory | PQfinish, always |
// | PQexec, PQprepare | PGRES_COMMAND_OK or PGRES_TUPLES_OK | PQclear |
// | PQexecPrepared | the same | PQclear |
// | PQexec of COPY | PGRES_COPY_IN | PQclear |
// | PQputCopyData, PQputCopyEnd | 1 | - |
// | PQgetResult | NULL when there are no more | PQclear |
// | PQgetvalue, PQerrorMessage | always | borrowed from result or connection |

/// One connection: statements are prepared once and kept; it is made anew when it breaks.
// @unchecked: the pool gives a connection to one thread at a time.
final class PostgresConnection: SQLSession, @unchecked Sendable {
    private let conninfo: String
    private let schema: String
    private var handle: OpaquePointer?
    private var prepared: [String: String] = [:]

    /// Rows that were appended so far.
    private(set) var insertedCount = 0

    /// Statements that are kept; then all are made anew.
    private static let preparedLimit = 200

    init(_ conninfo: String, schema: String) {
        self.conninfo = conninfo
        self.schema = schema
    }

    deinit { PQfinish(handle) }

    // MARK: Connecting

    /// False once the connection is known to be broken.
    var isConnected: Bool { handle.map { PQstatus($0) == CONNECTION_OK } ?? false }

    /// Connects where that is not done; a connection that broke is given up here.
    func connect() throws(IndexError) {
        guard !isConnected else { return }
        PQfinish(handle)
        prepared = [:]
        handle = PQconnectdb(conninfo)
        guard let handle, PQstatus(handle) == CONNECTION_OK else {
            let message = handle.map { String(cString: PQerrorMessage($0)) } ?? "no memory"
            PQfinish(handle)
            handle = nil
            throw .unavailable(Self.short(message))
        }
        // The schema's name comes from the settings and was checked there.
        try run("SET search_path TO \(schema)")
        try run("SET client_min_messages TO warning")
        try run("SET synchronous_commit TO on")
        // Searches are short: compiling them takes longer than running them.
        try run("SET jit TO off")
        try run("SET random_page_cost TO 1.1")
    }

    private static func short(_ message: String) -> String {
        String(message.split(separator: "\n").first ?? "")
    }

    // MARK: Statements

    /// Runs statements without parameters and answer.
    func run(_ text: String) throws(IndexError) {
        let result = PQexec(handle, text)
        defer { PQclear(result) }
        try check(result)
    }

    private func check(_ result: OpaquePointer?) throws(IndexError) {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK: return
        default:
            let field = PQresultErrorField(result, Int32(UInt8(ascii: "C")))
            let state = field.map { String(cString: $0) } ?? ""
            let message = Self.short(String(cString: PQerrorMessage(handle)))
            // Class XX is internal errors: damaged data and indexes.
            throw state.hasPrefix("XX") ? .corrupt(message) : .unavailable(message)
        }
    }

    private func name(of statement: SQLStatement) throws(IndexError) -> String {
        // The types are part of what is prepared.
        let types = statement.values.map(\.typeNumber)
        let key = statement.text + types.map { " \($0)" }.joined()
        if let known = prepared[key] { return known }
        if prepared.count >= Self.preparedLimit {
            try run("DEALLOCATE ALL")
            prepared = [:]
        }
        let name = "s\(prepared.count)"
        let result = PQprepare(handle, name, statement.text, Int32(types.count), types)
        defer { PQclear(result) }
        try check(result)
        prepared[key] = name
        return name
    }

    func rows(_ statement: SQLStatement) throws(IndexError) -> [[SQLValue]] {
        let name = try name(of: statement)
        let values = statement.values.map(\.wire)
        let lengths = values.map { Int32($0?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: values.count)
        // The values of all parameters in one piece, so that pointers to them stay good.
        let flat = Array(values.compactMap { $0 }.joined()) + [0]
        let result = flat.withUnsafeBytes { buffer -> OpaquePointer? in
            let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            var offset = 0
            let pointers = values.map { value -> UnsafePointer<CChar>? in
                guard let value, let start else { return nil }
                defer { offset += value.count }
                return start + offset
            }
            return PQexecPrepared(
                handle, name, Int32(values.count), pointers, lengths, formats, 1)
        }
        defer { PQclear(result) }
        try check(result)
        let (rowCount, columnCount) = (PQntuples(result), PQnfields(result))
        let types = (0..<columnCount).map { PQftype(result, $0) }
        return (0..<rowCount).map { row in
            (0..<columnCount).map { column in
                guard PQgetisnull(result, row, column) == 0 else { return .null }
                let bytes = UnsafeRawBufferPointer(
                    start: PQgetvalue(result, row, column),
                    count: Int(PQgetlength(result, row, column)))
                return SQLValue(wire: bytes, type: types[Int(column)])
            }
        }
    }

    // MARK: Rows

    func insert(_ rows: [[SQLValue]], into table: SQLTable) throws(IndexError) {
        guard !rows.isEmpty else { return }
        let begin = PQexec(
            handle, "COPY \(table.name) (\(table.columnList)) FROM STDIN (FORMAT binary)")
        defer { PQclear(begin) }
        guard PQresultStatus(begin) == PGRES_COPY_IN else {
            try check(begin)
            throw .unavailable("COPY is not possible")
        }
        var buffer = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        var isSent = true
        for row in rows {
            buffer.append(bigEndian: Int16(row.count))
            for value in row {
                let wire = value.wire
                buffer.append(bigEndian: wire.map { Int32($0.count) } ?? -1)
                if let wire { buffer.append(contentsOf: wire) }
            }
            if buffer.count > 1 << 16 {
                isSent = isSent && send(buffer)
                buffer.removeAll(keepingCapacity: true)
            }
        }
        buffer.append(bigEndian: Int16(-1))
        isSent = isSent && send(buffer) && PQputCopyEnd(handle, nil) == 1
        var failure: IndexError?
        while let result = PQgetResult(handle) {
            defer { PQclear(result) }
            do throws(IndexError) { try check(result) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
        guard isSent else { throw .unavailable("rows cannot be sent") }
        insertedCount += rows.count
    }

    private func send(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { buffer in
            PQputCopyData(
                handle, buffer.baseAddress?.assumingMemoryBound(to: CChar.self),
                Int32(buffer.count)) == 1
        }
    }
}
