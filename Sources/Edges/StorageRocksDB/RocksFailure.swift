import CRocksDB
import Storage

// What success is, function by function, and who frees (RocksDB 7.8, rocksdb/c.h):
//
// | function | success | result freed by |
// |---|---|---|
// | rocksdb_open | errptr stays NULL | rocksdb_close, after all iterators and snapshots |
// | rocksdb_write, rocksdb_flush, rocksdb_checkpoint_create | errptr stays NULL | - |
// | rocksdb_get_pinned | errptr NULL; NULL result: no such key | rocksdb_pinnableslice_destroy |
// | rocksdb_pinnableslice_value, rocksdb_iter_key, rocksdb_iter_value | always | borrowed |
// | rocksdb_create_iterator | always | rocksdb_iter_destroy |
// | rocksdb_iter_get_error | errptr stays NULL | - |
// | rocksdb_create_snapshot | always | rocksdb_release_snapshot |
// | rocksdb_checkpoint_object_create | errptr stays NULL | rocksdb_checkpoint_object_destroy |
// | rocksdb_property_value | NULL: unknown property | rocksdb_free |
// | errptr | - | rocksdb_free |

/// Runs one call that reports failure through `errptr`, and frees what it reported.
func check<Value>(
    _ path: String, _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Value
) throws(StorageError) -> Value {
    var message: UnsafeMutablePointer<CChar>?
    let value = body(&message)
    guard let message else { return value }
    defer { rocksdb_free(message) }
    throw failure(String(cString: message), path)
}

/// What RocksDB's status text means; its C interface has no codes.
func failure(_ message: String, _ path: String) -> StorageError {
    if message.hasPrefix("Corruption") { return .corrupt("\(path) (\(message))") }
    if message.contains("No space left") || message.contains("Disk quota") {
        return .full(path)
    }
    if message.contains("LOCK: Resource temporarily") || message.contains("LOCK: No locks") {
        return .locked(path)
    }
    if message.contains("Permission denied") || message.contains("Read-only file system")
        || message.contains("No such file") || message.contains("not a directory")
    {
        return .unwritable(path)
    }
    return .inputOutput("\(path) (\(message))")
}
