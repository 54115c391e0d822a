/// The few file operations that the formats need; real or simulated.
///
/// Paths are relative to the disk's root, with `/` between parts and no `..`. Guarantees, which
/// are also what the simulated disk takes away at a crash:
/// - a written byte is durable only after the `sync` of its file (content and size);
/// - a name (created, renamed, removed) is durable only after the `syncFolder` of its folder;
/// - a 512-byte sector is written wholly or not at all; a rename is atomic.
package protocol Disk: AnyObject, Sendable {
    /// Opens an existing file for reading and writing; nil when there is none.
    func open(_ path: String) throws(StorageError) -> (any DiskFile)?

    /// Creates an empty file, emptying an existing one.
    func create(_ path: String) throws(StorageError) -> any DiskFile

    /// Creates a file of `byteCount` zeros whose blocks are written and synced.
    ///
    /// Writes inside it need no metadata, so that one `sync` is one device flush. On an error no
    /// file remains.
    func createPreallocated(_ path: String, byteCount: Int) throws(StorageError) -> any DiskFile

    /// Creates files whose content is durable when this returns (their names are not yet).
    func createDurably(_ files: [(path: String, bytes: [UInt8])]) throws(StorageError)

    /// Whether a file or folder is there.
    func exists(_ path: String) throws(StorageError) -> Bool

    /// Renames a file, replacing the target.
    func rename(_ source: String, to target: String) throws(StorageError)

    /// Removes a file; no error if it is absent.
    func remove(_ path: String) throws(StorageError)

    /// The names in a folder, ascending; empty if there is no such folder.
    func list(_ folder: String) throws(StorageError) -> [String]

    /// Makes a folder and those above it, durably.
    func makeFolder(_ path: String) throws(StorageError)

    /// Makes the names in these folders durable.
    func syncFolders(_ paths: [String]) throws(StorageError)

    /// Makes everything on the disk durable: for opening after a crash of the process alone.
    func syncAll() throws(StorageError)
}

/// An open file of a `Disk`.
package protocol DiskFile: AnyObject, Sendable {
    /// The size in bytes.
    func byteCount() throws(StorageError) -> Int

    /// Up to `count` bytes from `offset`; fewer only at the end of the file.
    func read(at offset: Int, count: Int) throws(StorageError) -> [UInt8]

    /// Writes all bytes at `offset`, growing the file if needed.
    func write(_ bytes: [UInt8], at offset: Int) throws(StorageError)

    /// Makes the content and the size durable.
    ///
    /// After an error the unsynced bytes may be lost although later syncs succeed: never retry.
    func sync() throws(StorageError)

    /// Ends the use of the file; nothing is synced.
    func close()
}
