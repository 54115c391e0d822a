import CRocksDB
@preconcurrency import Glibc
import Storage
import Synchronization

/// The handle of an open database, shared by the store and its snapshots.
///
/// Debian builds RocksDB with assertions on: closing while an iterator or a snapshot lives ends the
/// process. Calls hold a lock for reading; closing takes it for writing and releases the snapshots.
// @unchecked: `handle` changes only under the write lock.
final class RocksDatabase: @unchecked Sendable {
    let path: String
    let options: RocksOptions
    private var handle: OpaquePointer?
    private let lock: UnsafeMutablePointer<pthread_rwlock_t>
    private let snapshots = Mutex<[Int: Pinned]>([:])

    /// A snapshot and the options that read from it.
    // @unchecked: C handles, used under the database's lock.
    private struct Pinned: @unchecked Sendable {
        let snapshot: OpaquePointer?
        let read: OpaquePointer?
    }

    init(path: String, _ settings: RocksSettings) throws(StorageError) {
        let options = RocksOptions(settings)
        self.path = path
        self.options = options
        handle = try check(path) { rocksdb_open(options.options, path, $0) }
        lock = .allocate(capacity: 1)
        pthread_rwlock_init(lock, nil)
    }

    deinit {
        close()
        pthread_rwlock_destroy(lock)
        lock.deallocate()
    }

    /// Runs calls on the open database; many threads at once.
    func use<Value>(
        _ body: (OpaquePointer) throws(StorageError) -> Value
    ) throws(StorageError) -> Value {
        pthread_rwlock_rdlock(lock)
        defer { pthread_rwlock_unlock(lock) }
        guard let handle else { throw .closed }
        return try body(handle)
    }

    /// Waits for running calls, releases the snapshots and closes.
    func close() {
        pthread_rwlock_wrlock(lock)
        defer { pthread_rwlock_unlock(lock) }
        guard let handle else { return }
        snapshots.withLock { snapshots in
            for pinned in snapshots.values { Self.release(pinned, handle) }
            snapshots = [:]
        }
        rocksdb_close(handle)
        self.handle = nil
    }

    // MARK: Snapshots

    /// Takes a snapshot and returns its number.
    func takeSnapshot() throws(StorageError) -> Int {
        try use { handle in
            let snapshot = rocksdb_create_snapshot(handle)
            let read = rocksdb_readoptions_create()
            rocksdb_readoptions_set_verify_checksums(read, 1)
            rocksdb_readoptions_set_snapshot(read, snapshot)
            let pinned = Pinned(snapshot: snapshot, read: read)
            return snapshots.withLock { snapshots in
                let number = (snapshots.keys.max() ?? 0) + 1
                snapshots[number] = pinned
                return number
            }
        }
    }

    /// Gives a snapshot back; nothing happens after closing.
    func releaseSnapshot(_ number: Int) {
        pthread_rwlock_rdlock(lock)
        defer { pthread_rwlock_unlock(lock) }
        guard let handle, let pinned = snapshots.withLock({ $0.removeValue(forKey: number) })
        else { return }
        Self.release(pinned, handle)
    }

    private static func release(_ pinned: Pinned, _ handle: OpaquePointer) {
        rocksdb_readoptions_destroy(pinned.read)
        rocksdb_release_snapshot(handle, pinned.snapshot)
    }

    // MARK: Reading, from a snapshot or from the present

    private func snapshot(_ number: Int?) throws(StorageError) -> Pinned? {
        guard let number else { return nil }
        guard let pinned = snapshots.withLock({ $0[number] }) else { throw .closed }
        return pinned
    }

    func value(for key: [UInt8], in number: Int?) throws(StorageError) -> [UInt8]? {
        try use { (handle) throws(StorageError) in
            let read = try snapshot(number)?.read ?? options.read
            let slice = try check(path) { error in
                key.withCharacters { rocksdb_get_pinned(handle, read, $0, key.count, error) }
            }
            guard let slice else { return nil }
            defer { rocksdb_pinnableslice_destroy(slice) }
            var count = 0
            return bytes(rocksdb_pinnableslice_value(slice, &count), count)
        }
    }

    func scan(
        prefix: [UInt8], after: [UInt8]?, limit: Int, in number: Int?
    ) throws(StorageError) -> [KeyValue] {
        precondition(limit > 0)
        return try use { (handle) throws(StorageError) in
            // Own options: they point at the bound, which lives as long as the iterator.
            let read = rocksdb_readoptions_create()
            defer { rocksdb_readoptions_destroy(read) }
            rocksdb_readoptions_set_verify_checksums(read, 1)
            if let pinned = try snapshot(number) {
                rocksdb_readoptions_set_snapshot(read, pinned.snapshot)
            }
            let bound = ByteOrder.upperBound(ofPrefix: prefix)
            return try (bound ?? []).withTypedCharacters { (start) throws(StorageError) in
                if let bound {
                    rocksdb_readoptions_set_iterate_upper_bound(read, start, bound.count)
                }
                return try collect(handle, read, prefix, after, limit)
            }
        }
    }

    private func collect(
        _ handle: OpaquePointer, _ read: OpaquePointer?, _ prefix: [UInt8], _ after: [UInt8]?,
        _ limit: Int
    ) throws(StorageError) -> [KeyValue] {
        let iterator = rocksdb_create_iterator(handle, read)
        defer { rocksdb_iter_destroy(iterator) }
        var start = prefix
        if let after, !ByteOrder.precedes(after, prefix) {
            // The first key that is larger.
            start = after + [0]
        }
        start.withCharacters { rocksdb_iter_seek(iterator, $0, start.count) }
        var entries: [KeyValue] = []
        while entries.count < limit, rocksdb_iter_valid(iterator) != 0 {
            var (keyCount, valueCount) = (0, 0)
            let key = bytes(rocksdb_iter_key(iterator, &keyCount), keyCount)
            let value = bytes(rocksdb_iter_value(iterator, &valueCount), valueCount)
            entries.append((key, value))
            rocksdb_iter_next(iterator)
        }
        try check(path) { rocksdb_iter_get_error(iterator, $0) }
        return entries
    }

    private func bytes(_ start: UnsafePointer<CChar>?, _ count: Int) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: start, count: count))
    }
}

extension [UInt8] {
    /// The bytes as RocksDB wants them; valid during the call.
    func withCharacters<Value>(_ body: (UnsafePointer<CChar>?) -> Value) -> Value {
        withTypedCharacters(body)
    }

    /// As `withCharacters`, for a body that throws.
    func withTypedCharacters<Value, Failure: Error>(
        _ body: (UnsafePointer<CChar>?) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try withUnsafeBufferPointer { (buffer) throws(Failure) in
            try body(UnsafeRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self))
        }
    }
}
