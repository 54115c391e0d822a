import Compression

/// Collects one column of a row group: finished pages, compressed, and the page at hand.
struct ColumnWriter {
    let column: ParquetColumn
    private let compression: ParquetCompression
    private let pageByteCount: Int
    private var page: PageBuffer
    private var pages: [UInt8] = []
    private var levelCount = 0
    private var uncompressedByteCount = 0
    private var statistics = ColumnStatistics()

    init(_ column: ParquetColumn, _ compression: ParquetCompression, pageByteCount: Int) {
        (self.column, self.compression) = (column, compression)
        (self.pageByteCount, page) = (pageByteCount, PageBuffer(column))
    }

    /// Bytes of this row group before compression, which also bound the memory it takes.
    var byteCount: Int { uncompressedByteCount + page.byteCount }

    /// Adds what one row holds, which the column accepts.
    mutating func append(_ value: ParquetValue) throws(ParquetError) {
        page.append(value)
        statistics.add(value)
        if page.byteCount >= pageByteCount { try endPage() }
    }

    /// The chunk's bytes, with what the footer says of them; the chunk lies at `offset`.
    mutating func finish(at offset: Int) throws(ParquetError) -> ([UInt8], ChunkMetadata) {
        if page.levelCount > 0 { try endPage() }
        let metadata = ChunkMetadata(
            column: column, compression: compression, offset: offset, levelCount: levelCount,
            uncompressedByteCount: uncompressedByteCount, byteCount: pages.count,
            statistics: statistics)
        return (pages, metadata)
    }

    /// Puts a header before the page's content and starts the next page.
    private mutating func endPage() throws(ParquetError) {
        let content = page.content
        let stored: [UInt8]
        switch compression {
        case .none: stored = content
        case .zstandard:
            guard let compressed = Zstandard.compress(content) else { throw .compression }
            stored = compressed
        }
        var header = ThriftWriter()
        header.structure { header in
            header.int32(1, 0)  // a data page
            header.int32(2, Int32(truncatingIfNeeded: content.count))
            header.int32(3, Int32(truncatingIfNeeded: stored.count))
            header.structure(5) { data in
                data.int32(1, Int32(truncatingIfNeeded: page.levelCount))
                data.int32(2, ParquetEncoding.plain)
                data.int32(3, ParquetEncoding.hybrid)
                data.int32(4, ParquetEncoding.hybrid)
            }
        }
        pages += header.bytes + stored
        uncompressedByteCount += header.bytes.count + content.count
        levelCount += page.levelCount
        page = PageBuffer(column)
    }
}

/// Numbers of the format's encodings.
enum ParquetEncoding {
    static let plain: Int32 = 0
    /// Runs and bit-packed groups; see ``LevelEncoder``.
    static let hybrid: Int32 = 3
}
