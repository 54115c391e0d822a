package import Base
package import Cryptography

/// The hashes of the log tree, exactly those of certificate transparency.
///
/// The first byte separates the domains of everything this room hashes, so that no leaf can be
/// passed off as a node, and no node of one tree as a node of the other:
///
/// | Byte | Hashed | Where |
/// |---|---|---|
/// | `00` | one log entry | ``LogHash/leaf(_:_:)`` |
/// | `01` | two log nodes | ``LogHash/node(_:_:_:)`` |
/// | `02` | key and value hash of the state | ``StateHash/leaf(key:valueHash:_:)`` |
/// | `03` | two state nodes | ``StateHash/node(_:_:_:)`` |
///
/// Source: RFC 9162 §2.1.1.
package enum LogHash {
    /// H(00 ‖ entry), the hash that stands for one entry.
    package static func leaf(_ entry: [UInt8], _ suite: HashSuite) -> Hash256 {
        suite.hash(prefix: 0x00, entry)
    }

    /// H(01 ‖ left ‖ right), the hash over two neighbouring subtrees.
    @inline(__always)
    package static func node(_ left: Hash256, _ right: Hash256, _ suite: HashSuite) -> Hash256 {
        suite.hash(prefix: 0x01, left, right)
    }

    /// H(), the root of a log that holds nothing.
    package static func emptyRoot(_ suite: HashSuite) -> Hash256 { suite.hash([]) }
}
