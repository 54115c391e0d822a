import Base
import Synchronization

/// A disk in memory that forgets unsynced bytes and names at a crash, fails on request and fills
/// up.
///
/// The same seed and calls give the same losses. Every write, sync and name change is numbered, so
/// that a test can run a load once to count them and then once more for each, failing there.
package final class SimulatedDisk: Disk {
    let state: Mutex<SimulatedDiskState>

    /// An empty disk that holds at most `capacity` bytes of file content.
    package init(seed: UInt64, capacity: Int = .max) {
        var initial = SimulatedDiskState(seed: seed)
        initial.capacity = capacity
        state = Mutex(initial)
    }

    // MARK: Control

    /// Plans faults from now on; numbers count from the start or the last restart.
    package func plan(_ faults: [DiskFault]) { state.withLock { $0.faults = faults } }

    /// How many operations of a kind happened since the start or the last restart.
    package func count(of operation: DiskFault.Operation) -> Int {
        state.withLock { $0.counts[operation] ?? 0 }
    }

    /// Whether a planned crash has happened and no restart followed.
    package var isCrashed: Bool { state.withLock { $0.isCrashed } }

    /// Sets how many bytes of file content fit.
    package func setCapacity(_ byteCount: Int) { state.withLock { $0.capacity = byteCount } }

    /// Brings the disk back; files opened before stay dead, planned faults are gone.
    package func restart(_ kind: DiskRestart) { state.withLock { $0.restart(kind) } }

    /// Every file's path, ascending.
    package var paths: [String] { state.withLock { $0.names.keys.sorted() } }

    /// A file's bytes; nil when there is none.
    package func content(of path: String) -> [UInt8]? {
        state.withLock { state in state.names[path].flatMap { state.inodes[$0]?.current } }
    }

    /// Damages a file durably, as a rotting medium does; false if there is no such byte.
    package func damage(_ path: String, at offset: Int, xor mask: UInt8) -> Bool {
        state.withLock { state in
            guard let inode = state.names[path], let content = state.inodes[inode],
                offset < content.current.count, offset < content.durable.count
            else { return false }
            state.inodes[inode]?.current[offset] ^= mask
            state.inodes[inode]?.durable[offset] ^= mask
            return true
        }
    }

    // MARK: Disk

    package func open(_ path: String) throws(StorageError) -> (any DiskFile)? {
        try withRunning { state in
            state.names[path].map { SimulatedFile(self, inode: $0, generation: state.generation) }
        }
    }

    package func create(_ path: String) throws(StorageError) -> any DiskFile {
        try withRunning { state throws(StorageError) in
            guard state.folders.contains(SimulatedDiskState.folder(of: path)) else {
                throw .unwritable(path)
            }
            let inode = state.nextInode
            state.nextInode += 1
            state.inodes[inode] = .init()
            try state.change(.link(path: path, inode: inode))
            return SimulatedFile(self, inode: inode, generation: state.generation)
        }
    }

    package func createPreallocated(
        _ path: String, byteCount: Int
    ) throws(StorageError) -> any DiskFile {
        let file = try create(path)
        do throws(StorageError) {
            try file.write([UInt8](repeating: 0, count: byteCount), at: 0)
            try file.sync()
        } catch {
            if !isCrashed { try remove(path) }
            throw error
        }
        return file
    }

    package func createDurably(
        _ files: [(path: String, bytes: [UInt8])]
    ) throws(StorageError) {
        for (path, bytes) in files {
            let file = try create(path)
            try file.write(bytes, at: 0)
            try file.sync()
        }
    }

    package func exists(_ path: String) throws(StorageError) -> Bool {
        try withRunning { $0.names[path] != nil || $0.folders.contains(path) }
    }

    package func rename(_ source: String, to target: String) throws(StorageError) {
        try withRunning { state throws(StorageError) in
            guard let inode = state.names[source] else { throw .inputOutput(source) }
            try state.change(.move(source: source, target: target, inode: inode))
        }
    }

    package func remove(_ path: String) throws(StorageError) {
        try withRunning { state throws(StorageError) in
            guard state.names[path] != nil else { return }
            try state.change(.unlink(path: path))
        }
    }

    package func list(_ folder: String) throws(StorageError) -> [String] {
        try withRunning { state in
            let paths = Array(state.names.keys) + state.folders.filter { !$0.isEmpty }
            return
                paths
                .filter { SimulatedDiskState.folder(of: $0) == folder }
                .map { folder.isEmpty ? $0 : String($0.dropFirst(folder.count + 1)) }
                .sorted()
        }
    }

    package func makeFolder(_ path: String) throws(StorageError) {
        try withRunning { state in
            var folder = path
            while !folder.isEmpty {
                state.folders.insert(folder)
                folder = SimulatedDiskState.folder(of: folder)
            }
        }
    }

    package func syncFolders(_ paths: [String]) throws(StorageError) {
        try withRunning { state throws(StorageError) in try state.syncNames(inFolders: paths) }
    }

    package func syncAll() throws(StorageError) {
        try withRunning { state throws(StorageError) in try state.syncAll() }
    }

    private func withRunning<Value: Sendable>(
        _ body: (inout SimulatedDiskState) throws(StorageError) -> Value
    ) throws(StorageError) -> Value {
        try state.withLock { state throws(StorageError) in
            guard !state.isCrashed else { throw SimulatedDiskState.crashed }
            return try body(&state)
        }
    }
}

private final class SimulatedFile: DiskFile {
    private let disk: SimulatedDisk
    private let inode: Int
    private let generation: Int
    private let isClosed = Mutex(false)

    init(_ disk: SimulatedDisk, inode: Int, generation: Int) {
        (self.disk, self.inode, self.generation) = (disk, inode, generation)
    }

    func byteCount() throws(StorageError) -> Int {
        try withOpen { $0.inodes[inode]?.current.count ?? 0 }
    }

    func read(at offset: Int, count: Int) throws(StorageError) -> [UInt8] {
        try withOpen { state in
            guard let content = state.inodes[inode]?.current, offset < content.count else {
                return []
            }
            return Array(content[offset..<min(content.count, offset + count)])
        }
    }

    func write(_ bytes: [UInt8], at offset: Int) throws(StorageError) {
        try withOpen { state throws(StorageError) in
            try state.write(bytes, at: offset, in: inode)
        }
    }

    func sync() throws(StorageError) {
        try withOpen { state throws(StorageError) in try state.sync(inode: inode) }
    }

    func close() { isClosed.withLock { $0 = true } }

    private func withOpen<Value: Sendable>(
        _ body: (inout SimulatedDiskState) throws(StorageError) -> Value
    ) throws(StorageError) -> Value {
        guard !isClosed.withLock({ $0 }) else { throw .closed }
        return try disk.state.withLock { state throws(StorageError) in
            guard !state.isCrashed, state.generation == generation else {
                throw SimulatedDiskState.crashed
            }
            return try body(&state)
        }
    }
}
