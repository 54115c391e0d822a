/// A record of a journal and its position.
package struct JournalRecord: Hashable, Sendable {
    /// Consecutive from zero over the journal's life, also across truncation.
    package let position: UInt64

    package let bytes: [UInt8]

    package init(position: UInt64, bytes: [UInt8]) {
        self.position = position
        self.bytes = bytes
    }
}

/// Small records that must survive a crash until the chain holds them: the audit of reads.
///
/// Appends from several threads share one sync.
package protocol Journal: AnyObject, Sendable {
    /// The position that the next record will have.
    var end: UInt64 { get }

    /// Adds records together and returns the position of the last one.
    ///
    /// Durable when this returns; after a crash before that, all of them are there or none. No
    /// records is a mistake of the caller. Errors as for `BlockLog.append`.
    func append(_ records: [[UInt8]]) throws(StorageError) -> UInt64

    /// Every record that was not truncated, in order.
    func readAll() throws(StorageError) -> [JournalRecord]

    /// Forgets the records up to and including `position`, durably; no error if already forgotten.
    ///
    /// A position at or beyond `end` is a mistake of the caller.
    func truncate(through position: UInt64) throws(StorageError)

    /// Ends the use of the journal; later calls throw `closed`.
    func close()
}
