package import Base
package import Cryptography
import Encoding
package import Ledger
package import System

/// A signing key that a node reads when it starts, with the account it signs for.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | suite | integer | the signature suite |
/// | account | 32 bytes | the account it signs for |
/// | seed | 32 bytes | the secret |
///
/// The file is readable by its owner only and is not encrypted: a node must start without a person.
package struct NodeKeyFile: Sendable {
    package let account: AccountID
    package let key: SigningKey

    package init(account: AccountID, key: SigningKey) { (self.account, self.key) = (account, key) }

    /// Writes the file with mode 0600, atomically and synced.
    package func write(to path: String) throws(SystemError) {
        var writer = CBORWriter()
        writer.array(4)
        writer.unsigned(1)
        writer.unsigned(UInt64(key.publicKey.suite.rawValue))
        account.encode(to: &writer)
        writer.byteString(key.seed.copyBytes())
        try FileSystem.writeAtomically(path, writer.bytes)
        try FileSystem.setPermissions(path, 0o600)
    }

    /// Reads the file.
    package static func read(_ path: String) throws(Refusal) -> NodeKeyFile {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try FileSystem.read(path, limit: 4096)
        } catch {
            throw error.refusal
        }
        let malformed = Refusal(
            "node.key-file",
            "\(path) is not a node key file. Restore it from your backup of keys.",
            "\(path) 不是节点密钥文件。请从密钥备份恢复。")
        do {
            var reader = try CBORReader(bytes)
            try reader.structure(4, "node key")
            try reader.version(1, "node key")
            let number = UInt8(try reader.unsigned(atMost: 255, field: "suite"))
            let account = try AccountID(from: &reader)
            let seed = SecretBytes(copying: try reader.byteString(count: 32))
            try reader.finish()
            guard let suite = SignatureSuite(rawValue: number) else { throw malformed }
            return NodeKeyFile(account: account, key: try SigningKey(suite: suite, seed: seed))
        } catch {
            throw malformed
        }
    }
}
