package import Base
package import Cryptography
package import Encoding

/// The least that must be remembered of a log to append to it and to know its root.
///
/// It holds one hash for each set bit of the size: the roots of the complete subtrees, from the
/// largest to the smallest. Appending costs one node hash on average and allocates nothing.
///
/// Encoding: `[suite, size, [node …]]`, with exactly as many nodes as the size has set bits.
package struct CompactRange: Hashable, Sendable, CBORCodable {
    /// The largest size that an encoding may claim, in leaves.
    package static let decodableSizeMaximum: UInt64 = 1 << 56

    /// The hash function of the log.
    package let suite: HashSuite

    /// Leaves appended so far.
    package private(set) var size: UInt64

    /// Roots of the complete subtrees, the largest (leftmost) first.
    package private(set) var nodes: [Hash256]

    /// A log that holds nothing.
    package init(suite: HashSuite) {
        (self.suite, size, nodes) = (suite, 0, [])
        nodes.reserveCapacity(UInt64.bitWidth)
    }

    /// A log of which the complete subtrees are known; nil unless there is one for each set bit.
    package init?(suite: HashSuite, size: UInt64, nodes: [Hash256]) {
        guard nodes.count == size.nonzeroBitCount else { return nil }
        guard size <= Self.decodableSizeMaximum else { return nil }
        (self.suite, self.size, self.nodes) = (suite, size, nodes)
    }

    /// Appends one leaf hash.
    package mutating func append(_ leaf: Hash256) {
        append(leaf) { _, _ in }
    }

    /// Appends one leaf hash and tells each subtree that it completes, from the leaf upwards.
    @inline(__always)
    mutating func append(_ leaf: Hash256, completed: (_ level: Int, _ node: Hash256) -> Void) {
        precondition(size < UInt64.max, "a log holds less than 2^64 leaves")
        var node = leaf
        var level = 0
        completed(level, node)
        while size >> UInt64(level) & 1 == 1 {
            node = LogHash.node(nodes.removeLast(), node, suite)
            level += 1
            completed(level, node)
        }
        nodes.append(node)
        size += 1
    }

    /// The root over all leaves.
    ///
    /// Source: RFC 9162 §2.1.1.
    package var root: Hash256 {
        guard var root = nodes.last else { return LogHash.emptyRoot(suite) }
        for node in nodes.dropLast().reversed() { root = LogHash.node(node, root, suite) }
        return root
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(3)
        writer.unsigned(UInt64(suite.rawValue))
        writer.unsigned(size)
        writer.list(nodes) { $0.hash($1) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        let start = reader.offset
        try reader.structure(3, "compact range")
        let number = try reader.unsigned(atMost: UInt64(UInt8.max), field: "hash suite")
        let size = try reader.unsigned(atMost: Self.decodableSizeMaximum, field: "log size")
        let nodes = try reader.list(atMost: UInt64.bitWidth) { (item) throws(CBORError) in
            try item.hash()
        }
        guard let suite = HashSuite(rawValue: UInt8(number)) else {
            throw .outOfRange(offset: start, field: "hash suite")
        }
        guard let range = CompactRange(suite: suite, size: size, nodes: nodes) else {
            throw .outOfRange(offset: start, field: "compact range")
        }
        self = range
    }
}
