import Ledger
import Storage
import StorageFiles
import StorageRocksDB
import System

/// Making a state anew for a folder at rest.
extension NodeFolder {
    /// Throws the state away, so that the next start makes it again from the block log.
    ///
    /// Where blocks are missing or not whole, the newest snapshot in the folder takes their place.
    /// - Throws: `historyMissing` when there is no such snapshot; the state is then left as it is.
    package func rebuildState() throws {
        let incomplete = try incompleteBlocks()
        guard let least = incomplete.through else { return try removeState() }
        let shelf = SnapshotShelf(snapshotFolder)
        let usable = shelf.heights.last { (least...max(least, incomplete.last)).contains($0) }
        guard let height = usable, let file = try shelf.file(height) else {
            throw NodeError.chain(.historyMissing(height: least))
        }
        let fresh = stateFolder + ".new"
        try FileSystem.removeTree(fresh)
        let store = try RocksKeyValueStore(path: fresh)
        defer { store.close() }
        let loader = SnapshotLoader(trust: try trust(), store: store) { _ in true }
        _ = try loader.load(file) {
            SnapshotLoader.Marks(erasedThrough: 0, prunedThrough: $0.height)
        }
        store.close()
        try removeState()
        try FileSystem.rename(fresh, to: stateFolder)
        try FileSystem.syncFolder(path)
    }

    /// The height up to which blocks cannot be run again, if any cannot, and the last height.
    private func incompleteBlocks() throws -> (through: UInt64?, last: UInt64) {
        var (through, last): (UInt64?, UInt64) = (nil, 0)
        try FrameCopy(on: LinuxDisk(root: path), folder: "blocks").forEach { piece in
            guard let record = piece.record else { return }
            // Record 0 is the block at height 1.
            let isFirst = last == 0
            last = record.index + 1
            if !StoredBlock.isWhole(record.bytes) || isFirst && last > 1 { through = last }
        }
        return (through, last)
    }
}
