/// The chain's durable log: records with consecutive indexes from zero, never changed or removed.
///
/// One writer at a time; readers may run beside it on other threads.
package protocol BlockLog: AnyObject, Sendable {
    /// How many records the log holds, which is also the index of the next one.
    var count: UInt64 { get }

    /// Adds a record and returns its index.
    ///
    /// Durable when this returns, by exactly one sync. On an error nothing was added: after
    /// `full` the same call may be retried, after `inputOutput` the log must be reopened.
    func append(_ record: [UInt8]) throws(StorageError) -> UInt64

    /// The record of an index, checked against its checksum; nil beyond the end.
    func read(_ index: UInt64) throws(StorageError) -> [UInt8]?

    /// Ends the use of the log; later calls throw `closed`.
    func close()
}
