package import Base

/// Why an engine did not take a record, or cannot be used now.
package enum OrderingError: Error, Hashable, Sendable {
    /// The engine could not be reached or did not answer in time; the text says where and why.
    ///
    /// The record may or may not have been stored: append the same bytes again to learn which.
    case unavailable(String)

    /// The engine does not let us in: wrong password, missing right, certificate not trusted.
    case denied(String)

    /// The record has more bytes than the engine takes; split it, or append its digest.
    case tooLarge(byteCount: Int, limit: Int)

    /// The engine has no space left; what it holds can still be followed and released.
    case full

    /// Too many appends are under way; try again when one of them has completed.
    case busy

    /// The engine was closed by its owner.
    case closed
}

extension OrderingError {
    /// What a person is told, with the way to mend it.
    package var refusal: Refusal {
        switch self {
        case .unavailable(let reason):
            Refusal(
                "ordering.unavailable",
                "The ordering engine cannot be used: \(reason). Check its members and the network.",
                "排序引擎不可用：\(reason)。请检查其成员节点和网络。")
        case .denied(let reason):
            Refusal(
                "ordering.denied",
                "The ordering engine refused us: \(reason). Check user, rights and certificates.",
                "排序引擎拒绝访问：\(reason)。请检查用户、权限和证书。")
        case .tooLarge(let byteCount, let limit):
            Refusal(
                "ordering.too-large",
                "A record of \(byteCount) bytes is above the engine's limit of \(limit). Split it.",
                "记录有 \(byteCount) 字节，超过排序引擎上限 \(limit) 字节。请拆分。")
        case .full:
            Refusal(
                "ordering.full",
                "The ordering engine is out of space. Compact and defragment it, then disarm "
                    + "its alarm.",
                "排序引擎空间已满。请压缩并整理其存储，然后解除告警。")
        case .busy:
            Refusal(
                "ordering.busy",
                "Too many records wait for the ordering engine. Try again in a moment.",
                "等待排序的记录过多。请稍后重试。")
        case .closed:
            Refusal(
                "ordering.closed",
                "The ordering engine is closed because the node is stopping. Try again once it "
                    + "runs.",
                "排序引擎已关闭，节点正在停止。请在节点运行后重试。")
        }
    }
}
