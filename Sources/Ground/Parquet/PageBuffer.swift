/// The levels and values of one data page, in PLAIN encoding.
struct PageBuffer {
    let column: ParquetColumn
    /// 0 starts a row, 1 goes on with its list; empty for columns without lists.
    private var repetition: [UInt8] = []
    /// How far each value is there; see ``append(_:)``.
    private var definition: [UInt8] = []
    private var values: [UInt8] = []
    /// Truth values, which take a bit each on the page.
    private var truths: [UInt8] = []

    init(_ column: ParquetColumn) { self.column = column }

    /// Levels on this page: values, nulls and empty lists.
    var levelCount: Int { definition.count }

    /// Memory that the page takes.
    var byteCount: Int {
        repetition.count + definition.count + values.count + truths.count
    }

    /// Adds what one row holds.
    ///
    /// A column without lists has the definition levels 0 (null) and 1 (value). One of lists has 0
    /// (null), 1 (empty list), 2 (null in a list) and 3 (value in a list).
    mutating func append(_ value: ParquetValue) {
        guard column.isList else { return appendLeaf(value) }
        guard case .list(let elements) = value, !elements.isEmpty else {
            repetition.append(0)
            definition.append(value == .null ? 0 : 1)
            return
        }
        for (index, element) in elements.enumerated() {
            repetition.append(index == 0 ? 0 : 1)
            appendLeaf(element)
        }
    }

    private mutating func appendLeaf(_ value: ParquetValue) {
        definition.append(column.maximumDefinition - (value == .null ? 1 : 0))
        switch value {
        case .null, .list: break
        case .boolean(let truth): truths.append(truth ? 1 : 0)
        case .string(let text):
            values.append(littleEndian: UInt32(truncatingIfNeeded: text.utf8.count))
            values.append(contentsOf: text.utf8)
        default: values.append(contentsOf: value.plainBytes)
        }
    }

    /// The page's content before compression: repetition levels, definition levels, values.
    var content: [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(byteCount)
        if column.isList { appendLevels(repetition, bitWidth: 1, to: &output) }
        appendLevels(definition, bitWidth: column.isList ? 2 : 1, to: &output)
        output.append(contentsOf: values)
        output.append(contentsOf: LevelEncoder.bits(truths, width: 1))
        return output
    }

    private func appendLevels(_ levels: [UInt8], bitWidth: Int, to output: inout [UInt8]) {
        let encoded = LevelEncoder.encode(levels, bitWidth: bitWidth)
        output.append(littleEndian: UInt32(truncatingIfNeeded: encoded.count))
        output.append(contentsOf: encoded)
    }
}

extension ParquetValue {
    /// The bytes of a single value in PLAIN encoding, a text's without its length.
    var plainBytes: [UInt8] {
        var bytes: [UInt8] = []
        switch self {
        case .null, .list: break
        case .boolean(let value): bytes.append(value ? 1 : 0)
        case .int32(let value), .date(let value): bytes.append(littleEndian: value)
        case .int64(let value): bytes.append(littleEndian: value)
        case .double(let value): bytes.append(littleEndian: value.bitPattern)
        case .string(let text): bytes.append(contentsOf: text.utf8)
        }
        return bytes
    }
}
