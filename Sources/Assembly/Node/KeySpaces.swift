import Base
import Ledger

/// How a node divides its key-value store: one leading byte for each kind of row.
///
/// | byte | key | value |
/// |---|---|---|
/// | 1 | state key | state value |
/// | 2 | transaction id | height (8 bytes), place in the block (4 bytes), big-endian |
/// | 3 | tile level, tile index (8 bytes) | up to 256 digests of the log tree |
/// | 4 | a name | the node's own marks, such as the head |
enum KeySpaces {
    static let statePrefix: UInt8 = 1
    static let transactionPrefix: UInt8 = 2

    static let headKey: [UInt8] = [4] + Array("head".utf8)
    static let erasureKey: [UInt8] = [4] + Array("erased-through".utf8)
    /// The height up to which blocks may lack entries; written before the first one is dropped.
    static let pruningKey: [UInt8] = [4] + Array("pruning-through".utf8)
    /// The digest of the retention policy that the next marks are of.
    static let policyKey: [UInt8] = [4] + Array("retention-policy".utf8)
    /// The index of the first block that was not searched for entries of a retention class.
    static func prunedKey(_ name: String) -> [UInt8] {
        prunedPrefix + Array(name.utf8)
    }
    static let prunedPrefix: [UInt8] = [4] + Array("pruned/".utf8)

    static func state(_ key: [UInt8]) -> [UInt8] { [statePrefix] + key }

    static func transaction(_ id: TransactionID) -> [UInt8] { [transactionPrefix] + id.hash.bytes }

    static func tile(level: UInt8, index: UInt64) -> [UInt8] { [3, level] + bigEndian(index) }

    static func bigEndian(_ value: UInt64) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    /// A number that ``bigEndian(_:)`` wrote; 0 for none.
    static func number(_ bytes: [UInt8]?) -> UInt64 {
        (bytes ?? []).reduce(0) { $0 << 8 | UInt64($1) }
    }
}

/// Where a transaction stands on the chain.
package struct TransactionPlace: Hashable, Sendable {
    package let height: UInt64
    /// Its place in the block, from 0.
    package let index: UInt32

    package init(height: UInt64, index: UInt32) { (self.height, self.index) = (height, index) }

    var encoded: [UInt8] {
        KeySpaces.bigEndian(height) + withUnsafeBytes(of: index.bigEndian) { Array($0) }
    }

    init?(_ bytes: [UInt8]) {
        guard bytes.count == 12 else { return nil }
        height = bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
        index = bytes[8..<12].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
