package import Base
import Cryptography
import Encoding
package import Ledger
import Storage
import StorageFiles
import StorageRocksDB
import System

/// Checks a backup, and makes a node's folder of it.
package struct BackupReader {
    private let source: BackupFolder
    private let trust: TrustFile?
    private let executor: any Executor
    private let observer: (BackupProgress) -> Void

    /// - Parameter trust: what the head's certificate is checked against; without one the trust
    ///   file in the backup, which shows damage but not forgery.
    package init(
        _ source: String, trust: TrustFile?,
        executor: any Executor = Node.executor,
        observer: @escaping (BackupProgress) -> Void = { _ in }
    ) {
        (self.source, self.trust, self.executor) = (BackupFolder(path: source), trust, executor)
        self.observer = observer
    }

    /// Reads every byte of the backup and checks it: digests, blocks, log roots, the state's root
    /// and the head's certificate.
    package func verify() throws(BackupError) -> BackupManifest {
        try BackupError.gathered {
            let manifest = try source.manifest()
            try checkNames(manifest)
            for file in manifest.files {
                try transfer(file, to: nil)
            }
            try transferVault(manifest, to: nil)
            try checkChain(manifest, in: source.chain)
            return manifest
        }
    }

    /// Makes a node's folder; it appears only when all of it was checked and its blocks were run.
    ///
    /// - Parameters:
    ///   - keys: the node's keys, when they are not in the backup.
    ///   - time: when this happens, for the mark of the restored folder.
    package func restore(
        to target: NodeFolder, keys: (validator: NodeKeyFile, operatorKey: NodeKeyFile)?,
        time: Timestamp
    ) throws(BackupError) -> BackupManifest {
        try BackupError.gathered {
            guard try NodeJoin.isFree(target.path) else {
                throw BackupError.occupied(target.path)
            }
            let manifest = try source.manifest()
            try checkNames(manifest)
            let parent = target.path + ".restoring"
            try FileSystem.makeFolder(parent)
            let lock = try FolderLock(parent)
            defer { lock.release() }
            let work = NodeFolder(parent + "/node")
            try FileSystem.removeTree(work.path)
            try FileSystem.makeFolder(work.path)
            for file in manifest.files where file.path != BackupFolder.vaultListName {
                try transfer(file, to: work.path)
            }
            try transferVault(manifest, to: work.path)
            try checkChain(manifest, in: work.path)
            try runChain(manifest, in: work)
            if let keys {
                try work.install(validator: keys.validator, operatorKey: keys.operatorKey)
            }
            try work.markRestored(manifest, time: time)
            try NodeJoin.settle(work, as: target) { () throws(SnapshotError) in }
            try? FileSystem.removeTree(parent)
            return manifest
        }
    }

    // MARK: Files

    /// The backup holds the files of its manifest, and no others.
    private func checkNames(_ manifest: BackupManifest) throws {
        var expected = Set(manifest.files.map(\.path))
        expected.insert(BackupFolder.manifestName)
        for name in try FileSystem.list(source.chain) {
            let path = "\(source.chain)/\(name)"
            let names =
                FileSystem.isFolder(path)
                ? try FileSystem.list(path).map { "\(name)/\($0)" } : [name]
            for found in names where expected.remove(found) == nil {
                throw BackupError.damaged(.file, "\(found) is not in the manifest")
            }
        }
        if let missing = expected.sorted().first {
            throw BackupError.damaged(.file, "\(missing) is missing")
        }
        guard manifest.files.contains(where: { $0.path == BackupFolder.vaultListName }),
            manifest.files.contains(where: { $0.path == BackupFolder.trustName })
        else { throw BackupError.damaged(.manifest, "a file is not listed") }
    }

    /// Reads a file and checks its digest; copies it into a folder, if there is one.
    private func transfer(_ file: BackupFile, to folder: String?) throws {
        let input = try File("\(source.chain)/\(file.path)", .read)
        var writer = try folder.map { try BackupFileWriter(file.path, in: $0) }
        var hash = IncrementalHash(.sha256)
        var position = 0
        while case let piece = try input.read(at: position, count: 1 << 20), !piece.isEmpty {
            hash.update(piece)
            try writer?.append(piece)
            position += piece.count
            observer(BackupProgress(place: file.path, byteCount: position))
        }
        guard UInt64(position) == file.byteCount, hash.finish() == file.digest else {
            throw BackupError.damaged(.file, "\(file.path) has another digest")
        }
        if let folder, BackupFolder.keyNames.contains(file.path) {
            try FileSystem.setPermissions("\(folder)/\(file.path)", 0o600)
        }
    }

    private func transferVault(_ manifest: BackupManifest, to folder: String?) throws {
        let list = try File("\(source.chain)/\(BackupFolder.vaultListName)", .read)
        guard UInt64(try list.byteCount()) == manifest.bodies * UInt64(Hash256.byteCount) else {
            throw BackupError.damaged(.vault, "the list of bodies")
        }
        let disk = try LinuxDisk(root: source.path)
        let reader = VaultReader(on: disk, folder: "vault") { HashSuite.sha256.hash($0) }
        var byteCount = 0
        for number in 0..<manifest.bodies {
            let place = Int(number) * Hash256.byteCount
            guard let digest = Hash256(try list.read(at: place, count: Hash256.byteCount)) else {
                throw BackupError.damaged(.vault, "the list of bodies")
            }
            let address = BlobAddress(digest)
            let bytes: [UInt8]?
            do throws(StorageError) {
                bytes = try reader.get(address)
            } catch {
                guard case .corrupt(let place) = error else { throw error }
                throw BackupError.damaged(.vault, place)
            }
            guard let bytes else {
                throw BackupError.damaged(.vault, "the body \(address) is missing")
            }
            byteCount += bytes.count
            observer(BackupProgress(place: "vault", byteCount: byteCount))
            guard let folder else { continue }
            let path = "\(folder)/\(reader.path(of: address))"
            try FileSystem.makeFolder(FileSystem.folder(of: path))
            try File(path, .createNew).write(bytes, at: 0)
        }
    }

    // MARK: The chain

    private func trustFile(in folder: String) throws -> TrustFile {
        let own = try TrustFile(
            parsing: FileSystem.read(
                "\(folder)/\(BackupFolder.trustName)", limit: TrustFile.byteCount))
        guard let trust else { return own }
        guard trust.genesis == own.genesis else {
            throw BackupError.damaged(.certificate, "the backup is of another chain")
        }
        return trust
    }

    /// Checks the blocks without running them, the snapshot, and the certificate of the end.
    private func checkChain(_ manifest: BackupManifest, in folder: String) throws {
        let trust = try trustFile(in: folder)
        guard manifest.chain == trust.genesis.id else {
            throw BackupError.damaged(.certificate, "the backup is of another chain")
        }
        do throws(HeaderError) {
            try trust.verify(manifest.header, manifest.certificate)
        } catch {
            if case .epochUnknown(let epoch, _) = error {
                throw BackupError.trustFileOld(epoch: epoch)
            }
            throw BackupError.damaged(.certificate, "\(error)")
        }
        let anchor = try manifest.snapshot.map { try checkSnapshot($0, trust, in: folder) }
        var sequence = BlockSequence(genesis: trust.genesis)
        var failure: BackupError?
        do throws(StorageError) {
            let frames = try FrameCopy(on: LinuxDisk(root: folder), folder: "blocks")
            try frames.forEach { (piece) throws(StorageError) in
                guard let record = piece.record else { return }
                do throws(BackupError) {
                    try sequence.take(record.bytes, index: record.index, anchor: anchor)
                } catch {
                    failure = error
                    throw .closed
                }
            }
        } catch {
            throw failure ?? BackupError.damaged(.blocks, error.refusal.english)
        }
        guard sequence.firstHeight == manifest.firstHeight,
            sequence.last?.header == manifest.header,
            sequence.last?.certificate == manifest.certificate
        else { throw BackupError.damaged(.blocks, "the blocks do not end with the manifest's") }
    }

    private func checkSnapshot(
        _ height: UInt64, _ trust: TrustFile, in folder: String
    ) throws -> SnapshotManifest {
        let file = try SnapshotFile("\(folder)/\(BackupFolder.snapshotName)")
        var verifier = try SnapshotVerifier(manifest: file.manifest, trust: trust)
        for number in file.manifest.chunks.indices {
            _ = try verifier.take(file.chunk(number))
        }
        _ = try verifier.finish()
        guard file.manifest.height == height else {
            throw BackupError.damaged(.snapshot, "it is of height \(file.manifest.height)")
        }
        return file.manifest
    }

    /// Makes the state and runs the blocks, as a node does when it starts.
    private func runChain(_ manifest: BackupManifest, in work: NodeFolder) throws {
        let trust = try trustFile(in: work.path)
        let snapshotPath = "\(work.path)/\(BackupFolder.snapshotName)"
        if manifest.snapshot != nil {
            let store = try RocksKeyValueStore(path: work.stateFolder)
            defer { store.close() }
            let loader = SnapshotLoader(trust: trust, store: store) { progress in
                observer(
                    BackupProgress(
                        place: BackupFolder.snapshotName, byteCount: progress.byteCount))
                return true
            }
            // Which bodies of the vault were erased is found out when the node starts.
            _ = try loader.load(try SnapshotFile(snapshotPath)) {
                SnapshotLoader.Marks(erasedThrough: 0, prunedThrough: $0.height)
            }
            try FileSystem.removeFile(snapshotPath)
        }
        let storage = try NodeFolder.openStorage(work.path)
        defer { storage.close() }
        let chain = try ChainStore(
            genesis: trust.genesis, executor: executor, store: storage.store, log: storage.log)
        guard chain.head.digest == manifest.certificate.header else {
            throw BackupError.damaged(.chain, "the head is another than the manifest's")
        }
        try storage.store.flush()
    }
}
