package import Base

/// Why a keystore does not open.
package enum KeystoreError: Error, Hashable, Sendable {
    /// The bytes are not a keystore of a version that this build knows.
    case malformed
    /// The passphrase is wrong, or the file was altered: the two cannot be told apart.
    case wrongPassphrase
    /// The keystore is sealed and no passphrase was given.
    case passphraseNeeded
    /// The contents lack a key that the kind must have, or have one that it must not have.
    case incomplete
    /// The machine lacks the memory for the passphrase's cost, or a C library failed.
    case unavailable
    /// Everybody on this machine may read an unprotected keystore.
    case exposed
    /// The file system refused; the text names the operation.
    case file(String)

    /// What the user is told.
    package var refusal: Refusal {
        switch self {
        case .malformed, .incomplete:
            Refusal(
                "keystore.malformed",
                "This file is not a Kanglian keystore, or a newer version wrote it. Check the "
                    + "path, or update this program.",
                "该文件不是康链密钥库，或由更新版本写入。请检查路径或升级程序。")
        case .wrongPassphrase:
            Refusal(
                "keystore.passphrase",
                "The keystore does not open: the passphrase is wrong or the file was altered. Try "
                    + "again, or restore the file from a copy.",
                "密钥库无法打开：口令错误或文件被改动。请重试或从备份恢复。")
        case .passphraseNeeded:
            Refusal(
                "keystore.passphrase-needed",
                "The keystore is sealed with a passphrase. Give it on the terminal or by file.",
                "密钥库受口令保护，请在终端输入或以文件提供口令。")
        case .unavailable:
            Refusal(
                "keystore.unavailable",
                "The passphrase could not be processed: it needs more memory than is free. Close "
                    + "other programs and try again.",
                "无法处理口令：可用内存不足。请关闭其他程序后重试。")
        case .exposed:
            Refusal(
                "keystore.exposed",
                "An unprotected keystore must be readable by its owner only. Run chmod 600 on it, "
                    + "or seal it with a passphrase.",
                "未加密的密钥库只能由所有者读取。请执行 chmod 600，或以口令加密。")
        case .file(let operation):
            Refusal(
                "keystore.file",
                "The keystore could not be accessed: \(operation). Check the path and its rights.",
                "无法访问密钥库：\(operation)。请检查路径和权限。")
        }
    }
}
