import FHIRDefinitions
import FHIRViews

/// The forms in which rows are written.
package enum RowFormat: String, Hashable, Sendable, CaseIterable {
    case csv
    case ndjson
    case parquet

    /// What writes the rows of a view in this form.
    func encoder(
        for view: ViewDefinition, in table: DefinitionTable
    ) throws(AnalyticsError) -> any RowEncoder {
        switch self {
        case .csv: CSVRows(view)
        case .ndjson: ObjectRows(view)
        case .parquet: try ParquetRows(view, in: table)
        }
    }
}

/// Turns rows into the bytes of a file, in order; what is returned may lag behind the rows.
protocol RowEncoder {
    /// Takes one row and returns the bytes that come next.
    mutating func append(_ row: ViewRunner.Row) throws(AnalyticsError) -> [UInt8]
    /// The bytes that end the file.
    mutating func finish() throws(AnalyticsError) -> [UInt8]
}

/// Comma-separated values with a header and CRLF (RFC 4180).
struct CSVRows: RowEncoder {
    private let view: ViewDefinition
    private var hasHeader = false

    init(_ view: ViewDefinition) { self.view = view }

    mutating func append(_ row: ViewRunner.Row) -> [UInt8] { header() + line(view.csvLine(row)) }

    mutating func finish() -> [UInt8] { header() }

    private mutating func header() -> [UInt8] {
        guard !hasHeader else { return [] }
        hasHeader = true
        return line(view.csvHeader)
    }

    private func line(_ text: String) -> [UInt8] { Array(text.utf8) + [0x0D, 0x0A] }
}

/// One JSON object a line, with a member for each column.
struct ObjectRows: RowEncoder {
    private let view: ViewDefinition

    init(_ view: ViewDefinition) { self.view = view }

    func append(_ row: ViewRunner.Row) -> [UInt8] { Array(view.line(row).utf8) + [0x0A] }

    func finish() -> [UInt8] { [] }
}
