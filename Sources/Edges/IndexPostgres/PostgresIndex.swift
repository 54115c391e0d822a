import Base
package import Cryptography
package import FHIRSearch
package import IndexSQL

/// How an index in a PostgreSQL database is opened.
package struct PostgresSettings: Sendable {
    /// How to connect, as libpq reads it: `host=… dbname=… user=… sslmode=verify-full`.
    package let conninfo: String
    /// A key of 32 bytes for the bodies.
    let key: SecretBytes
    /// The schema that the tables are in, which is made when it is not there.
    package var schema = "kanglian"
    /// Connections for reading, beside the one that writes.
    package var readerCount = 4

    package init(conninfo: String, key: SecretBytes) {
        (self.conninfo, self.key) = (conninfo, key)
    }

    /// Names become part of statements, so they are lower-case letters, digits and `_`.
    var hasValidSchema: Bool {
        (1...40).contains(schema.utf8.count) && !(0x30...0x39).contains(schema.utf8.first ?? 0x30)
            && schema.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
            }
    }
}

/// The index in a PostgreSQL database, which is somebody else's machine: bodies and notes are
/// sealed.
///
/// Terms, names, times and scopes are plain there, as the database has to compare them. Writes are
/// durable when they return. Any number of threads and processes may use it.
package final class PostgresIndex: SQLBackedIndex {
    package let index: SQLIndex

    /// Connects, and makes the tables where there are none.
    ///
    /// - Throws: `wrongKey` when the database was made with another key.
    package init(_ settings: PostgresSettings) throws(IndexError) {
        let (key, random) = (settings.key, SystemRandom())
        let codec = BodyCodec(
            seal: { bytes, place in
                try? Sealing.seal(bytes, key: key, random: random, authenticating: place)
            },
            open: { bytes, place in try? Sealing.open(bytes, key: key, authenticating: place) })
        index = SQLIndex(try PostgresEngine(settings), codec: codec)
        try checkKey()
    }

    private static let checkNote = "\u{0}key"
    private static let checkText = Array("Kanglian index".utf8)

    /// A sealed note of our own shows whether the key is the one that all is sealed with.
    private func checkKey() throws(IndexError) {
        let known: [UInt8]?
        do throws(IndexError) { known = try index.note(Self.checkNote) } catch {
            guard case .corrupt = error else { throw error }
            throw .wrongKey
        }
        guard let known else {
            return try index.write([.note(key: Self.checkNote, value: Self.checkText)])
        }
        guard known == Self.checkText else { throw .wrongKey }
    }

    /// All notes but the one that checks the key.
    package func notes(
        startingWith prefix: String, after: String?, limit: Int
    ) throws(IndexError) -> [(key: String, value: [UInt8])] {
        try index.notes(
            startingWith: prefix, after: max(after ?? Self.checkNote, Self.checkNote), limit: limit)
    }
}
