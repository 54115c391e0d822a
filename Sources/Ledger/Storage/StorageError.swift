package import Base

/// Why a store could not do what it was asked; every text names a place, never a content.
package enum StorageError: Error, Hashable, Sendable {
    /// No space is left. Nothing was half written; retry once the operator made room.
    case full(String)

    /// The place cannot be written: rights, a read-only mount, a missing folder. For the operator.
    case unwritable(String)

    /// Stored bytes do not match their checksum or address. Never retry: restore that place.
    case corrupt(String)

    /// The device failed. After a failed sync the store refuses all writes until it is reopened.
    case inputOutput(String)

    /// Another process holds the folder. Stop that process, then retry.
    case locked(String)

    /// A format newer than this program. Run the newer program.
    case unsupported(String)

    /// The caller handed in more bytes than one record may have; the number is the limit.
    case oversized(limit: Int)

    /// The caller used a store after closing it.
    case closed

    /// It is not kept here, on purpose; another node may have it. Never a sign of damage.
    case absent(String, Absence)
}

extension StorageError {
    /// What a person is told, with the way to mend it.
    package var refusal: Refusal {
        switch self {
        case .full(let place):
            Refusal(
                "storage.full",
                "No space is left at \(place). Free space or enlarge the disk; nothing was lost.",
                "\(place) 磁盘空间已满。请清理或扩容；已有数据没有丢失。")
        case .unwritable(let place):
            Refusal(
                "storage.unwritable",
                "\(place) cannot be written. Check that it exists and who owns it.",
                "无法写入 \(place)。请检查该路径是否存在及其权限。")
        case .corrupt(let place):
            Refusal(
                "storage.corrupt",
                "Stored data is damaged: \(place). Restore it from a backup or another node.",
                "存储数据已损坏：\(place)。请从备份或其他节点恢复。")
        case .inputOutput(let place):
            Refusal(
                "storage.input-output",
                "The disk failed: \(place). Check the device, then start the node again.",
                "磁盘读写失败：\(place)。请检查设备后重新启动节点。")
        case .locked(let place):
            Refusal(
                "storage.locked",
                "Another process uses \(place). Stop it, then start again.",
                "另一个进程正在使用 \(place)。请先停止该进程再启动。")
        case .unsupported(let place):
            Refusal(
                "storage.unsupported",
                "\(place) was written by a newer program. Run that version.",
                "\(place) 由更新版本的程序写入。请使用该版本运行。")
        case .oversized(let limit):
            Refusal(
                "storage.oversized",
                "One record may have at most \(limit) bytes. Split it.",
                "单条记录最多 \(limit) 字节。请拆分后再试。")
        case .closed:
            Refusal(
                "storage.closed",
                "The store is closed because the node is stopping. Try again once it runs.",
                "存储已关闭，节点正在停止。请在节点运行后重试。")
        case .absent(let what, .beforeStart(let height)):
            Refusal(
                "history.before-start",
                "This node joined from a snapshot and begins at height \(height): \(what) is "
                    + "before that. Ask a node that has the whole chain.",
                "本节点由快照加入，自高度 \(height) 起保存：\(what) 早于此。请向保存全链的节点查询。")
        case .absent(let what, .pruned(let name)):
            Refusal(
                "history.pruned",
                "This node dropped \(what), as it keeps the class `\(name)` no longer. Nodes that "
                    + "keep the class longer, an archive, or whoever fetched its receipt may still "
                    + "have it; its place on the chain stays proved.",
                "本节点已按保留类别“\(name)”清除 \(what)。保留期更长的节点、档案或收据持有者可能仍有；"
                    + "其在链上的位置仍可证明。")
        }
    }
}
