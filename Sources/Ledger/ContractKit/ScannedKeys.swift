package import Base
package import Ledger
package import Storage

// How queries read parts of scanned keys back.

extension Hash256 {
    /// Reads the 32 bytes of a key part.
    package init(tableKey: some Collection<UInt8>) throws(StorageError) {
        guard let hash = Hash256(tableKey) else { throw .corrupt("a key of 32 bytes") }
        self = hash
    }
}

extension AccountID {
    /// Reads the 32 bytes of a key part.
    package init(tableKey: some Collection<UInt8>) throws(StorageError) {
        self.init(try Hash256(tableKey: tableKey))
    }
}

extension UInt64 {
    /// Reads the 8 bytes of a key part.
    package init(tableKey: some Collection<UInt8>) throws(StorageError) {
        guard tableKey.count == 8 else { throw .corrupt("a key of 8 bytes") }
        self = tableKey.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
