import Base
import Merkle
import Storage

/// Reads the log tree's tiles from the store, for proofs.
struct TileReader: LogTileReader {
    let store: any StateReader

    func tile(level: UInt8, index: UInt64) throws(StorageError) -> [Hash256]? {
        guard let bytes = try store.value(for: KeySpaces.tile(level: level, index: index)) else {
            return nil
        }
        guard let hashes = LogTile.hashes(of: bytes) else {
            throw .corrupt("a tile of the log tree")
        }
        return hashes
    }
}
