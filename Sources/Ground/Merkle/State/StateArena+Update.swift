import Base
import Cryptography

/// Applies a sorted batch in one descent, so that every changed node is hashed once.
///
/// The batch is split at each node by the next bit; an untouched half costs nothing. A batch that
/// changes nothing returns the very link it was given, and nothing is copied.
extension StateArena {
    /// The subtree after the changes, with its hash as seen from depth `top`.
    ///
    /// All changes are sorted, distinct, and share their first `top` bits with the subtree.
    /// `known` is the depth for which the hash of `edge` holds; it is `top` unless the subtree is
    /// being pushed down.
    mutating func update(
        _ edge: StateEdge, at top: Int, known: Int, with changes: UnsafeBufferPointer<StateChange>
    ) -> StateEdge {
        if edge.isEmpty { return insert(changes, at: top) }
        guard let first = changes.first, let last = changes.last else {
            return settled(edge, at: top, known: known)
        }
        let depth = edge.link.isLeaf ? StateHash.keyBitCount : depth(edge.link)
        if edge.link.isLeaf || depth > top {
            let key = someKey(edge.link)
            let shared = min(
                key.commonPrefixLength(with: first.key), key.commonPrefixLength(with: last.key))
            if shared < depth {
                return diverge(
                    edge, of: key, at: shared, top: top, known: known, with: changes)
            }
            if edge.link.isLeaf { return replace(edge, with: first.valueHash) }
        }
        let (halves, links) = (hashes(edge.link), links(edge.link))
        let cut = changes.firstIndex(settingBit: depth)
        let left = update(
            StateEdge(link: links.left, hash: halves.left), at: depth + 1, known: depth + 1,
            with: changes.part(0..<cut))
        let right = update(
            StateEdge(link: links.right, hash: halves.right), at: depth + 1, known: depth + 1,
            with: changes.part(cut..<changes.count))
        if left.link == links.left, right.link == links.right {
            return settled(edge, at: top, known: known)
        }
        journal.left(edge.link)
        return join(left, right, depth: depth, top: top, key: first.key)
    }

    /// Two halves that part at `depth`, as seen from `top`; `key` is any key below.
    mutating func join(
        _ left: StateEdge, _ right: StateEdge, depth: Int, top: Int, key: Hash256
    ) -> StateEdge {
        if left.isEmpty || right.isEmpty {
            let rest = left.isEmpty ? right : left
            // A subtree that holds one leaf, or nothing, is the same at every depth.
            if rest.isEmpty || rest.link.isLeaf { return rest }
            let hash = StateHash.node(left.hash, right.hash, suite)
            let lifted = StateHash.lift(hash, from: depth, to: top, key: key, suite)
            return StateEdge(link: rest.link, hash: lifted)
        }
        let link = makeNode(left, right, depth: depth)
        let hash = StateHash.node(left.hash, right.hash, suite)
        let lifted = StateHash.lift(hash, from: depth, to: top, key: key, suite)
        return StateEdge(link: link, hash: lifted)
    }

    mutating func makeLeafEdge(key: Hash256, valueHash: Hash256) -> StateEdge {
        let link = makeLeaf(StateLeaf(key: key, valueHash: valueHash))
        return StateEdge(link: link, hash: StateHash.leaf(key: key, valueHash: valueHash, suite))
    }

    /// The insertions of a batch where nothing was.
    private mutating func insert(
        _ changes: UnsafeBufferPointer<StateChange>, at top: Int
    ) -> StateEdge {
        guard let first = changes.first, let last = changes.last else { return .empty }
        if changes.count == 1 {
            guard let valueHash = first.valueHash else { return .empty }
            journal.countChange += 1
            return makeLeafEdge(key: first.key, valueHash: valueHash)
        }
        let depth = first.key.commonPrefixLength(with: last.key)
        let cut = changes.firstIndex(settingBit: depth)
        let left = insert(changes.part(0..<cut), at: depth + 1)
        let right = insert(changes.part(cut..<changes.count), at: depth + 1)
        return join(left, right, depth: depth, top: top, key: first.key)
    }

    /// Some changes leave the subtree's prefix at bit `depth`, where nothing was parted before.
    private mutating func diverge(
        _ edge: StateEdge, of key: Hash256, at depth: Int, top: Int, known: Int,
        with changes: UnsafeBufferPointer<StateChange>
    ) -> StateEdge {
        let cut = changes.firstIndex(settingBit: depth)
        let (lower, upper) = (changes.part(0..<cut), changes.part(cut..<changes.count))
        let isUpper = key.bit(depth)
        let beside = insert(isUpper ? lower : upper, at: depth + 1)
        let along = isUpper ? upper : lower
        // Only deletions of absent keys went beside: nothing parts here after all.
        if beside.isEmpty { return update(edge, at: top, known: known, with: along) }
        let own = update(edge, at: depth + 1, known: known, with: along)
        return isUpper
            ? join(beside, own, depth: depth, top: top, key: key)
            : join(own, beside, depth: depth, top: top, key: key)
    }

    private mutating func replace(_ edge: StateEdge, with valueHash: Hash256?) -> StateEdge {
        let old = leaf(edge.link)
        if valueHash == old.valueHash { return edge }
        journal.left(edge.link)
        guard let valueHash else {
            journal.countChange -= 1
            return .empty
        }
        return makeLeafEdge(key: old.key, valueHash: valueHash)
    }

    /// An unchanged subtree as seen from `top`.
    private func settled(_ edge: StateEdge, at top: Int, known: Int) -> StateEdge {
        if top == known || edge.link.isLeaf { return edge }
        return StateEdge(link: edge.link, hash: hash(edge.link, at: top))
    }
}

extension UnsafeBufferPointer<StateChange> {
    /// Where the keys that set a bit begin, among sorted keys that share the bits before it.
    fileprivate func firstIndex(settingBit bit: Int) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].key.bit(bit) { high = middle } else { low = middle + 1 }
        }
        return low
    }

    fileprivate func part(_ range: Range<Int>) -> Self { Self(rebasing: self[range]) }
}
