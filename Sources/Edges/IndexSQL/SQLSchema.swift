/// A table of the index.
package struct SQLTable: Hashable, Sendable {
    package enum ColumnType: Hashable, Sendable { case integer, real, bytes }

    package let name: String
    package let columns: [(name: String, type: ColumnType)]
    /// The first columns that make the primary key.
    package let keyCount: Int

    init(_ name: String, key keyCount: Int, _ columns: [(String, ColumnType)]) {
        (self.name, self.keyCount) = (name, keyCount)
        self.columns = columns.map { (name: $0.0, type: $0.1) }
    }

    package static func == (left: SQLTable, right: SQLTable) -> Bool { left.name == right.name }
    package func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// The tables and indexes, the same in all databases.
///
/// Types, ids and texts are bytes. Keys of parameters, systems and units are numbers of `symbol`,
/// of which 0 is none. A resource that was only referred to has a row with state 0, and so has
/// what lies elsewhere: its type is empty and its id the URL.
package enum SQLSchema {
    /// The version of what is here; a database of another one is refused.
    package static let version: Int64 = 1

    /// What a resource is; see ``SQLTable/resource``.
    enum State {
        static let named: Int64 = 0
        static let live: Int64 = 1
        static let deleted: Int64 = 2
        static let erased: Int64 = 3
    }

    package static let tables: [SQLTable] = [
        .setting, .symbol, .scope, .resource, .version, .body, .note,
        .token, .text, .date, .number, .reference,
    ]

    /// Indexes beside the primary keys: a name, the table, the columns, and whether they are
    /// unique.
    package static let indexes: [(name: String, table: String, columns: String, isUnique: Bool)] = [
        ("symbol_text", "symbol", "text", true),
        ("scope_label", "scope", "label", true),
        ("resource_name", "resource", "type, name", true),
        ("resource_scope", "resource", "scope, type, name", false),
        ("resource_updated", "resource", "updated", false),
        ("version_number", "version", "resource, number", true),
        ("version_type", "version", "type, seq", false),
        ("term_token_value", "term_token", "param, code, system, resource", false),
        ("term_text_value", "term_text", "param, folded, resource", false),
        ("term_date_value", "term_date", "param, low, high, resource", false),
        ("term_number_value", "term_number", "param, unit, low, resource", false),
        ("term_reference_value", "term_reference", "target, param, resource", false),
    ]
}

extension SQLTable {
    package static let setting = SQLTable(
        "setting", key: 1, [("name", .bytes), ("value", .integer)])
    static let symbol = SQLTable("symbol", key: 1, [("id", .integer), ("text", .bytes)])
    static let scope = SQLTable("scope", key: 1, [("id", .integer), ("label", .bytes)])
    /// `version` is the number of the current one.
    static let resource = SQLTable(
        "resource", key: 1,
        [
            ("id", .integer), ("type", .bytes), ("name", .bytes), ("state", .integer),
            ("version", .integer), ("updated", .integer), ("scope", .integer),
        ])
    /// `seq` is the order of writing; `type` the symbol of the resource's type.
    static let version = SQLTable(
        "version", key: 1,
        [
            ("seq", .integer), ("resource", .integer), ("number", .integer), ("type", .integer),
            ("method", .integer), ("updated", .integer), ("scope", .integer), ("origin", .bytes),
        ])
    static let body = SQLTable("body", key: 1, [("seq", .integer), ("bytes", .bytes)])
    static let note = SQLTable("note", key: 1, [("name", .bytes), ("value", .bytes)])
    static let token = SQLTable(
        "term_token", key: 5,
        [
            ("resource", .integer), ("param", .integer), ("part", .integer), ("code", .bytes),
            ("system", .integer),
        ])
    static let text = SQLTable(
        "term_text", key: 5,
        [
            ("resource", .integer), ("param", .integer), ("part", .integer), ("folded", .bytes),
            ("exact", .bytes),
        ])
    static let date = SQLTable(
        "term_date", key: 5,
        [
            ("resource", .integer), ("param", .integer), ("part", .integer), ("low", .integer),
            ("high", .integer),
        ])
    static let number = SQLTable(
        "term_number", key: 6,
        [
            ("resource", .integer), ("param", .integer), ("part", .integer), ("unit", .integer),
            ("low", .real), ("high", .real),
        ])
    static let reference = SQLTable(
        "term_reference", key: 5,
        [
            ("resource", .integer), ("param", .integer), ("part", .integer), ("target", .integer),
            ("version", .bytes),
        ])
}

extension SQLTable {
    /// The names of the columns, between commas.
    package var columnList: String { columns.map(\.name).joined(separator: ", ") }
}
