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
/// | `snapshots/` | the newest two snapshots of the state, for nodes that join |
/// | `retention.json` | how long entries are kept; without it, for ever |
package struct NodeFolder: Sendable {
    package let path: String

    package init(_ path: String) { self.path = path }

    package var trustFile: String { path + "/trust.json" }
    private var validatorFile: String { path + "/validator.key" }
    private var nextValidatorFile: String { path + "/validator-next.key" }
    private var operatorFile: String { path + "/operator.key" }
    package var stateFolder: String { path + "/state" }
    package var snapshotFolder: String { path + "/snapshots" }
    package var retentionFile: String { path + "/retention.json" }

    /// True when the folder holds a node.
    package var exists: Bool { FileSystem.exists(trustFile) }

    /// Makes the folder of a new node.
    package func create(
        genesis: Genesis, validator: NodeKeyFile, operatorKey: NodeKeyFile
    ) throws(SystemError) {
        try FileSystem.makeFolder(path)
        try install(validator: validator, operatorKey: operatorKey)
        try install(TrustFile(genesis: genesis))
    }

    /// Writes the trust file.
    package func install(_ trust: TrustFile) throws(SystemError) {
        try FileSystem.writeAtomically(trustFile, trust.text)
        try FileSystem.setPermissions(trustFile, 0o644)
    }

    /// Writes the keys with which a node signs blocks and audit entries.
    package func install(
        validator: NodeKeyFile, operatorKey: NodeKeyFile
    ) throws(SystemError) {
        try validator.write(to: validatorFile)
        try operatorKey.write(to: operatorFile)
    }

    /// The trust file of the folder.
    package func trust() throws(Refusal) -> TrustFile {
        let text: [UInt8]
        do throws(SystemError) {
            text = try FileSystem.read(trustFile, limit: TrustFile.byteCount)
        } catch {
            throw error.refusal
        }
        return try TrustFile(parsing: text)
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
        let trust = try trust()
        let validator = try NodeKeyFile.read(validatorFile)
        let operatorKey = try NodeKeyFile.read(operatorFile)
        var configuration = NodeConfiguration(
            genesis: trust.genesis, validator: validator.key,
            operatorAccount: operatorKey.account, operatorKey: operatorKey.key)
        if FileSystem.exists(nextValidatorFile) {
            configuration.nextValidator = try NodeKeyFile.read(nextValidatorFile).key
        }
        configuration.trust = trust
        var upkeep = UpkeepSettings(snapshotFolder: snapshotFolder)
        upkeep.retention = try retention()
        configuration.upkeep = upkeep
        return configuration
    }

    /// The retention policy of the folder; everything is kept without one.
    package func retention() throws(Refusal) -> RetentionPolicy {
        guard FileSystem.exists(retentionFile) else { return .everything }
        let text: [UInt8]
        do throws(SystemError) {
            text = try FileSystem.read(retentionFile, limit: RetentionPolicy.byteCount)
        } catch {
            throw error.refusal
        }
        return try RetentionPolicy(parsing: text)
    }

    /// How the block log of a node lies on disk.
    static var blockSettings: FileLogSettings {
        FileLogSettings(
            suite: .sha256, random: SystemRandom(),
            segmentByteCount: FileLogSettings.blockSegmentByteCount)
    }

    /// Opens the disks of a node folder.
    package static func openStorage(_ path: String) throws(NodeError) -> NodeStorage {
        do throws(StorageError) {
            let disk = try LinuxDisk(root: path)
            let reads = FileLogSettings(
                suite: .sha256, random: SystemRandom(),
                segmentByteCount: FileLogSettings.journalSegmentByteCount)
            return NodeStorage(
                store: try RocksKeyValueStore(path: path + "/state"),
                log: try FileBlockLog(on: disk, folder: "blocks", blockSettings),
                vault: try FileBlobStore(on: disk, folder: "vault") { HashSuite.sha256.hash($0) },
                journal: try FileJournal(on: disk, folder: "audit", reads))
        } catch {
            throw .storage(error)
        }
    }

    /// Deletes the state, so that the next start makes it again from the block log.
    package func removeState() throws(SystemError) {
        try FileSystem.removeTree(stateFolder)
    }

    /// Bytes of all files below a folder, counted by what they hold.
    package static func byteCount(_ path: String) throws(SystemError) -> Int {
        guard FileSystem.isFolder(path) else { return try FileSystem.byteCount(path) }
        var total = 0
        for name in try FileSystem.list(path) { total += try byteCount(path + "/" + name) }
        return total
    }
}
