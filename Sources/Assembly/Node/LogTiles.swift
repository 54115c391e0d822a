import Base
import Merkle
import Storage

/// Tiles of the log tree as rows of the store: digests one after the other.
enum LogTiles {
    static func encode(_ hashes: [Hash256]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * Hash256.byteCount)
        for hash in hashes { bytes.append(contentsOf: hash.bytes) }
        return bytes
    }

    static func decode(_ bytes: [UInt8]) -> [Hash256]? {
        guard bytes.count % Hash256.byteCount == 0 else { return nil }
        return stride(from: 0, to: bytes.count, by: Hash256.byteCount).compactMap {
            Hash256(bytes[$0..<$0 + Hash256.byteCount])
        }
    }
}

/// Reads tiles for proofs.
struct TileReader: LogTileReader {
    let store: any StateReader

    func tile(level: UInt8, index: UInt64) throws(StorageError) -> [Hash256]? {
        guard let bytes = try store.value(for: KeySpaces.tile(level: level, index: index)) else {
            return nil
        }
        guard let hashes = LogTiles.decode(bytes) else { throw .corrupt("a tile of the log tree") }
        return hashes
    }
}
