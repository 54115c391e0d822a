package import Base
package import Storage

/// Why a node's data folder cannot be used.
package enum ChainStoreError: Error, Hashable, Sendable {
    case storage(StorageError)
    /// State and block log disagree; the state can be made again from the log.
    case stateCorrupt(String)
    /// The state is gone, and the blocks from which it came are not all here to make it again.
    case historyMissing(height: UInt64)
    /// The block log is damaged below its end.
    case logCorrupt(height: UInt64, reason: String)

    package var refusal: Refusal {
        switch self {
        case .storage(let error): error.refusal
        case .stateCorrupt(let reason):
            Refusal(
                "node.state-corrupt",
                "The state does not fit the block log (\(reason)). Run `kanglian doctor "
                    + "--rebuild-state` to make it again from the log.",
                "状态与区块日志不符（\(reason)）。请运行 `kanglian doctor --rebuild-state` 重建。")
        case .historyMissing(let height):
            Refusal(
                "node.history-missing",
                "The state must be made again, but block \(height) is not whole in this folder: "
                    + "the node joined from a snapshot, or pruned it. Join anew from a snapshot "
                    + "(kanglian join), or restore a backup; keep vault and audit of this folder.",
                "状态需要重建，但本目录中区块 \(height) 不完整（节点由快照加入或已清除）。"
                    + "请用快照重新加入（kanglian join）或恢复备份，并保留本目录的 vault 与 audit。")
        case .logCorrupt(let height, let reason):
            Refusal(
                "node.log-corrupt",
                "The block log is damaged at height \(height) (\(reason)). Restore the data folder "
                    + "from a backup; the blocks behind the damage are not used.",
                "区块日志在高度 \(height) 处损坏（\(reason)）。请从备份恢复数据目录。")
        }
    }
}
