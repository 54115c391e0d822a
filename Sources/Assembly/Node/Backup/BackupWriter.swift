package import Base
import Cryptography
import Ledger
import Storage
import StorageFiles
import StorageRocksDB
import System

/// What a backup took.
package struct BackupSummary: Hashable, Sendable {
    package let manifest: BackupManifest
    /// Bodies copied now; the others were in the backup already.
    package let copiedBodies: Int
    /// Bodies that lie in the backup and in the vault no more: erased since.
    package let leftoverBodies: Int
}

/// Makes a backup of a node's folder, whether the node runs or not; nothing of it is written to.
///
/// The block log first, then the vault, then the journal: whatever the copied blocks name is in the
/// copied vault, and a read that is not on the copied chain is in the copied journal.
package struct BackupWriter {
    package struct Options: Sendable {
        /// Also copies the node's keys.
        ///
        /// A copy of a validator's key can be used to sign.
        package var includesKeys = false
        /// Removes bodies that the vault has no more.
        package var mirrors = false

        package init() {}
    }

    /// Times that a log is read when it looks damaged.
    private static let attempts = 3

    private let source: NodeFolder
    private let target: BackupFolder
    private let options: Options
    private let time: Timestamp
    private let observer: (BackupProgress) -> Void

    package init(
        of source: NodeFolder, to target: String, options: Options, time: Timestamp,
        observer: @escaping (BackupProgress) -> Void = { _ in }
    ) {
        (self.source, self.target) = (source, BackupFolder(path: target))
        (self.options, self.time, self.observer) = (options, time, observer)
    }

    /// Makes the backup; the one before in the same folder stays valid until this one is whole.
    package func run() throws(BackupError) -> BackupSummary {
        try BackupError.gathered {
            try FileSystem.makeFolder(target.path)
            let lock = try FolderLock(target.path)
            defer { lock.release() }
            try target.recover()
            try FileSystem.makeFolder(target.staged)
            let genesis = try source.trust().genesis
            let disk = try LinuxDisk(root: source.path)
            var (sequence, files) = try copyBlocks(disk, genesis)
            guard let last = sequence.last, let first = sequence.firstHeight else {
                throw BackupError.emptyChain
            }
            let vault = try copyVault(disk)
            files.append(vault.list)
            files += try retried { try copyLog(disk, "audit") { _ in } }
            files += try copySettings()
            var snapshot: UInt64?
            if first > 1 || sequence.droppedThrough > 0 {
                let least = max(first, sequence.droppedThrough)
                let copy = try copySnapshot(from: least, to: last.header.height, genesis)
                files.append(copy.file)
                snapshot = copy.height
            }
            files.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
            let manifest = BackupManifest(
                chain: genesis.id, time: time, firstHeight: first, header: last.header,
                certificate: last.certificate, snapshot: snapshot, bodies: vault.count,
                files: files)
            try FileSystem.writeAtomically(
                "\(target.staged)/\(BackupFolder.manifestName)", manifest.sealed)
            try target.commit()
            let leftovers = try removeLeftovers(vault.known)
            return BackupSummary(
                manifest: manifest, copiedBodies: vault.copied, leftoverBodies: leftovers)
        }
    }

    // MARK: Logs

    private func copyBlocks(
        _ disk: LinuxDisk, _ genesis: Genesis
    ) throws -> (BlockSequence, [BackupFile]) {
        try retried {
            var sequence = BlockSequence(genesis: genesis)
            let files = try copyLog(disk, "blocks") { (piece) throws(BackupError) in
                guard let record = piece.record else { return }
                try sequence.take(record.bytes, index: record.index)
            }
            return (sequence, files)
        }
    }

    /// Runs work on a log again that looks damaged: while it is written, it may for a moment.
    private func retried<Value>(_ body: () throws -> Value) throws -> Value {
        for _ in 1..<Self.attempts {
            do {
                return try body()
            } catch BackupError.storage(.corrupt) {
                continue
            }
        }
        return try body()
    }

    /// Copies the intact frames of a log.
    private func copyLog(
        _ disk: LinuxDisk, _ folder: String, _ visit: (FrameCopy.Piece) throws(BackupError) -> Void
    ) throws -> [BackupFile] {
        var files: [BackupFile] = []
        var current: (name: String, writer: BackupFileWriter)?
        var failure: BackupError?
        var byteCount = 0
        func finish() {
            if let current { files.append(current.writer.finish()) }
        }
        do throws(StorageError) {
            let frames = try FrameCopy(on: disk, folder: folder)
            try frames.forEach { (piece) throws(StorageError) in
                do throws(BackupError) {
                    try visit(piece)
                    if current?.name != piece.segment {
                        finish()
                        let path = "\(folder)/\(piece.segment)"
                        current = (piece.segment, try writer(path))
                    }
                    do throws(SystemError) {
                        try current?.writer.append(piece.bytes)
                    } catch {
                        throw BackupError.system(error)
                    }
                } catch {
                    failure = error
                    throw .closed
                }
                byteCount += piece.bytes.count
                observer(BackupProgress(place: folder, byteCount: byteCount))
            }
        } catch {
            throw failure ?? BackupError.storage(error)
        }
        finish()
        return files
    }

    private func writer(_ path: String) throws(BackupError) -> BackupFileWriter {
        do throws(SystemError) {
            return try BackupFileWriter(path, in: target.staged)
        } catch {
            throw .system(error)
        }
    }

    // MARK: Vault

    private struct CopiedVault {
        let list: BackupFile
        let count: UInt64
        let copied: Int
        let known: Set<BlobAddress>
    }

    /// Copies the bodies that the backup does not have yet.
    private func copyVault(_ disk: LinuxDisk) throws -> CopiedVault {
        let hash: ContentHash = { HashSuite.sha256.hash($0) }
        let reader = VaultReader(on: disk, folder: "vault", hash: hash)
        var list = try BackupFileWriter(BackupFolder.vaultListName, in: target.staged)
        var known: Set<BlobAddress> = []
        var (copied, byteCount) = (0, 0)
        for first in UInt8.min...UInt8.max {
            for address in try reader.addresses(startingWith: first) {
                let path = "\(target.path)/\(reader.path(of: address))"
                if !FileSystem.exists(path) {
                    // A body that was erased since the folder was listed is none any more.
                    guard let bytes = try reader.get(address) else { continue }
                    try FileSystem.makeFolder(FileSystem.folder(of: path))
                    try File(path + ".new", .create).write(bytes, at: 0)
                    try FileSystem.rename(path + ".new", to: path)
                    copied += 1
                    byteCount += bytes.count
                    observer(BackupProgress(place: "vault", byteCount: byteCount))
                }
                try list.append(address.digest.bytes)
                known.insert(address)
            }
        }
        return CopiedVault(
            list: list.finish(), count: UInt64(known.count), copied: copied, known: known)
    }

    /// Counts the bodies that the vault has no more, and removes them if that was asked for.
    private func removeLeftovers(_ known: Set<BlobAddress>) throws -> Int {
        let disk = try LinuxDisk(root: target.path)
        let reader = VaultReader(on: disk, folder: "vault") { HashSuite.sha256.hash($0) }
        var leftovers = 0
        for first in UInt8.min...UInt8.max {
            for address in try reader.addresses(startingWith: first)
            where !known.contains(address) {
                if options.mirrors {
                    try FileSystem.removeFile("\(target.path)/\(reader.path(of: address))")
                } else {
                    leftovers += 1
                }
            }
        }
        return leftovers
    }

    // MARK: The rest

    private func copySettings() throws -> [BackupFile] {
        var names = [
            BackupFolder.trustName, BackupFolder.retentionName, BackupFolder.clusterName,
        ]
        if options.includesKeys { names += BackupFolder.keyNames }
        return try names.filter { FileSystem.exists("\(source.path)/\($0)") }.map { name in
            try BackupFileWriter.copy("\(source.path)/\(name)", to: name, in: target.staged)
        }
    }

    /// The state of a height between two: the newest snapshot, or one made now of a node at rest.
    private func copySnapshot(
        from least: UInt64, to most: UInt64, _ genesis: Genesis
    ) throws -> (file: BackupFile, height: UInt64) {
        let shelf = SnapshotShelf(source.snapshotFolder)
        let name = BackupFolder.snapshotName
        if let height = shelf.heights.last(where: { (least...most).contains($0) }) {
            let file = try BackupFileWriter.copy(
                shelf.path(height), to: name, in: target.staged)
            return (file, height)
        }
        guard let lock = try? FolderLock(source.path) else {
            throw BackupError.needsSnapshot(from: least)
        }
        defer { lock.release() }
        let storage = try NodeFolder.openStorage(source.path)
        defer { storage.close() }
        let writer = SnapshotWriter(
            genesis: genesis, reader: try storage.store.snapshot(), log: storage.log
        ) { progress in
            observer(BackupProgress(place: name, byteCount: progress.byteCount))
            return true
        }
        let path = "\(target.staged)/\(name)"
        let manifest = try writer.write(to: path)
        guard (least...most).contains(manifest.height) else {
            throw BackupError.needsSnapshot(from: least)
        }
        return (try BackupFileWriter.digest(path, as: name), manifest.height)
    }
}
