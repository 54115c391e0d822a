package import Encoding

extension ViewDefinition {
    /// A row as one line of NDJSON, without the line's end.
    package func line(_ row: ViewRunner.Row) -> String { object(row).text() }

    /// A row as an object with a member for each column.
    package func object(_ row: ViewRunner.Row) -> JSONValue {
        .object(zip(columns, row).map { JSONMember($0.name, $1) })
    }

    /// The names of the columns as a line of CSV (RFC 4180), without the line's end.
    package var csvHeader: String { columns.map { Self.field($0.name) }.joined(separator: ",") }

    /// A row as a line of CSV (RFC 4180), without the line's end; lists and structures are JSON.
    package func csvLine(_ row: ViewRunner.Row) -> String {
        row.map { value in
            switch value {
            case .null: ""
            case .string(let text): text.isEmpty ? "\"\"" : Self.field(text)
            default: Self.field(value.text())
            }
        }.joined(separator: ",")
    }

    private static func field(_ text: String) -> String {
        guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else {
            return text
        }
        return "\"" + String(text.flatMap { $0 == "\"" ? "\"\"" : String($0) }) + "\""
    }
}
