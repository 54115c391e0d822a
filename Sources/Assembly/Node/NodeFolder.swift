package import Base
import Cryptography
package import Ledger
import Storage
import StorageFiles
import StorageRocksDB
package import System

/// Where a node keeps what: one folder, one process.
///
/// | name | what |
/// |---|---|
/// | `trust.json` | the genesis document, public |
/// | `validator.key` | the validator's key, mode 0600 |
/// | `validator-next.key` | while the key is being replaced: the new one, mode 0600 |
/// | `operator.key` | the key of the institution that runs the node, mode 0600 |
/// | `blocks/` | the block log: the truth |
/// | `state/` | RocksDB, made from the block log |
/// | `vault/` | sealed bodies and envelopes |
/// | `audit/` | reads that are not on the chain yet |
package struct NodeFolder: Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    package var trustFile: String { path + "/trust.json" }
    private var validatorFile: String { path + "/validator.key" }
    private var nextValidatorFile: String { path + "/validator-next.key" }
    private var operatorFile: String { path + "/operator.key" }

    /// True when the folder holds a node.
    package var exists: Bool { FileSystem.exists(trustFile) }

    /// Makes the folder of a new node.
    package func create(
        genesis: Genesis, validator: NodeKeyFile, operatorKey: NodeKeyFile
    ) throws(SystemError) {
        try FileSystem.makeFolder(path)
        try validator.write(to: validatorFile)
        try operatorKey.write(to: operatorFile)
        try FileSystem.writeAtomically(trustFile, TrustFile(genesis: genesis).text)
        try FileSystem.setPermissions(trustFile, 0o644)
    }

    /// Reads the configuration that ``create(genesis:validator:operatorKey:)`` wrote; the node
    /// takes part in making blocks if it is one of several.
    package func configuration(logger: Logger = .silent) throws(Refusal) -> NodeConfiguration {
        var configuration = try files()
        configuration.logger = logger
        configuration.cluster = try cluster(configuration.genesis, logger)
        return configuration
    }

    /// The configuration of a node that only looks into the folder: it meets nobody and signs
    /// nothing.
    package func inspection() throws(Refusal) -> NodeConfiguration {
        var configuration = try files()
        guard isOneOfSeveral else { return configuration }
        configuration.cluster = ClusterConfiguration(
            transport: SilentTransport(), openEngine: nil, votes: MemoryJournal())
        configuration.cluster?.isRestored = true
        return configuration
    }

    private func files() throws(Refusal) -> NodeConfiguration {
        let text: [UInt8]
        do throws(SystemError) {
            text = try FileSystem.read(trustFile, limit: TrustFile.byteCount)
        } catch {
            throw error.refusal
        }
        let trust = try TrustFile(parsing: text)
        let validator = try NodeKeyFile.read(validatorFile)
        let operatorKey = try NodeKeyFile.read(operatorFile)
        var configuration = NodeConfiguration(
            genesis: trust.genesis, validator: validator.key,
            operatorAccount: operatorKey.account, operatorKey: operatorKey.key)
        if FileSystem.exists(nextValidatorFile) {
            configuration.nextValidator = try NodeKeyFile.read(nextValidatorFile).key
        }
        return configuration
    }

    /// Opens the disks of a node folder.
    package static func openStorage(_ path: String) throws(NodeError) -> NodeStorage {
        do throws(StorageError) {
            let disk = try LinuxDisk(root: path)
            let random = SystemRandom()
            let blocks = FileLogSettings(
                suite: .sha256, random: random,
                segmentByteCount: FileLogSettings.blockSegmentByteCount)
            let reads = FileLogSettings(
                suite: .sha256, random: random,
                segmentByteCount: FileLogSettings.journalSegmentByteCount)
            return NodeStorage(
                store: try RocksKeyValueStore(path: path + "/state"),
                log: try FileBlockLog(on: disk, folder: "blocks", blocks),
                vault: try FileBlobStore(on: disk, folder: "vault") { HashSuite.sha256.hash($0) },
                journal: try FileJournal(on: disk, folder: "audit", reads))
        } catch {
            throw .storage(error)
        }
    }

    /// Deletes the state, so that the next start makes it again from the block log.
    package func removeState() throws(SystemError) {
        try FileSystem.removeTree(path + "/state")
    }

    /// Bytes of all files below a folder, counted by what they hold.
    package static func byteCount(_ path: String) throws(SystemError) -> Int {
        guard FileSystem.isFolder(path) else { return try FileSystem.byteCount(path) }
        var total = 0
        for name in try FileSystem.list(path) { total += try byteCount(path + "/" + name) }
        return total
    }
}
