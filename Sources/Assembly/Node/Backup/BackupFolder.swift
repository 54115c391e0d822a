import Base
import Cryptography
import Ledger
import StorageFiles
import System

/// Where a backup keeps what.
///
/// | name | what |
/// |---|---|
/// | `chain/backup.manifest` | digests of everything, and the head's certificate |
/// | `chain/trust.json`, `chain/retention.json`, `chain/node.json` | configuration |
/// | `chain/blocks/`, `chain/audit/` | intact frames of the block log and of the audit journal |
/// | `chain/state.snapshot` | the state, where the blocks alone do not give it |
/// | `chain/vault.list` | the addresses of all bodies, 32 bytes each, ascending |
/// | `chain/validator.key`, … | keys, only when they were asked for |
/// | `vault/` | bodies and envelopes, each under its digest; later backups add to them |
///
/// `chain` is replaced as a whole at the end of a backup: until then the one before stays valid.
/// The record of what a validator signed is never part of it.
struct BackupFolder {
    static let manifestName = "backup.manifest"
    static let snapshotName = "state.snapshot"
    static let vaultListName = "vault.list"
    static let retentionName = "retention.json"
    static let trustName = "trust.json"
    static let clusterName = "node.json"
    static let keyNames = [
        "link.crt", "link.key", "operator.key", "validator-next.key", "validator.key",
    ]

    let path: String

    var chain: String { path + "/chain" }
    var staged: String { path + "/chain.new" }
    private var replaced: String { path + "/chain.old" }

    /// Brings back the last whole backup when a crash came while it was being replaced.
    func recover() throws(SystemError) {
        if !FileSystem.exists(chain), FileSystem.exists(replaced) {
            try FileSystem.rename(replaced, to: chain)
        }
        try FileSystem.removeTree(staged)
        try FileSystem.removeTree(replaced)
    }

    /// Makes everything durable, then puts the staged folder in the place of the last one.
    func commit() throws(SystemError) {
        try File(staged, .read).syncFileSystem()
        if FileSystem.exists(chain) { try FileSystem.rename(chain, to: replaced) }
        try FileSystem.rename(staged, to: chain)
        try FileSystem.syncFolder(path)
        try FileSystem.removeTree(replaced)
    }

    /// The manifest, checked against its own digest.
    func manifest() throws(BackupError) -> BackupManifest {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try FileSystem.read(
                "\(chain)/\(Self.manifestName)", limit: BackupManifest.byteCount)
        } catch {
            throw .damaged(.manifest, "\(path) holds no whole backup (\(error.description))")
        }
        return try BackupManifest(unsealing: bytes)
    }
}

/// A file of a backup being written: bytes are added and digested.
struct BackupFileWriter {
    private let file: File
    private let path: String
    private var offset = 0
    private var hash = IncrementalHash(.sha256)

    /// Begins the file `path` below `folder`.
    init(_ path: String, in folder: String) throws(SystemError) {
        self.path = path
        try FileSystem.makeFolder(FileSystem.folder(of: "\(folder)/\(path)"))
        file = try File("\(folder)/\(path)", .create)
    }

    mutating func append(_ bytes: [UInt8]) throws(SystemError) {
        try file.write(bytes, at: offset)
        hash.update(bytes)
        offset += bytes.count
    }

    func finish() -> BackupFile {
        BackupFile(path: path, byteCount: UInt64(offset), digest: hash.finish())
    }

    /// What a manifest says of a file that is there already.
    static func digest(_ path: String, as name: String) throws(SystemError) -> BackupFile {
        let input = try File(path, .read)
        var hash = IncrementalHash(.sha256)
        var position = 0
        while case let piece = try input.read(at: position, count: 1 << 20), !piece.isEmpty {
            hash.update(piece)
            position += piece.count
        }
        return BackupFile(path: name, byteCount: UInt64(position), digest: hash.finish())
    }

    /// Copies a whole file.
    static func copy(
        _ source: String, to path: String, in folder: String
    ) throws(SystemError) -> BackupFile {
        let input = try File(source, .read)
        var writer = try BackupFileWriter(path, in: folder)
        var position = 0
        while case let piece = try input.read(at: position, count: 1 << 20), !piece.isEmpty {
            try writer.append(piece)
            position += piece.count
        }
        return writer.finish()
    }
}
