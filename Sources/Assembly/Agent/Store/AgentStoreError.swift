package import Base
package import Storage

/// Why an agent's files could not be opened or written.
package enum AgentStoreError: Error, Hashable, Sendable {
    /// The disk refused or failed.
    case storage(StorageError)
    /// The keystore does not open.
    case keystore(KeystoreError)
    /// There is no such keystore.
    case missing
    /// There is a keystore already: it is never overwritten by another identity.
    case exists
    /// A frame of the journal does not authenticate although others follow it.
    case journal(frame: UInt64)
    /// An earlier sync failed; open the store again to see what is durable.
    case poisoned

    /// What the user is told.
    package var refusal: Refusal {
        switch self {
        case .storage(let error): error.refusal
        case .keystore(let error): error.refusal
        case .missing:
            Refusal(
                "keystore.missing", "There is no keystore at this path. Check it, or create one.",
                "此路径没有密钥库。请检查路径或新建。")
        case .exists:
            Refusal(
                "keystore.exists",
                "There is a keystore at this path, and keys are never overwritten. Choose another.",
                "此路径已有密钥库，密钥不会被覆盖。请另选路径。")
        case .journal(let frame):
            Refusal(
                "journal.corrupt",
                "The journal beside the keystore is damaged at frame \(frame), or belongs to "
                    + "another keystore. Restore both from a backup.",
                "密钥库旁的日志在第 \(frame) 帧损坏，或属于其他密钥库。请从备份一并恢复。")
        case .poisoned:
            Refusal(
                "journal.poisoned",
                "The disk failed while the journal was written. Check it and start again.",
                "写入日志时磁盘出错。请检查磁盘后重新启动。")
        }
    }
}
