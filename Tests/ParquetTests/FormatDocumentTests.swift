import Base
@testable import Parquet
import System
import Testing

/// The worked example of `docs/formats/parquet.md`, read from the page itself.
@Suite("The page on Parquet")
struct FormatDocumentTests {
    static let columns = [
        ParquetColumn("id", .string), ParquetColumn("age", .int32),
        ParquetColumn("given", .string, isList: true),
    ]

    static let rows: [[ParquetValue]] = [
        [.string("a"), .int32(52), .list([.string("Peter"), .string("James")])],
        [.string("链"), .null, .list([])],
    ]

    private func example() throws -> [UInt8] {
        let tests = FileSystem.folder(of: #filePath)
        let root = FileSystem.folder(of: FileSystem.folder(of: tests))
        let page = try FileSystem.read("\(root)/docs/formats/parquet.md", limit: 1 << 20)
        let lines = String(decoding: page, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0 == "```hex parquet" })
        return try #require(Hex.decode(lines[(start + 1)...].prefix { $0 != "```" }.joined()))
    }

    @Test("shows the bytes of its table, and a reader finds the table in them")
    func workedExample() throws {
        let bytes = try example()
        let written = try RandomTable.file(Self.columns, Self.rows, .none)
        #expect(written == bytes, "written: \(Hex.encode(written))")
        let reader = try SmallReader(bytes)
        #expect(reader.columns.map(\.name) == ["id", "age", "given"])
        #expect(reader.columns.map(\.isList) == [false, false, true])
        #expect(try reader.rows() == Self.rows)
    }
}
