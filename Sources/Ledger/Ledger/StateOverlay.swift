package import Base
package import Cryptography
import Encoding
package import Storage

/// The state as a block sees it while it executes: the base below, its own writes on top.
///
/// Each transaction is bracketed: ``rollback()`` undoes it as a whole, ``finish(_:)`` keeps it.
/// Used
/// by one thread at a time.
package final class StateOverlay {
    /// A written value, or nil for a deleted one.
    package typealias Change = (key: [UInt8], value: [UInt8]?)

    private enum Written {
        case value([UInt8])
        case deleted
    }

    private let base: any StateReader
    private var written: [ByteKey: Written] = [:]
    private var undo: [(key: ByteKey, before: Written?)] = []

    package init(base: any StateReader) { self.base = base }

    /// The value as the running transaction sees it.
    package func value(for key: [UInt8]) throws(StorageError) -> [UInt8]? {
        switch written[ByteKey(key)] {
        case .value(let value): value
        case .deleted: nil
        case nil: try base.value(for: key)
        }
    }

    /// Sets a value.
    package func put(_ key: [UInt8], _ value: [UInt8]) { write(key, .value(value)) }

    /// Deletes a value; nothing happens if there is none.
    package func delete(_ key: [UInt8]) { write(key, .deleted) }

    private func write(_ key: [UInt8], _ value: Written) {
        let key = ByteKey(key)
        let before = written.updateValue(value, forKey: key)
        undo.append((key, before))
    }

    /// Forgets everything that the running transaction wrote.
    package func rollback() {
        for (key, before) in undo.reversed() { written[key] = before }
        undo.removeAll(keepingCapacity: true)
    }

    /// Keeps what the running transaction wrote and returns its digest.
    ///
    /// The digest covers the keys in ascending order, each with the digest of its last value, or
    /// null for a deletion.
    package func finish(_ suite: HashSuite) -> Hash256 {
        var keys = undo.map(\.key.bytes)
        if keys.count > 1 {
            keys.sort(by: ByteOrder.precedes)
            var last = 0
            for index in 1..<keys.count where keys[index] != keys[last] {
                last += 1
                keys[last] = keys[index]
            }
            keys.removeSubrange((last + 1)...)
        }
        var writer = CBORWriter(reservingCapacity: 64 + keys.count * 96)
        writer.array(keys.count * 2)
        for key in keys {
            writer.byteString(key)
            switch written[ByteKey(key)] {
            case .value(let value): writer.hash(StateKeys.valueHash(value, suite))
            case .deleted, nil: writer.null()
            }
        }
        undo.removeAll(keepingCapacity: true)
        return suite.hash(Domains.writes + writer.bytes)
    }

    /// Everything written so far, in ascending order of keys.
    package var changes: [Change] {
        written.map { entry in
            switch entry.value {
            case .value(let value): (entry.key.bytes, value)
            case .deleted: (entry.key.bytes, nil)
            }
        }.sorted { ByteOrder.precedes($0.key, $1.key) }
    }
}
