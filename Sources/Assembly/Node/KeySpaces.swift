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

    static let headKey: [UInt8] = [4] + Array("head".utf8)
    static let erasureKey: [UInt8] = [4] + Array("erased-through".utf8)

    static func state(_ key: [UInt8]) -> [UInt8] { [statePrefix] + key }

    static func transaction(_ id: TransactionID) -> [UInt8] { [2] + id.hash.bytes }

    static func tile(level: UInt8, index: UInt64) -> [UInt8] { [3, level] + bigEndian(index) }

    static func bigEndian(_ value: UInt64) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
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
