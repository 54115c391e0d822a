package import Base
package import Cryptography
package import Encoding

/// The sibling hashes that lead from one leaf to the root of a log.
///
/// A proof says nothing of its leaf, index or size: those come from the claim that is checked, and
/// the path must have exactly the length that they demand.
///
/// Encoding: `[sibling …]`, from the leaf upwards, at most 64.
package struct InclusionProof: Hashable, Sendable, CBORCodable {
    /// The longest path that a log of less than 2^64 leaves can need, in hashes.
    package static let pathCountMaximum = 64

    /// Sibling hashes from the leaf upwards.
    package let path: [Hash256]

    package init(path: [Hash256]) { self.path = path }

    /// The root that this path gives a leaf, or nil when index, size and path do not fit together.
    ///
    /// Source: RFC 9162 §2.1.3.2.
    package func root(
        leaf: Hash256, index: UInt64, size: UInt64, _ suite: HashSuite
    ) -> Hash256? {
        guard index < size else { return nil }
        var (position, last, node) = (index, size - 1, leaf)
        for sibling in path {
            guard last > 0 else { return nil }
            if position & 1 == 1 || position == last {
                node = LogHash.node(sibling, node, suite)
                // The last node of a level moves up alone until it has a left sibling.
                while position & 1 == 0 && position > 0 {
                    position >>= 1
                    last >>= 1
                }
            } else {
                node = LogHash.node(node, sibling, suite)
            }
            position >>= 1
            last >>= 1
        }
        return last == 0 ? node : nil
    }

    /// Whether the leaf stands at `index` in the log of `size` leaves that has this root.
    package func verify(
        leaf: Hash256, index: UInt64, size: UInt64, root expected: Hash256, _ suite: HashSuite
    ) -> Bool {
        root(leaf: leaf, index: index, size: size, suite) == expected
    }

    package func encode(to writer: inout CBORWriter) {
        writer.list(path) { $0.hash($1) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        path = try reader.list(atMost: Self.pathCountMaximum) { (item) throws(CBORError) in
            try item.hash()
        }
    }
}
