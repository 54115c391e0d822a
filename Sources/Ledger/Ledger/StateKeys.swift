package import Base
package import Cryptography

/// How contract tables become keys and values of the state tree.
///
/// A key is the table's name, a zero byte and the row's key; the tree stores only digests.
package enum StateKeys {
    private static let keyPrefix: UInt8 = 0x04
    private static let valuePrefix: UInt8 = 0x05

    /// The tree's key for a state key.
    package static func treeKey(_ key: [UInt8], _ suite: HashSuite) -> Hash256 {
        suite.hash(prefix: keyPrefix, key)
    }

    /// The tree's value for a state value.
    package static func valueHash(_ value: [UInt8], _ suite: HashSuite) -> Hash256 {
        suite.hash(prefix: valuePrefix, value)
    }

    /// The first bytes of every key of a table.
    package static func prefix(table: String) -> [UInt8] { Array(table.utf8) + [0] }
}
