package import Cryptography
package import Encoding

/// Packs rows into chunks, each as full as it can be: the same rows always give the same chunks.
package struct SnapshotChunkBuilder {
    private let kind: SnapshotChunk.Kind
    private let suite: HashSuite
    private var rows = CBORWriter(reservingCapacity: SnapshotLimits.chunkByteCount)
    private var count = 0

    /// A finished chunk.
    package struct Chunk: Sendable {
        package let entry: SnapshotChunkEntry
        package let bytes: [UInt8]
    }

    package init(kind: SnapshotChunk.Kind, suite: HashSuite) {
        (self.kind, self.suite) = (kind, suite)
    }

    /// Adds the next row in the order of keys; returns the chunk before it once that is full.
    ///
    /// The caller has checked that the row is within ``SnapshotLimits``.
    package mutating func add(_ row: some CBORCodable) -> Chunk? {
        let bytes = row.encoded
        precondition(bytes.count <= SnapshotLimits.rowsByteCount, "a row is larger than a chunk")
        let isFull = rows.bytes.count + bytes.count > SnapshotLimits.rowsByteCount
        let chunk = isFull ? finish() : nil
        rows.raw(bytes)
        count += 1
        return chunk
    }

    /// The last chunk; nil when there is no row for it.
    package mutating func finish() -> Chunk? {
        guard count > 0 else { return nil }
        var writer = CBORWriter(reservingCapacity: rows.bytes.count + 16)
        writer.array(2)
        writer.unsigned(kind.rawValue)
        writer.array(count)
        writer.raw(rows.bytes)
        let entry = SnapshotChunkEntry(
            kind: kind, rows: UInt64(count), byteCount: writer.bytes.count,
            digest: suite.hash(writer.bytes))
        rows = CBORWriter(reservingCapacity: SnapshotLimits.chunkByteCount)
        count = 0
        return Chunk(entry: entry, bytes: writer.bytes)
    }
}
