import Base
import Cryptography
import Encoding
package import Ledger
import Storage
import StorageFiles
import StorageRocksDB
import System

/// Makes the folder of a node from a snapshot; all of it is checked before the folder is one.
///
/// The work is done beside the target, which appears by one rename at the end: after an error or a
/// crash there is no target, and the next try begins anew.
package struct NodeJoin {
    /// The moments between which a crash may come; for tests.
    package enum Step: Hashable, Sendable, CaseIterable {
        case begun, stateLoaded, logMade, filesWritten, chainOpened, synced
    }

    /// What came of it.
    package struct Outcome: Hashable, Sendable {
        /// The snapshot's height, which is that of the first block of the new node.
        package let height: UInt64
        /// The head after the blocks that followed.
        package let head: Head
        package let rows: UInt64
    }

    /// Blocks that follow a height, encoded; none at the source's end.
    package typealias LaterBlocks = (_ from: UInt64) throws(SnapshotError) -> [[UInt8]]

    private let target: NodeFolder
    private let trust: TrustFile
    private let executor: any Executor
    private let passed: (Step) throws(SnapshotError) -> Void

    /// - Parameters:
    ///   - passed: called after each step; what it throws ends the work.
    package init(
        target: NodeFolder, trust: TrustFile,
        executor: any Executor = Node.executor,
        passed: @escaping (Step) throws(SnapshotError) -> Void = { (_) throws(SnapshotError) in }
    ) {
        (self.target, self.trust, self.executor) = (target, trust, executor)
        self.passed = passed
    }

    /// Where the work is done.
    package static func workFolder(of target: NodeFolder) -> String { target.path + ".joining" }

    /// Checks that the target may be made, before anything is downloaded.
    package func requireFreeTarget() throws(SnapshotError) {
        try SnapshotError.gathered {
            guard try Self.isFree(target.path) else {
                throw SnapshotError.occupied(target.path)
            }
        }
    }

    /// Checks the snapshot and makes the folder.
    ///
    /// - Parameters:
    ///   - keys: the new node's keys; without them the operator puts them there.
    ///   - later: blocks that the new node executes at once.
    package func run(
        _ source: any SnapshotSource, keys: (validator: NodeKeyFile, operatorKey: NodeKeyFile)?,
        later: LaterBlocks = { (_) throws(SnapshotError) in [] },
        observer: @escaping SnapshotObserver = { _ in true }
    ) throws(SnapshotError) -> Outcome {
        try SnapshotError.gathered {
            try requireFreeTarget()
            let work = NodeFolder(Self.workFolder(of: target) + "/node")
            try FileSystem.makeFolder(Self.workFolder(of: target))
            let lock = try FolderLock(Self.workFolder(of: target))
            defer { lock.release() }
            try FileSystem.removeTree(work.path)
            try FileSystem.makeFolder(work.path)
            try passed(.begun)
            let manifest = try loadState(source, into: work, observer)
            try passed(.stateLoaded)
            try makeLog(manifest, in: work)
            try passed(.logMade)
            try work.install(trust)
            if let keys {
                try work.install(validator: keys.validator, operatorKey: keys.operatorKey)
            }
            try passed(.filesWritten)
            let head = try open(work, later)
            try passed(.chainOpened)
            try Self.settle(work, as: target) { () throws(SnapshotError) in try passed(.synced) }
            try? FileSystem.removeTree(Self.workFolder(of: target))
            return Outcome(
                height: manifest.height, head: head, rows: manifest.count(.state))
        }
    }

    /// Whether a node may be made at a path.
    static func isFree(_ path: String) throws -> Bool {
        guard FileSystem.exists(path) else { return true }
        return try FileSystem.isFolder(path) && FileSystem.list(path).isEmpty
    }

    /// Makes a finished folder durable, then gives it its name.
    static func settle(
        _ work: NodeFolder, as target: NodeFolder, synced: () throws(SnapshotError) -> Void
    ) throws {
        try File(work.path, .read).syncFileSystem()
        try synced()
        try FileSystem.rename(work.path, to: target.path)
        try FileSystem.syncFolder(FileSystem.folder(of: target.path))
    }

    private func loadState(
        _ source: any SnapshotSource, into work: NodeFolder, _ observer: @escaping SnapshotObserver
    ) throws -> SnapshotManifest {
        let store = try RocksKeyValueStore(path: work.stateFolder)
        defer { store.close() }
        let loader = SnapshotLoader(trust: trust, store: store, observer: observer)
        // The vault is empty, so no erased body is in it.
        return try loader.load(source) { SnapshotLoader.Marks(erasedThrough: $0.height) }
    }

    /// A block log that begins with the snapshot's block.
    private func makeLog(_ manifest: SnapshotManifest, in work: NodeFolder) throws {
        let log = try FileBlockLog.create(
            on: LinuxDisk(root: work.path), folder: "blocks", NodeFolder.blockSettings,
            first: manifest.height - 1)
        defer { log.close() }
        _ = try log.append(manifest.block.encoded)
    }

    /// Opens the chain as a node does, which checks the roots again, and runs the later blocks.
    private func open(_ work: NodeFolder, _ later: LaterBlocks) throws -> Head {
        let storage = try NodeFolder.openStorage(work.path)
        defer { storage.close() }
        let chain = try ChainStore(
            genesis: trust.genesis, executor: executor, store: storage.store, log: storage.log)
        while case let blocks = try later(chain.head.height + 1), !blocks.isEmpty {
            for bytes in blocks {
                let height = chain.head.height + 1
                do {
                    _ = try chain.adopt(try Block(decoding: bytes))
                } catch let error as StorageError {
                    throw error
                } catch {
                    throw Refusal(
                        "join.block",
                        "Block \(height) does not follow (\(error)). Ask another node.",
                        "区块 \(height) 无法衔接（\(error)）。请改用其他节点。")
                }
            }
        }
        try storage.store.flush()
        return chain.head
    }
}
