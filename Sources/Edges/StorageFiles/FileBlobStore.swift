import Base
package import Storage
import Synchronization

/// The vault in files: `ab/cdef…` holds exactly the bytes whose digest is `abcdef…`.
///
/// A new blob is written to `incoming/`, synced, then renamed into place. A deleted one is renamed
/// into `erasing/`, overwritten, synced and unlinked. Puts and deletes of several threads gather
/// into batches that share their syncs; reads run beside them.
///
/// Overwriting reaches the blocks of the file, not the older copies that a solid-state or
/// copy-on-write disk may keep: the guarantee of erasure is the destroyed data key.
package final class FileBlobStore: BlobStore {
    /// The most bytes of one blob.
    package static let maximumBlobByteCount = 256 << 20

    private static let batchByteCount = 32 << 20

    private enum Request: Sendable {
        case put([(address: BlobAddress, bytes: [UInt8])])
        case delete(BlobAddress)
    }

    private struct State: Sendable {
        var failure: StorageError?
        var nextTemporary: UInt64 = 0
    }

    private let disk: any Disk
    private let hash: ContentHash
    private let layout: VaultLayout
    private let state = Mutex(State())
    private let commits = GroupCommit<Request, Void>(maximumWeight: batchByteCount)

    /// Opens the vault in a folder of a disk, or creates it; finishes what a crash interrupted.
    package init(
        on disk: any Disk, folder: String, hash: @escaping ContentHash
    ) throws(StorageError) {
        (self.disk, self.hash) = (disk, hash)
        layout = VaultLayout(root: folder)
        for folder in layout.folders where try !disk.exists(folder) { try disk.makeFolder(folder) }
        for name in try disk.list(layout.incoming) {
            try disk.remove("\(layout.incoming)/\(name)")
        }
        for name in try disk.list(layout.erasing) { try erase("\(layout.erasing)/\(name)") }
        // After a crash of the process alone, names may be visible that are not durable yet.
        try disk.syncAll()
    }

    /// Opens the vault in a folder of the machine, or creates it.
    package convenience init(path: String, hash: @escaping ContentHash) throws(StorageError) {
        try self.init(on: LinuxDisk(root: path), folder: "vault", hash: hash)
    }

    package func put(_ blobs: [[UInt8]]) throws(StorageError) -> [BlobAddress] {
        try checkOpen()
        for blob in blobs where blob.count > Self.maximumBlobByteCount {
            throw .oversized(limit: Self.maximumBlobByteCount)
        }
        let named = blobs.map { (address: BlobAddress(hash($0)), bytes: $0) }
        let weight = blobs.reduce(0) { $0 + $1.count }
        if !named.isEmpty {
            try commits.submit(.put(named), weight: weight, commit: commit)
        }
        return named.map(\.address)
    }

    package func get(_ address: BlobAddress) throws(StorageError) -> [UInt8]? {
        try checkOpen()
        let path = layout.path(address)
        guard let bytes = try read(path) else { return nil }
        if BlobAddress(hash(bytes)) == address { return bytes }
        // A deletion that ran meanwhile overwrites the file after taking its name away.
        guard try disk.exists(path) else { return nil }
        throw .corrupt("\(path): the blob does not match its address")
    }

    package func delete(_ address: BlobAddress) throws(StorageError) {
        try checkOpen()
        try commits.submit(.delete(address), weight: 0, commit: commit)
    }

    package func contains(_ address: BlobAddress) throws(StorageError) -> Bool {
        try checkOpen()
        return try disk.exists(layout.path(address))
    }

    package func addresses(
        after: BlobAddress?, limit: Int
    ) throws(StorageError) -> [BlobAddress] {
        precondition(limit > 0)
        try checkOpen()
        var addresses: [BlobAddress] = []
        for first in UInt8(truncatingIfNeeded: after.map { $0.digest.words.0 >> 56 } ?? 0)...255 {
            for name in try disk.list(layout.folder(first)) {
                guard let address = VaultLayout.address(first: first, name: name) else { continue }
                if let after, address <= after { continue }
                addresses.append(address)
                if addresses.count == limit { return addresses }
            }
        }
        return addresses
    }

    package func close() { state.withLock { $0.failure = .closed } }

    private func checkOpen() throws(StorageError) {
        if state.withLock({ $0.failure == .closed }) { throw .closed }
    }

    private func read(_ path: String) throws(StorageError) -> [UInt8]? {
        guard let file = try disk.open(path) else { return nil }
        defer { file.close() }
        return try file.read(at: 0, count: try file.byteCount())
    }

    // MARK: Changing; one batch at a time

    private func commit(_ requests: [Request]) -> [Result<Void, StorageError>] {
        // Runs of puts share one batch; a deletion between them keeps its place in the order.
        var results: [Result<Void, StorageError>] = []
        var blobs: [(address: BlobAddress, bytes: [UInt8])] = []
        var puts = 0
        func flush() {
            guard puts > 0 else { return }
            let result = Result { () throws(StorageError) in try store(blobs) }
            results.append(contentsOf: repeatElement(result, count: puts))
            (blobs, puts) = ([], 0)
        }
        for request in requests {
            switch request {
            case .put(let own):
                blobs += own
                puts += 1
            case .delete(let address):
                flush()
                results.append(Result { () throws(StorageError) in try discard(address) })
            }
        }
        flush()
        return results
    }

    private func store(_ blobs: [(address: BlobAddress, bytes: [UInt8])]) throws(StorageError) {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        var seen: Set<BlobAddress> = []
        var files: [(path: String, bytes: [UInt8])] = []
        var targets: [(path: String, folder: String)] = []
        for (address, bytes) in blobs where seen.insert(address).inserted {
            let path = layout.path(address)
            if try read(path) == bytes { continue }
            let number = state.withLock { state in
                state.nextTemporary += 1
                return state.nextTemporary
            }
            files.append(("\(layout.incoming)/\(number)", bytes))
            targets.append((path, layout.folder(address)))
        }
        guard !files.isEmpty else { return }
        do throws(StorageError) {
            try disk.createDurably(files)
        } catch {
            for file in files { try? disk.remove(file.path) }
            throw error
        }
        do throws(StorageError) {
            for (file, target) in zip(files, targets) {
                try disk.rename(file.path, to: target.path)
            }
            try disk.syncFolders(Set(targets.map(\.folder)).sorted())
        } catch {
            // Names may be visible that are not durable: a later put would take them for stored.
            fail(error)
            throw error
        }
    }

    private func discard(_ address: BlobAddress) throws(StorageError) {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        let path = layout.path(address)
        guard try disk.exists(path) else { return }
        let doomed = "\(layout.erasing)/\(address)"
        do throws(StorageError) {
            try disk.rename(path, to: doomed)
            try disk.syncFolders([layout.folder(address), layout.erasing])
            try erase(doomed)
        } catch {
            fail(error)
            throw error
        }
    }

    private func erase(_ path: String) throws(StorageError) {
        if let file = try disk.open(path) {
            defer { file.close() }
            try file.write([UInt8](repeating: 0, count: try file.byteCount()), at: 0)
            try file.sync()
        }
        try disk.remove(path)
        try disk.syncFolders([layout.erasing])
    }

    private func fail(_ error: StorageError) {
        state.withLock { state in
            if state.failure == nil {
                state.failure = .inputOutput("the vault failed before and must be opened anew")
            }
        }
    }
}
