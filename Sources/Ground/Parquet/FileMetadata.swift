/// What the footer says of one column of a row group.
struct ChunkMetadata {
    let column: ParquetColumn
    let compression: ParquetCompression
    /// Where the first page's header lies in the file.
    let offset: Int
    let levelCount: Int
    /// Bytes of all pages with their headers, before compression and as they are stored.
    let uncompressedByteCount: Int
    let byteCount: Int
    let statistics: ColumnStatistics
}

/// A finished row group.
struct GroupMetadata {
    let rowCount: Int
    let chunks: [ChunkMetadata]
}

/// The footer: schema, row groups and where they lie, as Thrift writes them.
///
/// Source: Apache Parquet, `parquet.thrift`; the numbers of fields are those of that file.
struct FileMetadata {
    /// Names the writer, in the form that readers look for known mistakes by.
    private static let createdBy = "kanglian version 1"

    let columns: [ParquetColumn]
    var groups: [GroupMetadata] = []

    var bytes: [UInt8] {
        var writer = ThriftWriter()
        writer.structure { file in
            file.int32(1, 2)  // the version of the format
            file.list(2, .structure, SchemaNode.tree(of: columns)) { list, node in
                list.structure { node.write(to: &$0) }
            }
            file.int64(3, groups.reduce(0) { $0 + $1.rowCount })
            file.list(4, .structure, groups) { list, group in
                list.structure { group.write(to: &$0) }
            }
            file.binary(6, Self.createdBy.utf8)
            // The order of each column is that of its type.
            file.list(7, .structure, columns) { list, _ in
                list.structure { $0.structure(1) { _ in } }
            }
        }
        return writer.bytes
    }
}

extension GroupMetadata {
    fileprivate func write(to group: inout ThriftWriter) {
        group.list(1, .structure, chunks) { list, chunk in
            list.structure { column in
                // The metadata is in the footer only, so its own offset is zero.
                column.int64(2, 0)
                column.structure(3) { chunk.write(to: &$0) }
            }
        }
        group.int64(2, chunks.reduce(0) { $0 + $1.uncompressedByteCount })
        group.int64(3, rowCount)
        group.int64(5, chunks.first?.offset ?? 0)
        group.int64(6, chunks.reduce(0) { $0 + $1.byteCount })
    }
}

extension ChunkMetadata {
    fileprivate func write(to chunk: inout ThriftWriter) {
        chunk.int32(1, column.type.physical)
        chunk.list(2, .int32, [ParquetEncoding.plain, ParquetEncoding.hybrid]) { list, encoding in
            list.zigzag(Int64(encoding))
        }
        chunk.list(3, .binary, column.path) { list, name in list.binary(name.utf8) }
        chunk.int32(4, compression == .zstandard ? 6 : 0)
        chunk.int64(5, levelCount)
        chunk.int64(6, uncompressedByteCount)
        chunk.int64(7, byteCount)
        chunk.int64(9, offset)
        chunk.structure(12) { writer in
            writer.int64(3, statistics.nullCount)
            if let bounds = statistics.encodedBounds {
                writer.binary(5, bounds.maximum)
                writer.binary(6, bounds.minimum)
            }
        }
    }
}
