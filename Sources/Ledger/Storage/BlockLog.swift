/// The chain's durable log: records with consecutive indexes, which may only become shorter.
///
/// One writer at a time; readers may run beside it on other threads.
package protocol BlockLog: AnyObject, Sendable {
    /// The index of the first record: 0, or more for a log that began from a snapshot.
    var first: UInt64 { get }

    /// The index of the next record: how many there are, those before `first` included.
    var count: UInt64 { get }

    /// Adds a record and returns its index.
    ///
    /// Durable when this returns, by exactly one sync. On an error nothing was added: after
    /// `full` the same call may be retried, after `inputOutput` the log must be reopened.
    func append(_ record: [UInt8]) throws(StorageError) -> UInt64

    /// The record of an index, checked against its checksum; nil beyond the end, `absent` before
    /// `first`.
    func read(_ index: UInt64) throws(StorageError) -> [UInt8]?

    /// Replaces records by shorter forms of themselves, to free space.
    ///
    /// `shorter` returns nil for a record that stays as it is. A log in files works on whole
    /// segments and stops before the first one that the range does not cover, or that is being
    /// written. After a crash each record is the old or the new one. One caller at a time.
    func shorten(
        _ range: Range<UInt64>,
        _ shorter: (_ index: UInt64, _ record: [UInt8]) throws(StorageError) -> [UInt8]?
    ) throws(StorageError) -> Shortening

    /// Ends the use of the log; later calls throw `closed`.
    func close()
}

/// What became of a wish to shorten records.
package struct Shortening: Hashable, Sendable {
    /// The first index of the range that was not looked at; the next call goes on from here.
    package let end: UInt64
    /// Bytes that the log takes less.
    package let freedByteCount: UInt64

    package init(end: UInt64, freedByteCount: UInt64) {
        (self.end, self.freedByteCount) = (end, freedByteCount)
    }
}
