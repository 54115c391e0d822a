import Base
import Cryptography
import Encoding
import Ledger
import Merkle
import Storage
import System

/// Writes the state of one height into a file while the node goes on.
///
/// The rows come from a consistent view of the store. The chunks go into a file beside the target
/// first, as the manifest before them names their digests.
struct SnapshotWriter {
    /// Rows read at a time.
    private static let pageSize = 4096
    private static let copyByteCount = 1 << 20

    let genesis: Genesis
    let reader: any StateReader
    let log: any BlockLog
    let observer: SnapshotObserver

    private var suite: HashSuite { genesis.hashSuite }

    /// Writes the snapshot durably to `path`, of which nothing remains after an error.
    func write(to path: String) throws(SnapshotError) -> SnapshotManifest {
        let (chunksPath, newPath) = (path + ".chunks.new", path + ".new")
        defer {
            try? FileSystem.removeFile(chunksPath)
            try? FileSystem.removeFile(newPath)
        }
        return try SnapshotError.gathered {
            let head = try Self.head(genesis, in: reader)
            let chunks = try File(chunksPath, .create)
            let entries = try writeChunks(head, to: chunks)
            let manifest = try manifest(head, entries)
            let file = try File(newPath, .create)
            let bytes = manifest.encoded
            try file.write(SnapshotFile.head(manifestByteCount: bytes.count) + bytes, at: 0)
            var (source, target) = (0, SnapshotFile.headByteCount + bytes.count)
            while case let piece = try chunks.read(at: source, count: Self.copyByteCount),
                !piece.isEmpty
            {
                try file.write(piece, at: target)
                source += piece.count
                target += piece.count
            }
            try file.sync()
            try FileSystem.rename(newPath, to: path)
            try FileSystem.syncFolder(FileSystem.folder(of: path))
            return manifest
        }
    }

    /// The height of a consistent view of a store.
    static func height(_ genesis: Genesis, in reader: any StateReader) throws -> UInt64 {
        try head(genesis, in: reader).height
    }

    private static func head(_ genesis: Genesis, in reader: any StateReader) throws -> Head {
        guard let mark = try reader.value(for: KeySpaces.headKey) else {
            throw SnapshotError.emptyChain
        }
        guard let head = try? HeadMark(decoding: mark, genesis: genesis).head else {
            throw StorageError.corrupt("the head mark of the state")
        }
        return head
    }

    private func manifest(
        _ head: Head, _ chunks: [SnapshotChunkEntry]
    ) throws(StorageError) -> SnapshotManifest {
        guard let bytes = try log.read(head.height - 1),
            let block = try? StoredBlock(decoding: bytes)
        else { throw .corrupt("block \(head.height) does not decode") }
        let stored = TileReader(store: reader)
        let before = try LogTileWriter(suite: suite, size: block.firstIndex, from: stored)
        guard let before else { throw .corrupt("tiles of the log tree are missing") }
        var tiles: [[UInt8]] = []
        let edge = SnapshotManifest.edge(size: head.log.size)
        for (level, place) in edge.enumerated() {
            let hashes = try stored.tile(level: UInt8(level), index: place.index) ?? []
            guard hashes.count >= place.width else {
                throw .corrupt("a tile of the log tree is missing")
            }
            tiles.append(hashes.prefix(place.width).flatMap(\.bytes))
        }
        let erased = KeySpaces.number(try reader.value(for: KeySpaces.erasureKey))
        return SnapshotManifest(
            chain: genesis.id, logBefore: before.range,
            block: SnapshotManifest.leaves(of: block, suite), tiles: tiles,
            erasedThrough: min(erased, head.height), chunks: chunks)
    }

    // MARK: Chunks

    private func writeChunks(_ head: Head, to file: File) throws -> [SnapshotChunkEntry] {
        var entries: [SnapshotChunkEntry] = []
        var (offset, rows): (Int, UInt64) = (0, 0)
        func write(_ chunk: SnapshotChunkBuilder.Chunk?) throws {
            guard let chunk else { return }
            guard entries.count < SnapshotLimits.chunkCount else {
                throw StorageError.oversized(
                    limit: SnapshotLimits.chunkCount * SnapshotLimits.chunkByteCount)
            }
            try file.write(chunk.bytes, at: offset)
            offset += chunk.bytes.count
            rows += chunk.entry.rows
            entries.append(chunk.entry)
            let progress = SnapshotProgress(
                chunks: entries.count, chunkCount: nil, rows: rows, byteCount: offset)
            guard observer(progress) else { throw SnapshotError.cancelled }
        }
        var builder = SnapshotChunkBuilder(kind: .state, suite: suite)
        try forEach([KeySpaces.statePrefix]) { key, value in
            guard key.count <= SnapshotLimits.keyByteCount else {
                throw StorageError.oversized(limit: SnapshotLimits.keyByteCount)
            }
            try write(builder.add(SnapshotRow(key: key, value: value)))
        }
        try write(builder.finish())
        let window = SnapshotVerifier.window(at: head.height)
        builder = SnapshotChunkBuilder(kind: .transactions, suite: suite)
        try forEach([KeySpaces.transactionPrefix]) { key, value in
            guard let id = Hash256(key), let place = TransactionPlace(value) else {
                throw StorageError.corrupt("the index of transactions")
            }
            guard window.contains(place.height) else { return }
            try write(
                builder.add(
                    SnapshotTransaction(
                        id: TransactionID(id), height: place.height, index: place.index)))
        }
        try write(builder.finish())
        return entries
    }

    /// Goes through the rows behind one leading byte, which is left out.
    private func forEach(
        _ prefix: [UInt8], _ body: (_ key: [UInt8], _ value: [UInt8]) throws -> Void
    ) throws {
        var after: [UInt8]?
        repeat {
            let rows = try reader.scan(prefix: prefix, after: after, limit: Self.pageSize)
            for (key, value) in rows { try body(Array(key.dropFirst(prefix.count)), value) }
            after = rows.count == Self.pageSize ? rows.last?.key : nil
        } while after != nil
    }
}
