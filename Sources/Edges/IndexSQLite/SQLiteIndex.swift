package import Base
package import FHIRSearch
import IndexSQL

/// How an index in an encrypted file is opened.
package struct SQLiteSettings: Sendable {
    /// The path of the file; beside it stand `-wal` and `-shm`.
    package let path: String
    /// 256 bits, which the caller keeps safe.
    let key: RawKey
    /// Memory for pages, over all connections.
    package var cacheByteCount = 192 << 20
    /// How many may read at the same time.
    package var readerCount = 4
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
package final class SQLiteIndex: ResourceIndex {
    private let index: SQLIndex

    /// Opens the file or makes it; `wrongKey` when the key is not the file's.
    package init(_ settings: SQLiteSettings) throws(IndexError) {
        index = SQLIndex(try SQLiteEngine(settings), codec: .plain)
    }

    package func write(_ changes: [IndexChange]) throws(IndexError) { try index.write(changes) }

    package func current(_ name: ResourceName) throws(IndexError) -> StoredVersion? {
        try index.current(name)
    }

    package func version(
        _ name: ResourceName, _ number: UInt64
    ) throws(IndexError) -> StoredVersion? {
        try index.version(name, number)
    }

    package func history(_ request: HistoryRequest) throws(IndexError) -> HistoryPage {
        try index.history(request)
    }

    package func versions(
        of type: String, after position: UInt64, limit: Int
    ) throws(IndexError) -> [(position: UInt64, version: StoredVersion)] {
        try index.versions(of: type, after: position, limit: limit)
    }

    package func lastPosition() throws(IndexError) -> UInt64 { try index.lastPosition() }

    package func search(_ request: SearchRequest) throws(IndexError) -> SearchPage {
        try index.search(request)
    }

    package func scopes(startingWith prefix: [UInt8]) throws(IndexError) -> [NumberedScope] {
        try index.scopes(startingWith: prefix)
    }

    package func note(_ key: String) throws(IndexError) -> [UInt8]? { try index.note(key) }

    package func notes(
        startingWith prefix: String, after: String?, limit: Int
    ) throws(IndexError) -> [(key: String, value: [UInt8])] {
        try index.notes(startingWith: prefix, after: after, limit: limit)
    }
}
