/// One key and its value.
package typealias KeyValue = (key: [UInt8], value: [UInt8])

/// A view of the state: the live store, or a snapshot that later writes do not change.
package protocol StateReader: Sendable {
    /// The value of a key; nil when there is none.
    func value(for key: [UInt8]) throws(StorageError) -> [UInt8]?

    /// The first entries whose keys start with `prefix`, in ascending byte order of keys.
    ///
    /// At most `limit`, which is at least 1. The page begins behind the key `after`, itself
    /// excluded, or at the first key of the prefix when it is nil.
    func scan(prefix: [UInt8], after: [UInt8]?, limit: Int) throws(StorageError) -> [KeyValue]
}

/// The state of a chain: an ordered map that can be rebuilt from the block log.
///
/// Writes are atomic and ordered but not synced: after a crash the store holds a prefix of the
/// batches written, at least those before the last `flush`. Callers therefore put the height
/// into every batch and replay the block log from there.
package protocol KeyValueStore: AnyObject, StateReader {
    /// Applies a batch: all of it or, after a crash, none of it.
    ///
    /// Visible to readers when it returns, durable after the next `flush`.
    func write(_ batch: WriteBatch) throws(StorageError)

    /// The state as it is now. Release the reader soon: old data stays on disk while it lives.
    func snapshot() throws(StorageError) -> any StateReader

    /// Makes every batch written so far durable.
    func flush() throws(StorageError)

    /// Ends the use of the store; later calls, also on its snapshots, throw `closed`.
    func close()
}
