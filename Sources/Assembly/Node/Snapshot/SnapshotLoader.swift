import Base
import Encoding
import Ledger
import Merkle
import Storage

/// Puts a snapshot into an empty store, checking everything on the way.
struct SnapshotLoader {
    /// What the store remembers of the vault and the block log beside it.
    struct Marks {
        /// Up to where the vault has no erased bodies.
        var erasedThrough: UInt64
        /// Up to where the block log may lack entries.
        var prunedThrough: UInt64 = 0
    }

    let trust: TrustFile
    let store: any KeyValueStore
    let observer: SnapshotObserver

    /// Loads the snapshot; the store is durable and may be used when this returns.
    ///
    /// After an error the store is to be thrown away.
    func load(
        _ source: any SnapshotSource, marks: (SnapshotManifest) -> Marks
    ) throws(SnapshotError) -> SnapshotManifest {
        try SnapshotError.gathered {
            let manifest = try SnapshotManifest(
                decoding: source.manifestBytes(), limits: SnapshotLimits.decoding)
            var verifier = try SnapshotVerifier(manifest: manifest, trust: trust)
            var rows: UInt64 = 0
            var byteCount = 0
            for number in manifest.chunks.indices {
                let bytes = try source.chunk(number, of: manifest)
                let chunk = try verifier.take(bytes)
                try write(chunk)
                rows += UInt64(chunk.count)
                byteCount += bytes.count
                let progress = SnapshotProgress(
                    chunks: number + 1, chunkCount: manifest.chunks.count, rows: rows,
                    byteCount: byteCount)
                guard observer(progress) else { throw SnapshotError.cancelled }
            }
            try write(marks(manifest))
            try writeHead(manifest, head: try verifier.finish())
            try store.flush()
            return manifest
        }
    }

    private func write(_ chunk: SnapshotChunk) throws(StorageError) {
        var batch = WriteBatch()
        switch chunk {
        case .state(let rows):
            for row in rows { batch.put(KeySpaces.state(row.key), row.value) }
        case .transactions(let rows):
            for row in rows {
                let place = TransactionPlace(height: row.height, index: row.index)
                batch.put(KeySpaces.transaction(row.id), place.encoded)
            }
        }
        try store.write(batch)
    }

    private func write(_ marks: Marks) throws(StorageError) {
        var batch = WriteBatch()
        batch.put(KeySpaces.erasureKey, KeySpaces.bigEndian(marks.erasedThrough))
        batch.put(KeySpaces.pruningKey, KeySpaces.bigEndian(marks.prunedThrough))
        try store.write(batch)
    }

    /// The head last: a store without it is not taken for a state.
    private func writeHead(_ manifest: SnapshotManifest, head: Head) throws(StorageError) {
        var batch = WriteBatch()
        for (level, place) in SnapshotManifest.edge(size: head.log.size).enumerated()
        where place.width > 0 {
            batch.put(
                KeySpaces.tile(level: UInt8(level), index: place.index), manifest.tiles[level])
        }
        batch.put(KeySpaces.headKey, HeadMark(head: head).encoded)
        try store.write(batch)
    }
}
