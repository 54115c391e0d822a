import Base
@testable import Parquet

/// Columns and rows from a seed, with the values that readers stumble over.
struct RandomTable {
    let columns: [ParquetColumn]
    let rows: [[ParquetValue]]

    init(seed: UInt64, rowCount: Int) {
        var random = SplitMix64(seed: seed)
        var columns: [ParquetColumn] = []
        for (index, type) in ParquetType.allCases.enumerated() {
            columns.append(ParquetColumn("c\(index)", type))
            columns.append(ParquetColumn("列\(index)", type, isList: true))
        }
        self.columns = columns
        // How often a value is missing changes from seed to seed: never, sometimes, always.
        let holes = UInt64.random(in: 0...10, using: &random)
        rows = (0..<rowCount).map { _ in
            columns.map { Self.cell($0, holes: holes, &random) }
        }
    }

    private static func cell(
        _ column: ParquetColumn, holes: UInt64, _ random: inout SplitMix64
    ) -> ParquetValue {
        if UInt64.random(in: 0..<10, using: &random) < holes { return .null }
        guard column.isList else { return value(column.type, &random) }
        let count =
            switch UInt64.random(in: 0..<20, using: &random) {
            case 0: Int.random(in: 100...300, using: &random)
            case 1...8: 0
            default: Int.random(in: 1...9, using: &random)
            }
        return .list(
            (0..<count).map { _ in
                Bool.random(using: &random) ? value(column.type, &random) : .null
            })
    }

    private static let doubles: [Double] = [
        0, -0.0, 1.1, -185.25, .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
        .leastNonzeroMagnitude, 0.1 + 0.2,
    ]

    private static let texts = [
        "", "a", "汉字", "👩‍⚕️🏥", "line\nbreak", "\u{0}", "\"quoted\", and, commas",
        String(repeating: "长", count: 90),
    ]

    private static func value(_ type: ParquetType, _ random: inout SplitMix64) -> ParquetValue {
        let word = random.next()
        let isEdge = word % 4 == 0
        switch type {
        case .boolean: return .boolean(word % 3 == 0)
        case .int32:
            return .int32(
                isEdge ? (word % 8 == 0 ? .min : .max) : Int32(truncatingIfNeeded: word >> 8))
        case .int64:
            return .int64(
                isEdge ? (word % 8 == 0 ? .min : .max) : Int64(truncatingIfNeeded: word))
        case .double:
            return .double(
                isEdge
                    ? doubles[Int(word >> 8) % doubles.count] : Double(Int64(bitPattern: word)) / 3)
        case .string:
            return .string(
                isEdge ? texts[Int(word >> 8 & 0xFFFF) % texts.count] : "t\(word % 1000)")
        case .date: return .date(days: Int32(truncatingIfNeeded: word % 50_000) - 20_000)
        }
    }
}

extension ParquetValue {
    /// The value as both sides of a comparison print it: exact, and in ASCII.
    var mark: String {
        switch self {
        case .null: "null"
        case .boolean(let value): value ? "true" : "false"
        case .int32(let value): "\(value)"
        case .int64(let value): "\(value)"
        case .double(let value): "x" + Hex.encode(value.bitPattern.bigEndianBytes)
        case .string(let text): "'" + Hex.encode(Array(text.utf8))
        case .date(let days): "d\(days)"
        case .list(let elements): "[" + elements.map(\.mark).joined(separator: " ") + "]"
        }
    }
}

extension UInt64 {
    fileprivate var bigEndianBytes: [UInt8] {
        (0..<8).reversed().map { UInt8(truncatingIfNeeded: self >> UInt64(8 * $0)) }
    }
}

extension RandomTable {
    /// The whole file.
    func file(
        _ compression: ParquetCompression = .zstandard, _ limits: ParquetLimits = .standard
    ) throws -> [UInt8] {
        try Self.file(columns, rows, compression, limits)
    }

    static func file(
        _ columns: [ParquetColumn], _ rows: [[ParquetValue]],
        _ compression: ParquetCompression = .zstandard, _ limits: ParquetLimits = .standard
    ) throws -> [UInt8] {
        var writer = try ParquetWriter(columns, compression: compression, limits: limits)
        var bytes: [UInt8] = []
        for row in rows { bytes += try writer.append(row) }
        return bytes + (try writer.finish())
    }
}
