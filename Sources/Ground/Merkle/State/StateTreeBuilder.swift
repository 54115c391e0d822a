package import Base
package import Cryptography

/// Builds a state tree from its leaves in the order of their keys, in one pass.
///
/// It holds one subtree for each bit at which the last key parted from those before: at most 256.
package struct StateTreeBuilder: ~Copyable {
    private var arena: StateArena
    private var count = 0
    private var lastKey = Hash256.zero
    /// The subtree that ends with the last key.
    private var current = StateEdge.empty
    /// Left halves that wait for their right half, each with the depth at which they part.
    private var waiting: [(depth: Int, left: StateEdge)] = []

    package init(suite: HashSuite) {
        arena = StateArena(suite: suite)
        arena.journal.isRecording = false
    }

    /// Adds the leaf after the last one.
    ///
    /// - Throws: ``StateTreeError/keysOutOfOrder(position:)``; the builder is as before.
    package mutating func append(
        key: Hash256, valueHash: Hash256
    ) throws(StateTreeError) {
        if count > 0 {
            guard lastKey < key else { throw .keysOutOfOrder(position: count) }
            let depth = lastKey.commonPrefixLength(with: key)
            close(to: depth)
            waiting.append((depth, current))
        }
        current = arena.makeLeafEdge(key: key, valueHash: valueHash)
        lastKey = key
        count += 1
    }

    /// The tree, with one version of this number.
    package consuming func finish(version: UInt64) -> StateTree {
        close(to: -1)
        arena.journal = StateJournal()
        return StateTree(arena: arena, root: current, count: count, version: version)
    }

    /// Joins everything that parts below `depth`, as seen from the depth after it.
    private mutating func close(to depth: Int) {
        while let last = waiting.last, last.depth > depth {
            waiting.removeLast()
            let parent = max(waiting.last?.depth ?? -1, depth)
            current = arena.join(
                last.left, current, depth: last.depth, top: parent + 1, key: lastKey)
        }
    }
}
