package import Base
package import Cryptography
package import Encoding

/// The hashes that show an older log to be the beginning of a newer one.
///
/// Encoding: `[hash …]`, at most 65.
package struct ConsistencyProof: Hashable, Sendable, CBORCodable {
    /// The longest path that logs of less than 2^64 leaves can need, in hashes.
    package static let pathCountMaximum = 65

    /// The hashes in the order of RFC 9162 §2.1.4.1.
    package let path: [Hash256]

    package init(path: [Hash256]) { self.path = path }

    /// Whether the log of `oldSize` leaves is a prefix of the log of `newSize` leaves.
    ///
    /// Equal sizes need equal roots and an empty path. The empty log is a prefix of every log: it
    /// needs the empty root and an empty path.
    ///
    /// Source: RFC 9162 §2.1.4.2.
    package func verify(
        from oldRoot: Hash256, _ oldSize: UInt64, to newRoot: Hash256, _ newSize: UInt64,
        _ suite: HashSuite
    ) -> Bool {
        guard oldSize <= newSize else { return false }
        if oldSize == newSize {
            guard oldSize > 0 || oldRoot == LogHash.emptyRoot(suite) else { return false }
            return path.isEmpty && oldRoot == newRoot
        }
        if oldSize == 0 { return path.isEmpty && oldRoot == LogHash.emptyRoot(suite) }
        guard let roots = roots(from: oldRoot, oldSize, newSize, suite) else { return false }
        return roots.old == oldRoot && roots.new == newRoot
    }

    /// Both roots that the path gives, for 0 < oldSize < newSize; nil when its length is wrong.
    private func roots(
        from oldRoot: Hash256, _ oldSize: UInt64, _ newSize: UInt64, _ suite: HashSuite
    ) -> (old: Hash256, new: Hash256)? {
        var hashes = path[...]
        // A size that is a power of two is a node of the newer tree, and its root is known.
        let seed = oldSize.nonzeroBitCount == 1 ? oldRoot : hashes.popFirst()
        guard let seed, !hashes.isEmpty || oldSize.nonzeroBitCount != 1 else { return nil }
        let shift = UInt64((oldSize - 1).trailingOneBitCount)
        var (position, last) = ((oldSize - 1) >> shift, (newSize - 1) >> shift)
        var (old, new) = (seed, seed)
        for hash in hashes {
            guard last > 0 else { return nil }
            if position & 1 == 1 || position == last {
                old = LogHash.node(hash, old, suite)
                new = LogHash.node(hash, new, suite)
                while position & 1 == 0 && position > 0 {
                    position >>= 1
                    last >>= 1
                }
            } else {
                new = LogHash.node(new, hash, suite)
            }
            position >>= 1
            last >>= 1
        }
        return last == 0 ? (old, new) : nil
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

extension UInt64 {
    fileprivate var trailingOneBitCount: Int { (~self).trailingZeroBitCount }
}
