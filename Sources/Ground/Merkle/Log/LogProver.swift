package import Base
package import Cryptography

/// Where a prover finds the hashes of complete subtrees.
package protocol LogNodeReader {
    /// What reading can fail with; `Never` for memory.
    associatedtype Failure: Error

    /// The root of leaves `index << level ..< (index + 1) << level`; nil when it is not held.
    func node(level: Int, index: UInt64) throws(Failure) -> Hash256?
}

/// Makes the proofs of RFC 9162 for a log of any size that its nodes cover.
///
/// Each proof reads O(log size) nodes. The result is nil when the claim is out of range or the
/// reader lacks a node.
package enum LogProver {
    /// The path of leaf `index` in the log of the first `size` leaves.
    ///
    /// Source: RFC 9162 §2.1.3.1.
    package static func inclusion<Reader: LogNodeReader>(
        index: UInt64, size: UInt64, from reader: Reader, _ suite: HashSuite
    ) throws(Reader.Failure) -> InclusionProof? {
        guard index < size else { return nil }
        // The siblings on the way down from the root, each a range of leaves.
        var siblings: [Range<UInt64>] = []
        var range = 0..<size
        while range.upperBound - range.lowerBound > 1 {
            let (left, right) = halves(range)
            let goesLeft = index < left.upperBound
            siblings.append(goesLeft ? right : left)
            range = goesLeft ? left : right
        }
        return try hashes(of: siblings.reversed(), from: reader, suite).map(InclusionProof.init)
    }

    /// The proof that the log of `new` leaves continues that of `old`.
    ///
    /// Source: RFC 9162 §2.1.4.1.
    package static func consistency<Reader: LogNodeReader>(
        from old: UInt64, to new: UInt64, from reader: Reader, _ suite: HashSuite
    ) throws(Reader.Failure) -> ConsistencyProof? {
        guard old <= new else { return nil }
        guard old > 0, old < new else { return ConsistencyProof(path: []) }
        var siblings: [Range<UInt64>] = []
        var range = 0..<new
        // Down to the last complete subtree that ends at the old size.
        while range.upperBound != old {
            let (left, right) = halves(range)
            let goesLeft = old <= left.upperBound
            siblings.append(goesLeft ? right : left)
            range = goesLeft ? left : right
        }
        // Known to the verifier only when it is the whole old tree.
        if range.lowerBound != 0 { siblings.append(range) }
        return try hashes(of: siblings.reversed(), from: reader, suite).map(ConsistencyProof.init)
    }

    /// The root of the first `size` leaves; nil when the reader lacks a node.
    package static func root<Reader: LogNodeReader>(
        size: UInt64, from reader: Reader, _ suite: HashSuite
    ) throws(Reader.Failure) -> Hash256? {
        guard size > 0 else { return LogHash.emptyRoot(suite) }
        return try hash(of: 0..<size, from: reader, suite)
    }

    /// The largest power of two below the count goes left.
    private static func halves(
        _ range: Range<UInt64>
    ) -> (left: Range<UInt64>, right: Range<UInt64>) {
        let count = range.upperBound - range.lowerBound
        let width = UInt64(1) << UInt64(63 - (count - 1).leadingZeroBitCount)
        let middle = range.lowerBound + width
        return (range.lowerBound..<middle, middle..<range.upperBound)
    }

    private static func hashes<Reader: LogNodeReader>(
        of ranges: [Range<UInt64>], from reader: Reader, _ suite: HashSuite
    ) throws(Reader.Failure) -> [Hash256]? {
        var result: [Hash256] = []
        result.reserveCapacity(ranges.count)
        for range in ranges {
            guard let hash = try hash(of: range, from: reader, suite) else { return nil }
            result.append(hash)
        }
        return result
    }

    /// The hash over a range that begins where a subtree of its width begins.
    private static func hash<Reader: LogNodeReader>(
        of range: Range<UInt64>, from reader: Reader, _ suite: HashSuite
    ) throws(Reader.Failure) -> Hash256? {
        var end = range.upperBound
        var root: Hash256?
        // Complete subtrees from the smallest, at the right, to the largest.
        while end > range.lowerBound {
            let level = UInt64((end - range.lowerBound).trailingZeroBitCount)
            end -= 1 << level
            guard let node = try reader.node(level: Int(level), index: end >> level) else {
                return nil
            }
            if let right = root {
                root = LogHash.node(node, right, suite)
            } else {
                root = node
            }
        }
        return root
    }
}
