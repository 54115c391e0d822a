package import Base
package import FHIRSearch
package import IndexSQL

/// How an index in an encrypted file is opened.
package struct SQLiteSettings: Sendable {
    /// The path of the file; beside it stand `-wal` and `-shm`.
    package let path: String
    /// 256 bits, which the caller keeps safe.
    let key: RawKey
    /// Memory for pages, over all connections.
    package var cacheByteCount = 640 << 20
    /// How many may read at the same time: each has a cache of its own.
    package var readerCount = 3
    let pageByteCount = 4096

    package init(path: String, key: Hash256) {
        (self.path, self.key) = (path, RawKey(hex: key.description))
    }

    /// A key as SQLCipher takes it; no description shows it.
    struct RawKey: Sendable, CustomStringConvertible {
        let hex: String
        var description: String { "(key)" }
    }
}

/// The index in one file, encrypted page by page (AES-256 with HMAC, by SQLCipher).
///
/// Writes are durable when they return. Any number of threads may use it; one process.
package final class SQLiteIndex: SQLBackedIndex {
    package let index: SQLIndex

    /// Opens the file or makes it; `wrongKey` when the key is not the file's.
    package init(_ settings: SQLiteSettings) throws(IndexError) {
        index = SQLIndex(try SQLiteEngine(settings), codec: .plain)
    }
}
