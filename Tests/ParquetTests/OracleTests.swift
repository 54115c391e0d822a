import Base
@testable import Parquet
import System
import Testing

/// pyarrow from PyPI, which `make setup` installs, as a reader that we did not write.
private enum ParquetOracle {
    private static let root: String = {
        var folder = #filePath
        for _ in 0..<3 { folder = FileSystem.folder(of: folder) }
        return folder
    }()

    private static let python = root + "/.venv/bin/python"

    static var isInstalled: Bool {
        let imports = try? ProcessRunner.run([python, "-c", "import pyarrow"])
        return imports?.end == .exited(0)
    }

    /// The columns' types and the marks of all rows, as the judge reads a file; it also checks the
    /// statistics of every row group.
    static func read(_ bytes: [UInt8]) throws -> (types: [String], rows: [String], groups: Int) {
        let folder = try FileSystem.makeTemporaryFolder("parquet")
        defer { try? FileSystem.removeTree(folder) }
        try FileSystem.writeAtomically(folder + "/t.parquet", bytes)
        let result = try ProcessRunner.run(
            [python, root + "/scripts/oracle.py", "parquet", folder + "/t.parquet"])
        guard result.end == .exited(0) else { throw Failure(text: result.errorText) }
        let lines = result.text.split(separator: "\n").map(String.init)
        let types = lines.first?.split(separator: ";").map(String.init) ?? []
        let groups = lines.dropFirst().first.flatMap { Int($0) } ?? -1
        return (types, Array(lines.dropFirst(2)), groups)
    }

    struct Failure: Error {
        let text: String
    }
}

@Suite(
    "pyarrow reads our Parquet",
    .enabled(if: ParquetOracle.isInstalled, "run make setup for the judges"))
struct OracleTests {
    private static let types = [
        "bool", "int32", "int64", "double", "string", "date32[day]",
    ].flatMap { [$0, "list<element: \($0)>"] }

    @Test(
        "random tables, in one group and in many", arguments: [UInt64(1), 2, 3, 4, 5, 6], [0, 400])
    func randomTables(_ seed: UInt64, _ rowCount: Int) throws {
        let table = RandomTable(seed: seed, rowCount: rowCount)
        let marks = table.rows.map { $0.map(\.mark).joined(separator: ";") }
        let small = ParquetLimits(pageByteCount: 2000, groupByteCount: 50_000)
        for (compression, limits) in [
            (ParquetCompression.none, ParquetLimits.standard), (.zstandard, small),
        ] {
            let read = try ParquetOracle.read(try table.file(compression, limits))
            #expect(read.types == Self.types)
            #expect(read.rows == marks, "seed \(seed)")
            let footer = try SmallReader(try table.file(compression, limits)).footer
            #expect(read.groups == footer[4]?.elements.count)
        }
    }

    @Test("pages of a size that real tables have")
    func largePages() throws {
        let columns = [ParquetColumn("n", .int64), ParquetColumn("t", .string)]
        let rows = (0..<200_000).map { row -> [ParquetValue] in
            [row % 1000 < 500 ? .int64(Int64(row)) : .null, .string("Observation/\(row % 977)")]
        }
        let read = try ParquetOracle.read(try RandomTable.file(columns, rows))
        #expect(read.groups == 1 && read.rows.count == rows.count)
        #expect(read.rows == rows.map { $0.map(\.mark).joined(separator: ";") })
    }
}
