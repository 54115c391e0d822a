import Base
import Encoding
import FHIRDefinitions
import FHIRViews
import Parquet

/// A Parquet file with the view's columns and types; collections are lists.
struct ParquetRows: RowEncoder {
    private let columns: [(name: String, type: ViewColumnType, isList: Bool)]
    private var writer: ParquetWriter

    init(_ view: ViewDefinition, in table: DefinitionTable) throws(AnalyticsError) {
        let types: [ViewColumnType]
        do throws(ViewError) { types = try view.columnTypes(in: table) } catch {
            throw .view(error)
        }
        columns = zip(view.columns, types).map { ($0.name, $1, $0.isCollection) }
        do throws(ParquetError) {
            writer = try ParquetWriter(
                columns.map { ParquetColumn($0.name, $0.type.stored, isList: $0.isList) })
        } catch { throw .table(error) }
    }

    mutating func append(_ row: ViewRunner.Row) throws(AnalyticsError) -> [UInt8] {
        var values: [ParquetValue] = []
        for (column, value) in zip(columns, row) {
            guard let stored = Self.stored(value, column.type, isList: column.isList) else {
                throw .view(.otherType(column: column.name, type: column.type))
            }
            values.append(stored)
        }
        do throws(ParquetError) { return try writer.append(values) } catch { throw .table(error) }
    }

    mutating func finish() throws(AnalyticsError) -> [UInt8] {
        do throws(ParquetError) { return try writer.finish() } catch { throw .table(error) }
    }

    // MARK: Values

    private static func stored(
        _ value: JSONValue, _ type: ViewColumnType, isList: Bool
    ) -> ParquetValue? {
        guard isList, case .array(let elements) = value else { return type.stored(value) }
        let stored = elements.compactMap { type.stored($0) }
        return stored.count == elements.count ? .list(stored) : nil
    }
}

extension ViewColumnType {
    /// The type in which a column of this type is stored.
    fileprivate var stored: ParquetType {
        switch self {
        case .boolean: .boolean
        case .integer: .int32
        case .integer64: .int64
        case .decimal: .double
        case .date: .date
        case .string: .string
        }
    }

    /// The value as it is stored; nil when it is not of this type.
    fileprivate func stored(_ value: JSONValue) -> ParquetValue? {
        if value.isNull { return .null }
        switch self {
        case .boolean: return value.boolValue.map { .boolean($0) }
        case .integer: return value.numberText.flatMap { Int32($0) }.map { .int32($0) }
        case .integer64:
            // JSON of FHIR R5 writes these as texts.
            return (value.numberText ?? value.stringValue).flatMap { Int64($0) }.map { .int64($0) }
        case .decimal:
            let number = value.numberText.flatMap { Double($0) }
            return number.flatMap { $0.isFinite ? .double($0) : nil }
        case .date:
            return value.stringValue.flatMap { CivilDate(iso: $0) }.flatMap {
                Int32(exactly: $0.daysSinceEpoch)
            }.map { .date(days: $0) }
        case .string: return .string(value.stringValue ?? value.text())
        }
    }
}
