package import Base
package import Cryptography
package import Encoding
package import Merkle

/// The first part of a snapshot: everything but the rows, and the digests of these.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | chain | 32 bytes | the chain's identifier |
/// | log before | compact range | the log without the entries of the block |
/// | block | block | the last block: header, certificate, and the leaves of its entries |
/// | tiles | array of byte strings | the partial tile of each level at the right edge of the log |
/// | erased through | integer | the height up to which erased bodies were gone from the vault |
/// | chunks | array | kind, rows, bytes and digest of each; state rows first |
///
/// With the tiles a node can append to the log and prove whatever it appends.
package struct SnapshotManifest: Hashable, Sendable, CBORCodable {
    package let chain: Hash256
    package let logBefore: CompactRange
    package let block: StoredBlock
    package let tiles: [[UInt8]]
    package let erasedThrough: UInt64
    package let chunks: [SnapshotChunkEntry]

    package init(
        chain: Hash256, logBefore: CompactRange, block: StoredBlock, tiles: [[UInt8]],
        erasedThrough: UInt64, chunks: [SnapshotChunkEntry]
    ) {
        (self.chain, self.logBefore, self.block) = (chain, logBefore, block)
        (self.tiles, self.erasedThrough, self.chunks) = (tiles, erasedThrough, chunks)
    }

    package var height: UInt64 { block.header.height }

    /// Bytes of all chunks.
    package var byteCount: Int { chunks.reduce(0) { $0 + $1.byteCount } }

    /// Rows of one kind.
    package func count(_ kind: SnapshotChunk.Kind) -> UInt64 {
        chunks.reduce(0) { $0 + ($1.kind == kind ? $1.rows : 0) }
    }

    /// Width and index of the partial tile of each level that a log of some size has.
    package static func edge(size: UInt64) -> [(index: UInt64, width: Int)] {
        var edge: [(index: UInt64, width: Int)] = []
        var count = size
        while count > 0 {
            let (index, width) = count.quotientAndRemainder(dividingBy: UInt64(LogTile.width))
            edge.append((index, Int(width)))
            count = index
        }
        return edge
    }

    /// The block with no more than the leaves of its entries.
    package static func leaves(of block: StoredBlock, _ suite: HashSuite) -> StoredBlock {
        StoredBlock(
            header: block.header, certificate: block.certificate,
            entries: block.entries.map { .dropped(leaf: $0.leaf(suite), retentionClass: nil) })
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(7)
        writer.unsigned(1)
        writer.hash(chain)
        logBefore.encode(to: &writer)
        block.encode(to: &writer)
        writer.list(tiles) { $0.byteString($1) }
        writer.unsigned(erasedThrough)
        writer.list(chunks) { $1.encode(to: &$0) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(7, "snapshot manifest")
        try reader.version(1, "snapshot manifest")
        chain = try reader.hash()
        logBefore = try CompactRange(from: &reader)
        let blockStart = reader.offset
        block = try StoredBlock(from: &reader)
        guard block.entries.allSatisfy(\.isLeafOnly), block.header.height > 0 else {
            throw .outOfRange(offset: blockStart, field: "block")
        }
        let tilesStart = reader.offset
        tiles = try reader.list(atMost: LogTile.levelCount) { (reader) throws(CBORError) in
            try reader.byteString(atMost: (LogTile.width - 1) * Hash256.byteCount)
        }
        let widths = Self.edge(size: block.header.logSize).map { $0.width * Hash256.byteCount }
        guard tiles.map(\.count) == widths else {
            throw .outOfRange(offset: tilesStart, field: "tiles")
        }
        erasedThrough = try reader.unsigned(atMost: block.header.height, field: "erased through")
        let chunksStart = reader.offset
        chunks = try reader.list(atMost: SnapshotLimits.chunkCount) {
            (reader) throws(CBORError) in try SnapshotChunkEntry(from: &reader)
        }
        let states = chunks.prefix { $0.kind == .state }
        guard chunks.dropFirst(states.count).allSatisfy({ $0.kind == .transactions }) else {
            throw .outOfRange(offset: chunksStart, field: "order of chunks")
        }
    }
}

extension StoredEntry {
    /// True for a leaf whose entry the node never had.
    fileprivate var isLeafOnly: Bool {
        if case .dropped(_, nil) = self { true } else { false }
    }
}

/// The tiles of a manifest, for the writer that goes on from them.
package struct SnapshotTiles: LogTileReader {
    private let manifest: SnapshotManifest

    package init(_ manifest: SnapshotManifest) { self.manifest = manifest }

    package func tile(level: UInt8, index: UInt64) throws(Never) -> [Hash256]? {
        let edge = SnapshotManifest.edge(size: manifest.block.header.logSize)
        guard Int(level) < min(edge.count, manifest.tiles.count), edge[Int(level)].index == index
        else { return nil }
        return LogTile.hashes(of: manifest.tiles[Int(level)])
    }
}
