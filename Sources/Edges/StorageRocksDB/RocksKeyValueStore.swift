import CRocksDB
package import Storage

/// The state of a chain in RocksDB.
///
/// Without a write-ahead log: the block log is one. A batch is atomic, since RocksDB never splits
/// one over two of its write buffers, and buffers reach the disk in order.
package final class RocksKeyValueStore: KeyValueStore {
    private let database: RocksDatabase

    /// Opens the store in a folder of its own, or creates it; `locked` if a process has it open.
    package init(path: String, _ settings: RocksSettings = RocksSettings()) throws(StorageError) {
        database = try RocksDatabase(path: path, settings)
    }

    package func value(for key: [UInt8]) throws(StorageError) -> [UInt8]? {
        try database.value(for: key, in: nil)
    }

    package func scan(
        prefix: [UInt8], after: [UInt8]?, limit: Int
    ) throws(StorageError) -> [KeyValue] {
        try database.scan(prefix: prefix, after: after, limit: limit, in: nil)
    }

    package func write(_ batch: WriteBatch) throws(StorageError) {
        let changes = rocksdb_writebatch_create()
        defer { rocksdb_writebatch_destroy(changes) }
        for operation in batch.operations {
            switch operation {
            case .put(let key, let value):
                key.withCharacters { keyStart in
                    value.withCharacters { valueStart in
                        rocksdb_writebatch_put(
                            changes, keyStart, key.count, valueStart, value.count)
                    }
                }
            case .delete(let key):
                key.withCharacters { rocksdb_writebatch_delete(changes, $0, key.count) }
            }
        }
        try database.use { (handle) throws(StorageError) in
            try check(database.path) {
                rocksdb_write(handle, database.options.write, changes, $0)
            }
        }
    }

    package func snapshot() throws(StorageError) -> any StateReader {
        RocksSnapshot(database, try database.takeSnapshot())
    }

    package func flush() throws(StorageError) {
        try database.use { (handle) throws(StorageError) in
            try check(database.path) { rocksdb_flush(handle, database.options.flush, $0) }
        }
    }

    /// Closes after the running calls; RocksDB writes its buffers out first if it can.
    ///
    /// To know that they are durable, `flush` before.
    package func close() { database.close() }

    /// Copies the present state into a new folder that can be opened as a store: a backup.
    ///
    /// Durable when it returns. Tables are hard links, so that it is quick and takes little room on
    /// the same file system. The folder must not exist, its parent must.
    package func checkpoint(to folder: String) throws(StorageError) {
        try database.use { (handle) throws(StorageError) in
            let checkpoint = try check(folder) { rocksdb_checkpoint_object_create(handle, $0) }
            defer { rocksdb_checkpoint_object_destroy(checkpoint) }
            try check(folder) { rocksdb_checkpoint_create(checkpoint, folder, 0, $0) }
        }
    }

    /// Bytes of the tables on disk; 0 after closing.
    package var tableByteCount: UInt64 {
        let text = try? database.use { handle -> String? in
            guard let value = rocksdb_property_value(handle, "rocksdb.total-sst-files-size")
            else { return nil }
            defer { rocksdb_free(value) }
            return String(cString: value)
        }
        return text.flatMap { UInt64($0) } ?? 0
    }
}

private final class RocksSnapshot: StateReader {
    private let database: RocksDatabase
    private let number: Int

    init(_ database: RocksDatabase, _ number: Int) {
        (self.database, self.number) = (database, number)
    }

    deinit { database.releaseSnapshot(number) }

    func value(for key: [UInt8]) throws(StorageError) -> [UInt8]? {
        try database.value(for: key, in: number)
    }

    func scan(prefix: [UInt8], after: [UInt8]?, limit: Int) throws(StorageError) -> [KeyValue] {
        try database.scan(prefix: prefix, after: after, limit: limit, in: number)
    }
}
