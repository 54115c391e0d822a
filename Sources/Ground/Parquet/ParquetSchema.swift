/// The type of a column's values.
package enum ParquetType: Hashable, Sendable, CaseIterable {
    case boolean
    case int32
    case int64
    case double
    /// UTF-8 text.
    case string
    /// A day without a time.
    case date
}

/// One column of a table: a value, a null or a list in each row.
package struct ParquetColumn: Hashable, Sendable {
    package let name: String
    package let type: ParquetType
    /// True when rows hold lists of such values.
    package let isList: Bool

    package init(_ name: String, _ type: ParquetType, isList: Bool = false) {
        (self.name, self.type, self.isList) = (name, type, isList)
    }

    /// The definition level of a value that is there: how many optional steps lead to it.
    var maximumDefinition: UInt8 { isList ? 3 : 1 }

    /// Where the values lie below the root of the schema.
    var path: [String] { isList ? [name, "list", "element"] : [name] }
}

/// What a row holds in a column.
package enum ParquetValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case int32(Int32)
    case int64(Int64)
    /// Never NaN nor infinite.
    case double(Double)
    case string(String)
    /// Days since 1970-01-01.
    case date(days: Int32)
    /// Values and nulls, for columns of lists; lists within lists are refused.
    case list([ParquetValue])

    /// The bytes that the value and its levels take before compression, at most.
    var byteCount: Int {
        switch self {
        case .null: 1
        case .boolean: 2
        case .int32, .date: 6
        case .int64, .double: 10
        case .string(let text): text.utf8.count + 6
        case .list(let elements): elements.reduce(2) { $0 + $1.byteCount }
        }
    }
}

extension ParquetColumn {
    /// Whether a row may hold the value in this column.
    func accepts(_ value: ParquetValue) -> Bool {
        guard isList else { return acceptsOne(value) }
        return switch value {
        case .null: true
        case .list(let elements): elements.allSatisfy(acceptsOne)
        default: false
        }
    }

    private func acceptsOne(_ value: ParquetValue) -> Bool {
        switch (value, type) {
        case (.null, _), (.boolean, .boolean), (.int32, .int32), (.int64, .int64),
            (.string, .string), (.date, .date):
            true
        case (.double(let number), .double): number.isFinite
        default: false
        }
    }
}
