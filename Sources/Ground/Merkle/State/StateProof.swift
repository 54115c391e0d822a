package import Base
package import Cryptography

/// Shows that a key has a value in a state tree, or that it has none.
package struct StateProof: Hashable, Sendable {
    /// The sibling subtrees on the way to the key, from the root down; zero where one is empty.
    ///
    /// At most 256, and the last is never empty: a subtree of one leaf has no way below it.
    package let path: [Hash256]

    /// What stands where the path ends.
    package let outcome: Outcome

    /// What a path leads to.
    package enum Outcome: Hashable, Sendable {
        /// The key's own leaf.
        case present
        /// An empty subtree.
        case absentEmpty
        /// The leaf of another key, the only one in its subtree.
        case absentOther(key: Hash256, valueHash: Hash256)
    }

    /// Nil unless the path is one that a state tree can have.
    package init?(path: [Hash256], outcome: Outcome) {
        guard path.count <= StateHash.keyBitCount, path.last != StateHash.empty else { return nil }
        (self.path, self.outcome) = (path, outcome)
    }

    /// A proof made from the tree itself.
    init(proven path: [Hash256], _ outcome: Outcome) {
        (self.path, self.outcome) = (path, outcome)
    }

    /// Whether this proof shows, under `root`, that the key has this value hash, or none when nil.
    package func verify(
        key: Hash256, valueHash: Hash256?, root: Hash256, _ suite: HashSuite
    ) -> Bool {
        guard let end = end(key: key, valueHash: valueHash, suite) else { return false }
        var hash = end
        for (depth, sibling) in path.enumerated().reversed() {
            hash =
                key.bit(depth)
                ? StateHash.node(sibling, hash, suite) : StateHash.node(hash, sibling, suite)
        }
        return hash == root
    }

    /// The hash of the subtree at the end of the path; nil when the outcome is not what is claimed.
    private func end(key: Hash256, valueHash: Hash256?, _ suite: HashSuite) -> Hash256? {
        switch (outcome, valueHash) {
        case (.present, let valueHash?):
            return StateHash.leaf(key: key, valueHash: valueHash, suite)
        case (.absentEmpty, nil):
            return StateHash.empty
        case (.absentOther(let other, let otherHash), nil):
            // Another key's leaf must be where this key's would be.
            guard other != key, other.commonPrefixLength(with: key) >= path.count else {
                return nil
            }
            return StateHash.leaf(key: other, valueHash: otherHash, suite)
        default:
            return nil
        }
    }
}
