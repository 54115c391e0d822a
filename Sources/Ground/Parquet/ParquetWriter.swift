/// Writes a table as a Parquet file, row by row, for whoever puts bytes somewhere.
///
/// What ``append(_:)`` and ``finish()`` return is the file, in order and without gaps. Memory is
/// bounded by ``ParquetLimits/groupByteCount`` and one row; the footer grows with the number of row
/// groups. A row that is refused leaves no trace, and the next one may be tried.
///
/// Source: Apache Parquet format 2.11; what of it is written is in `docs/formats/parquet.md`.
package struct ParquetWriter {
    private static let magic = Array("PAR1".utf8)

    private let compression: ParquetCompression
    private let limits: ParquetLimits
    private var columns: [ColumnWriter] = []
    private var metadata: FileMetadata
    private var offset = 0
    private var rowCount = 0

    /// - Throws: ``ParquetError/schema`` when the columns make no table.
    package init(
        _ columns: [ParquetColumn], compression: ParquetCompression = .zstandard,
        limits: ParquetLimits = .standard
    ) throws(ParquetError) {
        let names = Set(columns.map(\.name))
        guard !columns.isEmpty, names.count == columns.count, !names.contains("") else {
            throw .schema
        }
        (self.compression, self.limits) = (compression, limits)
        metadata = FileMetadata(columns: columns)
        startGroup()
    }

    /// Adds a row: a value for each column.
    ///
    /// Returns the bytes that come next, often none.
    package mutating func append(_ row: [ParquetValue]) throws(ParquetError) -> [UInt8] {
        try check(row)
        for (index, value) in row.enumerated() { try columns[index].append(value) }
        rowCount += 1
        let byteCount = columns.reduce(0) { $0 + $1.byteCount }
        return byteCount < limits.groupByteCount ? [] : try endGroup()
    }

    /// The rest of the file; no row may follow.
    package mutating func finish() throws(ParquetError) -> [UInt8] {
        var bytes = rowCount > 0 ? try endGroup() : offset == 0 ? Self.magic : []
        let footer = metadata.bytes
        bytes += footer
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: footer.count))
        return bytes + Self.magic
    }

    private func check(_ row: [ParquetValue]) throws(ParquetError) {
        guard row.count == columns.count else {
            throw .width(expected: columns.count, found: row.count)
        }
        for (writer, value) in zip(columns, row) where !writer.column.accepts(value) {
            throw .type(column: writer.column.name)
        }
        guard row.reduce(0, { $0 + $1.byteCount }) <= limits.rowByteCount else {
            throw .rowTooLarge(limit: limits.rowByteCount)
        }
    }

    private mutating func startGroup() {
        columns = metadata.columns.map {
            ColumnWriter($0, compression, pageByteCount: limits.pageByteCount)
        }
        rowCount = 0
    }

    private mutating func endGroup() throws(ParquetError) -> [UInt8] {
        var bytes = offset == 0 ? Self.magic : []
        var chunks: [ChunkMetadata] = []
        for index in columns.indices {
            let (chunk, metadata) = try columns[index].finish(at: offset + bytes.count)
            bytes += chunk
            chunks.append(metadata)
        }
        metadata.groups.append(GroupMetadata(rowCount: rowCount, chunks: chunks))
        offset += bytes.count
        startGroup()
        return bytes
    }
}
