package import Storage
import Synchronization
import System

/// The `Disk` over a folder of the machine.
package final class LinuxDisk: Disk {
    /// Writes of zeros during preallocation, so that neighbours' syncs wait little.
    private static let fillByteCount = 1 << 20

    /// From this many files or folders on, one sync of the file system is faster than each alone.
    ///
    /// Measured for 500 files of 2 KB in 256 folders on ext4: files 12 ms against 74 ms one by one
    /// (38 ms in four threads), folders 3 ms against 22 ms.
    private static let syncFileSystemThreshold = 8

    private let root: String

    /// A disk whose root is an existing or new folder.
    package init(root: String) throws(StorageError) {
        self.root = root
        do { try FileSystem.makeFolder(root) } catch { throw StorageError(error) }
    }

    private func place(_ path: String) -> String { path.isEmpty ? root : "\(root)/\(path)" }

    package func open(_ path: String) throws(StorageError) -> (any DiskFile)? {
        do {
            return LinuxDiskFile(try File(place(path), .update))
        } catch {
            if error.isMissing { return nil }
            throw StorageError(error)
        }
    }

    package func create(_ path: String) throws(StorageError) -> any DiskFile {
        do { return LinuxDiskFile(try File(place(path), .create)) } catch {
            throw StorageError(error)
        }
    }

    package func createPreallocated(
        _ path: String, byteCount: Int
    ) throws(StorageError) -> any DiskFile {
        do throws(SystemError) {
            let file = try File(place(path), .create)
            // Reserve first: a full disk is found before anything is written.
            try file.allocate(byteCount)
            let zeros = [UInt8](repeating: 0, count: min(byteCount, Self.fillByteCount))
            var offset = 0
            while offset < byteCount {
                let count = min(zeros.count, byteCount - offset)
                try file.write(count == zeros.count ? zeros : Array(zeros[..<count]), at: offset)
                try file.writeBack(at: offset, count: count)
                offset += count
            }
            try file.sync()
            return LinuxDiskFile(file)
        } catch {
            try? FileSystem.removeFile(place(path))
            throw StorageError(error)
        }
    }

    package func createDurably(
        _ files: [(path: String, bytes: [UInt8])]
    ) throws(StorageError) {
        do throws(SystemError) {
            let syncsEach = files.count < Self.syncFileSystemThreshold
            var last: File?
            for (path, bytes) in files {
                let file = try File(place(path), .create)
                try file.write(bytes, at: 0)
                if syncsEach { try file.sync() }
                last = file
            }
            if !syncsEach { try last?.syncFileSystem() }
        } catch {
            throw StorageError(error)
        }
    }

    package func exists(_ path: String) throws(StorageError) -> Bool {
        FileSystem.exists(place(path))
    }

    package func rename(_ source: String, to target: String) throws(StorageError) {
        do { try FileSystem.rename(place(source), to: place(target)) } catch {
            throw StorageError(error)
        }
    }

    package func remove(_ path: String) throws(StorageError) {
        do { try FileSystem.removeFile(place(path)) } catch { throw StorageError(error) }
    }

    package func list(_ folder: String) throws(StorageError) -> [String] {
        do { return try FileSystem.list(place(folder)) } catch {
            if error.isMissing { return [] }
            throw StorageError(error)
        }
    }

    package func makeFolder(_ path: String) throws(StorageError) {
        do { try FileSystem.makeFolder(place(path)) } catch { throw StorageError(error) }
    }

    package func syncFolders(_ paths: [String]) throws(StorageError) {
        do throws(SystemError) {
            if paths.count < Self.syncFileSystemThreshold {
                for path in paths { try FileSystem.syncFolder(place(path)) }
            } else {
                try File(root, .read).syncFileSystem()
            }
        } catch {
            throw StorageError(error)
        }
    }

    package func syncAll() throws(StorageError) {
        do { try File(root, .read).syncFileSystem() } catch { throw StorageError(error) }
    }
}

extension StorageError {
    /// What a failed system call means for a store.
    init(_ error: SystemError) {
        if error.isFull {
            self = .full(error.place)
        } else if error.isLocked {
            self = .locked(error.place)
        } else if error.isDenied {
            self = .unwritable("\(error.place) (\(error.reason))")
        } else {
            self = .inputOutput(error.description)
        }
    }
}

private final class LinuxDiskFile: DiskFile {
    private let file: Mutex<File?>

    init(_ file: File) { self.file = Mutex(file) }

    private func current() throws(StorageError) -> File {
        guard let file = file.withLock({ $0 }) else { throw .closed }
        return file
    }

    func byteCount() throws(StorageError) -> Int {
        let file = try current()
        do { return try file.byteCount() } catch { throw StorageError(error) }
    }

    func read(at offset: Int, count: Int) throws(StorageError) -> [UInt8] {
        let file = try current()
        do { return try file.read(at: offset, count: count) } catch { throw StorageError(error) }
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(StorageError) {
        let file = try current()
        do { try file.write(bytes, at: offset) } catch { throw StorageError(error) }
    }

    func sync() throws(StorageError) {
        let file = try current()
        do { try file.sync() } catch { throw StorageError(error) }
    }

    func close() { file.withLock { $0 = nil } }
}
