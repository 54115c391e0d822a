package import Base

/// Why a table cannot be written.
package enum ParquetError: Error, Hashable, Sendable {
    /// No columns, two of one name, or a name without letters.
    case schema
    /// A row with another number of values than there are columns.
    case width(expected: Int, found: Int)
    /// A value of another type than its column.
    case type(column: String)
    /// A row of more bytes than ``ParquetLimits/rowByteCount``.
    case rowTooLarge(limit: Int)
    /// No memory to compress.
    case compression
}

extension ParquetError {
    /// What a person is told.
    package var refusal: Refusal {
        switch self {
        case .schema:
            Refusal(
                "parquet.schema", "A table needs columns, each with a name of its own.",
                "表须有列，且各列名称不同。")
        case .width(let expected, let found):
            Refusal(
                "parquet.width", "A row has \(found) values for \(expected) columns.",
                "一行有 \(found) 个值，而列数为 \(expected)。")
        case .type(let column):
            Refusal(
                "parquet.type", "A value of the column \(column) has another type than the column.",
                "列 \(column) 的值与列类型不符。")
        case .rowTooLarge(let limit):
            Refusal(
                "parquet.row-too-large",
                "A row takes more than \(limit >> 20) MiB. Choose fewer or shorter columns.",
                "一行超过 \(limit >> 20) MiB。请减少列或缩短内容。")
        case .compression:
            Refusal(
                "parquet.memory", "There is no memory to compress. Close other programs.",
                "内存不足，无法压缩。请关闭其他程序。")
        }
    }
}

/// Bounds of what a writer keeps in memory and puts into one part of a file.
package struct ParquetLimits: Hashable, Sendable {
    /// Bytes of a page before compression, after which the next one starts.
    package let pageByteCount: Int
    /// Bytes of a row group before compression, after which the next one starts.
    package let groupByteCount: Int
    /// Bytes of one row; keeps a page below the 2 GiB that its header can state.
    package let rowByteCount: Int

    package init(
        pageByteCount: Int = 1 << 20, groupByteCount: Int = 64 << 20,
        rowByteCount: Int = 128 << 20
    ) {
        self.pageByteCount = min(pageByteCount, 1 << 28)
        self.groupByteCount = groupByteCount
        self.rowByteCount = min(rowByteCount, 1 << 28)
    }

    /// Pages of 1 MiB, row groups of 64 MiB, rows of 128 MiB.
    package static let standard = ParquetLimits()
}

/// How pages are compressed.
package enum ParquetCompression: Hashable, Sendable {
    case none
    case zstandard
}
