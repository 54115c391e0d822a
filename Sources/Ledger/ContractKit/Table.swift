package import Base
package import Encoding
package import Ledger
package import Storage

/// A typed table over the state tree: rows are deterministic CBOR under ordered keys.
///
/// Contracts read and write through a ``CallContext``; queries read from any ``StateReader``.
package struct Table<Key: TableKey, Row: CBORCodable>: Sendable {
    /// The table's name, `module/table`.
    package let name: String
    private let prefix: [UInt8]

    package init(_ name: String) {
        self.name = name
        prefix = StateKeys.prefix(table: name)
    }

    /// The key in the state, as receipts show it.
    package func stateKey(_ key: Key) -> [UInt8] { prefix + key.tableKey }

    // MARK: In a contract

    /// The row, as the running transaction sees it.
    package func row(_ key: Key, in context: CallContext) throws(CallFailure) -> Row? {
        do throws(StorageError) {
            guard let bytes = try context.state.value(for: stateKey(key)) else { return nil }
            return try decode(bytes)
        } catch {
            throw .storage(error)
        }
    }

    /// Sets the row.
    package func put(_ key: Key, _ row: Row, in context: CallContext) {
        let bytes = row.encoded
        precondition(bytes.count <= LedgerLimits.valueByteCount, "the row of \(name) is too large")
        context.state.put(stateKey(key), bytes)
    }

    /// Removes the row, if there is one.
    package func remove(_ key: Key, in context: CallContext) {
        context.state.delete(stateKey(key))
    }

    // MARK: In a query

    /// The row in a snapshot of the state.
    package func row(_ key: Key, in state: any StateReader) throws(StorageError) -> Row? {
        try state.value(for: stateKey(key)).map { (bytes) throws(StorageError) in
            try decode(bytes)
        }
    }

    /// At most `limit` rows whose keys begin with `keyPrefix`, in ascending order of keys.
    ///
    /// The page begins behind the key `after`, or at the first key when it is nil. Here and in the
    /// result, keys come without the table's name.
    package func rows(
        startingWith keyPrefix: [UInt8] = [], after: [UInt8]? = nil, limit: Int,
        in state: any StateReader
    ) throws(StorageError) -> [(key: [UInt8], row: Row)] {
        var rows: [(key: [UInt8], row: Row)] = []
        let found = try state.scan(
            prefix: prefix + keyPrefix, after: after.map { prefix + $0 }, limit: limit)
        for (key, value) in found {
            rows.append((Array(key.dropFirst(prefix.count)), try decode(value)))
        }
        return rows
    }

    private func decode(_ bytes: [UInt8]) throws(StorageError) -> Row {
        do throws(CBORError) {
            return try Row(decoding: bytes)
        } catch {
            throw .corrupt("a row of \(name)")
        }
    }
}

/// The key of a table: bytes whose order is the order of a scan.
package protocol TableKey: Sendable {
    /// Bytes of a fixed layout, so that no key is the beginning of another by accident.
    var tableKey: [UInt8] { get }
}

extension Hash256: TableKey {
    package var tableKey: [UInt8] { bytes }
}

extension AccountID: TableKey {
    package var tableKey: [UInt8] { hash.bytes }
}

extension UInt64: TableKey {
    /// Big-endian, so that numbers sort as numbers.
    package var tableKey: [UInt8] { withUnsafeBytes(of: bigEndian) { Array($0) } }
}

/// Two key parts, the first of which a query can scan by.
package struct PairKey<First: TableKey, Second: TableKey>: TableKey {
    package let first: First
    package let second: Second

    package init(_ first: First, _ second: Second) { (self.first, self.second) = (first, second) }

    package var tableKey: [UInt8] { first.tableKey + second.tableKey }
}

/// A single byte, such as a domain's number.
extension UInt8: TableKey {
    package var tableKey: [UInt8] { [self] }
}
