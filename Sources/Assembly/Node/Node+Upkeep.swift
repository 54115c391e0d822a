package import Base
package import Ledger

/// Snapshots and pruning, for a node that was given a folder for them.
extension Node {
    /// The node's snapshots; nil when it keeps none.
    package var snapshots: SnapshotShelf? { upkeep?.shelf }

    /// Makes a snapshot of the newest height while the chain goes on; takes minutes for a large
    /// state.
    package func makeSnapshot(
        _ observer: @escaping SnapshotObserver = { _ in true }
    ) throws(SnapshotError) -> SnapshotManifest {
        guard let upkeep else { throw .source(Self.noUpkeep) }
        return try upkeep.makeSnapshot(observer)
    }

    /// Lets a snapshot be made beside the chain; see ``upkeepFailure`` for what became of it.
    package func requestSnapshot() { upkeep?.requestSnapshot() }

    /// Drops entries that the retention policy keeps no longer; a trial only counts them.
    package func prune(isTrial: Bool = false) throws(SnapshotError) -> PruningReport {
        guard let upkeep else { throw .source(Self.noUpkeep) }
        return try upkeep.prune(isTrial: isTrial)
    }

    /// Why the last snapshot or pruning on the node's own thread failed; nil when it went well.
    package var upkeepFailure: Refusal? { upkeep?.failure?.refusal }

    private static let noUpkeep = Refusal(
        "node.no-upkeep", "This node was given no folder for snapshots. Start it with one.",
        "本节点未配置快照目录。请配置后启动。")
}
