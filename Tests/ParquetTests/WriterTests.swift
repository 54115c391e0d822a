import Base
@testable import Parquet
import System
import Testing

/// What the writer writes, read by a reader made from the format's description.
@Suite("Parquet files")
struct WriterTests {
    /// Small enough that a few hundred rows make many pages and groups.
    private static let smallParts = ParquetLimits(pageByteCount: 500, groupByteCount: 8000)

    @Test(
        "random tables are read back value for value", arguments: [0, 1, 7, 300],
        [UInt64(1), 2, 3])
    func roundTrip(_ rowCount: Int, _ seed: UInt64) throws {
        let table = RandomTable(seed: seed, rowCount: rowCount)
        for compression in [ParquetCompression.none, .zstandard] {
            for limits in [ParquetLimits.standard, Self.smallParts] {
                let reader = try SmallReader(try table.file(compression, limits))
                #expect(reader.columns.map(\.name) == table.columns.map(\.name))
                #expect(reader.columns.map(\.isList) == table.columns.map(\.isList))
                let marks = try reader.rows().map { $0.map(\.mark) }
                #expect(marks == table.rows.map { $0.map(\.storedMark) }, "seed \(seed)")
            }
        }
    }

    @Test("groups end at their bytes, and the file grows with them rather than at its end")
    func groups() throws {
        let table = RandomTable(seed: 4, rowCount: 300)
        var writer = try ParquetWriter(table.columns, limits: Self.smallParts)
        let pieces = try table.rows.map { try writer.append($0).count }
        let groups = pieces.filter { $0 > 0 }.count
        #expect(groups > 3)
        let rest = try writer.finish()
        #expect(rest.count < table.rows.count * 400)
        let reader = try SmallReader(try table.file(.zstandard, Self.smallParts))
        #expect((reader.footer[4]?.elements.count ?? 0) >= groups)
    }

    @Test("levels are packed and run, and read the same", arguments: [UInt64(1), 2, 3, 4, 5])
    func levels(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let column = ParquetColumn("v", .boolean)
        var rows: [[ParquetValue]] = []
        for _ in 0..<60 {
            let run = Int.random(in: 1...(seed < 3 ? 3 : 40), using: &random)
            let value: ParquetValue = Bool.random(using: &random) ? .null : .boolean(true)
            rows += Array(repeating: [value], count: run)
        }
        #expect(try SmallReader(RandomTable.file([column], rows, .none)).rows() == rows)
    }

    @Test("long runs take a few bytes")
    func runs() {
        #expect(LevelEncoder.encode(Array(repeating: 1, count: 1000), bitWidth: 1).count == 3)
        #expect(LevelEncoder.encode([], bitWidth: 2) == [])
        #expect(LevelEncoder.encode([0, 1, 2, 3, 0, 1, 2, 3], bitWidth: 2) == [3, 0xE4, 0xE4])
    }

    @Test("the footer says the smallest, the largest and how many are missing")
    func statistics() throws {
        let rows: [[ParquetValue]] = [
            [.int32(3), .string("b"), .double(0)], [.null, .string("é"), .double(-1)],
            [.int32(-2), .string("a"), .null], [.null, .null, .double(-0.0)],
        ]
        let columns = [
            ParquetColumn("i", .int32), ParquetColumn("s", .string), ParquetColumn("d", .double),
        ]
        let reader = try SmallReader(try RandomTable.file(columns, rows))
        let chunks = reader.footer[4]?.elements.first?[1]?.elements ?? []
        let found = chunks.compactMap { $0[3]?[12] }
        #expect(found.map { $0[3]?.number } == [2, 1, 1])
        #expect(
            found.map { $0[6]?.bytes } == [
                ParquetValue.int32(-2).plainBytes, Array("a".utf8),
                ParquetValue.double(-1).plainBytes,
            ])
        #expect(
            found.map { $0[5]?.bytes } == [
                ParquetValue.int32(3).plainBytes, Array("é".utf8),
                ParquetValue.double(0).plainBytes,
            ])
    }

    @Test("a long text leaves no bounds, so that the footer stays small")
    func longTexts() throws {
        let rows: [[ParquetValue]] = [[.string(String(repeating: "x", count: 65))], [.string("a")]]
        let reader = try SmallReader(
            try RandomTable.file([ParquetColumn("s", .string)], rows))
        let chunk = reader.footer[4]?.elements.first?[1]?.elements.first?[3]
        #expect(chunk?[12]?[3]?.number == 0 && chunk?[12]?[5] == nil && chunk?[12]?[6] == nil)
    }

    @Test("what makes no table is refused, in two languages, and the next row may come")
    func refusals() throws {
        for columns in [
            [], [ParquetColumn("", .int32)],
            [ParquetColumn("a", .int32), ParquetColumn("a", .date)],
        ] {
            #expect(throws: ParquetError.schema) { try ParquetWriter(columns) }
        }
        let columns = [ParquetColumn("i", .int32), ParquetColumn("l", .double, isList: true)]
        var writer = try ParquetWriter(columns, limits: ParquetLimits(rowByteCount: 1000))
        let wrong: [([ParquetValue], ParquetError)] = [
            ([.int32(1)], .width(expected: 2, found: 1)),
            ([.int64(1), .null], .type(column: "i")),
            ([.list([]), .null], .type(column: "i")),
            ([.int32(1), .double(1)], .type(column: "l")),
            ([.int32(1), .list([.double(.nan)])], .type(column: "l")),
            ([.int32(1), .list([.list([])])], .type(column: "l")),
            (
                [.int32(1), .list(Array(repeating: .double(1), count: 200))],
                .rowTooLarge(limit: 1000)
            ),
        ]
        for (row, error) in wrong {
            #expect(throws: error) { try writer.append(row) }
            #expect(!error.refusal.english.isEmpty && !error.refusal.chinese.isEmpty)
        }
        let good: [ParquetValue] = [.int32(1), .list([.null])]
        let bytes = try writer.append(good) + (try writer.finish())
        #expect(try SmallReader(bytes).rows() == [good])
    }
}

extension ParquetValue {
    /// The mark of what a reader finds that does not look at what the stored numbers mean.
    fileprivate var storedMark: String {
        switch self {
        case .date(let days): "\(days)"
        case .list(let elements): "[" + elements.map(\.storedMark).joined(separator: " ") + "]"
        default: mark
        }
    }
}
