import Base
package import Storage

/// The contract state inside a node's store: the same keys behind one leading byte.
package struct StateSpace: StateReader {
    private let store: any StateReader

    package init(_ store: any StateReader) { self.store = store }

    package func value(for key: [UInt8]) throws(StorageError) -> [UInt8]? {
        try store.value(for: KeySpaces.state(key))
    }

    package func scan(
        prefix: [UInt8], after: [UInt8]?, limit: Int
    ) throws(StorageError) -> [KeyValue] {
        var found: [KeyValue] = []
        let rows = try store.scan(
            prefix: KeySpaces.state(prefix), after: after.map(KeySpaces.state), limit: limit)
        for (key, value) in rows { found.append((Array(key.dropFirst()), value)) }
        return found
    }
}
