package import Base
package import Cryptography

/// The hashes of the state tree; the table of first bytes stands at ``LogHash``.
///
/// The tree is a binary trie over the 256 bits of a key, the most significant first, and its root
/// is a function of the set of (key, value hash) alone:
///
/// - a subtree that holds nothing is 32 zero bytes;
/// - a subtree that holds one leaf is that leaf, `H(02 ‖ key ‖ valueHash)`, whatever its depth;
/// - any other subtree is `H(03 ‖ left ‖ right)`, its halves parted by the next bit of the key.
package enum StateHash {
    /// Bits of a key, and so the longest path.
    package static let keyBitCount = 256

    /// The subtree that holds nothing.
    package static let empty = Hash256.zero

    /// H(02 ‖ key ‖ valueHash), a subtree of one leaf.
    @inline(__always)
    package static func leaf(
        key: Hash256, valueHash: Hash256, _ suite: HashSuite
    ) -> Hash256 {
        suite.hash(prefix: 0x02, key, valueHash)
    }

    /// H(03 ‖ left ‖ right), a subtree of two leaves or more.
    @inline(__always)
    package static func node(_ left: Hash256, _ right: Hash256, _ suite: HashSuite) -> Hash256 {
        suite.hash(prefix: 0x03, left, right)
    }

    /// Carries the hash of a subtree from depth `bottom` up to `top` past empty siblings.
    ///
    /// `key` is any key below; its bits tell the side that the subtree is on.
    static func lift(
        _ hash: Hash256, from bottom: Int, to top: Int, key: Hash256, _ suite: HashSuite
    ) -> Hash256 {
        var (hash, depth) = (hash, bottom)
        while depth > top {
            depth -= 1
            hash = key.bit(depth) ? node(empty, hash, suite) : node(hash, empty, suite)
        }
        return hash
    }
}
