import Base
import Ledger
import Storage
import System

/// A node's folder that no process serves: for snapshots and pruning by hand.
package final class RestingNode: Sendable {
    private let lock: FolderLock
    private let storage: NodeStorage
    private let upkeep: Upkeep
    /// The height of the chain.
    package let height: UInt64

    /// Locks the folder, opens the chain and replays what its state has not seen.
    package init(_ folder: NodeFolder) throws {
        lock = try FolderLock(folder.path)
        let genesis = try folder.trust().genesis
        var settings = UpkeepSettings(snapshotFolder: folder.snapshotFolder)
        settings.retention = try folder.retention()
        storage = try NodeFolder.openStorage(folder.path)
        do throws(ChainStoreError) {
            let chain = try ChainStore(
                genesis: genesis, executor: Node.executor,
                store: storage.store, log: storage.log)
            let head = chain.head
            height = head.height
            upkeep = Upkeep(settings: settings, genesis: genesis, storage: storage) { head }
        } catch {
            storage.close()
            lock.release()
            throw NodeError.chain(error)
        }
    }

    package func makeSnapshot(
        _ observer: @escaping SnapshotObserver
    ) throws(SnapshotError) -> (height: UInt64, path: String, byteCount: Int) {
        let manifest = try upkeep.makeSnapshot(observer)
        return (manifest.height, upkeep.shelf.path(manifest.height), manifest.byteCount)
    }

    package func prune(isTrial: Bool) throws(SnapshotError) -> PruningReport {
        try upkeep.prune(isTrial: isTrial)
    }

    /// Makes everything durable and gives the folder free.
    package func close() {
        try? storage.store.flush()
        storage.close()
        lock.release()
    }
}
