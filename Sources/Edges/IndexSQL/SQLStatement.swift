package import FHIRSearch

/// A value in a row or of a parameter.
///
/// Texts are bytes, so that no collation or character is special.
package enum SQLValue: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case bytes([UInt8])
    /// A list, for engines that take one as a parameter.
    case integers([Int64])

    package static func text(_ text: String) -> SQLValue { .bytes(Array(text.utf8)) }

    /// The number; 0 for other kinds.
    package var integer: Int64 {
        if case .integer(let value) = self { return value }
        return 0
    }

    /// The bytes; nil for other kinds.
    package var bytes: [UInt8]? {
        if case .bytes(let value) = self { return value }
        return nil
    }

    /// The bytes as text; empty for other kinds.
    package var text: String { String(decoding: bytes ?? [], as: UTF8.self) }
}

/// A statement with the values of its parameters; what strangers send is never part of its text.
package struct SQLStatement: Hashable, Sendable {
    package let text: String
    package let values: [SQLValue]

    package init(_ text: String, _ values: [SQLValue] = []) {
        (self.text, self.values) = (text, values)
    }
}

/// Where the databases differ.
package protocol SQLDialect: Sendable {
    /// How the parameter of a number, from 1 on, is written.
    func place(_ number: Int) -> String
    /// A join that is done in the order in which it is written, where there is such a thing.
    var orderedJoin: String { get }
    /// What stands at the end of a condition on other tables, so that it is tested row by row.
    var fence: String { get }
    /// What stands at the end of a subquery whose columns are computed once a row, however often
    /// they are used.
    var barrier: String { get }
    /// A literal of bytes.
    func literal(_ bytes: [UInt8]) -> String
    /// Whether a column of bytes contains others.
    func contains(_ column: String, _ place: String) -> String
    /// Whether a scope is among the visible ones: the name of a function of the session, or nil
    /// where a parameter has their bitmap.
    var visibleFunction: String? { get }
    /// Whether lists are parameters; else each of their numbers is one.
    var takesLists: Bool { get }
}

/// One connection to a database, used by one thread at a time.
package protocol SQLSession: AnyObject {
    /// All rows of an answer.
    func rows(_ statement: SQLStatement) throws(IndexError) -> [[SQLValue]]
    /// Appends rows to a table, in the order of its columns.
    func insert(_ rows: [[SQLValue]], into table: SQLTable) throws(IndexError)
}

/// A database: sessions for reading, and one writer at a time.
package protocol SQLEngine: Sendable {
    var dialect: any SQLDialect { get }

    /// All rows of one statement, which is not asked about scopes.
    func rows(_ statement: SQLStatement) throws(IndexError) -> [[SQLValue]]

    /// Runs statements that see one state of the database.
    func read<Answer>(
        _ visible: Visibility, _ body: (any SQLSession) throws(IndexError) -> Answer
    ) throws(IndexError) -> Answer

    /// Runs statements in a transaction that is durable when this returns, and undone when the
    /// body throws.
    func write(_ body: (any SQLSession) throws(IndexError) -> Void) throws(IndexError)

    /// Called after something was erased, to overwrite what is left of it where that can be done.
    func forget()
}
