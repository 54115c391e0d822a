package import Base

/// How a state tree contradicts its own rules: always a defect of this room.
package enum StateTreeDefect: Error, Hashable, Sendable {
    /// A node has an empty half, or a child that parts no deeper than its parent.
    case shape(slot: Int)
    /// A key stands below a node whose bits it does not have.
    case misplacedKey(Hash256)
    /// A stored hash is not the hash of its subtree.
    case hash(slot: Int)
    /// The root hash of a version is not the hash of its tree.
    case root(version: UInt64)
    /// A version does not hold as many leaves as it says.
    case count(version: UInt64)
    /// A slot is neither reachable nor free, or both, or free twice.
    case slots
}

extension StateTree {
    /// Checks every node of every version that is held, in time in proportion to the memory.
    package func checkInvariants() throws(StateTreeDefect) {
        var check = StateArenaCheck()
        var number = oldestVersion
        for version in versions {
            let (root, count) = (version.root, version.count)
            guard try check.leafCount(below: root.link, in: arena) == count else {
                throw .count(version: number)
            }
            let hash = root.isEmpty ? StateHash.empty : arena.hash(root.link, at: 0)
            guard hash == root.hash else { throw .root(version: number) }
            number += 1
        }
        try check.slots(of: arena)
    }
}

/// Walks an arena, each node once however many versions share it.
private struct StateArenaCheck {
    /// Leaves below each node that was visited.
    private var counts: [StateLink: Int] = [:]

    mutating func leafCount(
        below link: StateLink, in arena: borrowing StateArena
    ) throws(StateTreeDefect) -> Int {
        if link.isEmpty { return 0 }
        if let count = counts[link] { return count }
        var count = 1
        if !link.isLeaf {
            try node(link, in: arena)
            let links = arena.links(link)
            count = try leafCount(below: links.left, in: arena)
            count += try leafCount(below: links.right, in: arena)
        }
        counts[link] = count
        return count
    }

    /// One node against its children; with all nodes checked, every key is where it belongs.
    private func node(
        _ node: StateLink, in arena: borrowing StateArena
    ) throws(StateTreeDefect) {
        let (links, hashes, depth) = (arena.links(node), arena.hashes(node), arena.depth(node))
        guard !links.left.isEmpty, !links.right.isEmpty else { throw .shape(slot: node.slot) }
        for child in [links.left, links.right] where !child.isLeaf {
            guard arena.depth(child) > depth else { throw .shape(slot: node.slot) }
        }
        let (left, right) = (arena.someKey(links.left), arena.someKey(links.right))
        guard left.commonPrefixLength(with: right) == depth, right.bit(depth) else {
            throw .misplacedKey(right)
        }
        guard arena.hash(links.left, at: depth + 1) == hashes.left else {
            throw .hash(slot: node.slot)
        }
        guard arena.hash(links.right, at: depth + 1) == hashes.right else {
            throw .hash(slot: node.slot)
        }
    }

    /// Every slot is either reachable or free.
    func slots(of arena: borrowing StateArena) throws(StateTreeDefect) {
        let free = arena.freeLeaves + arena.freeNodes
        let freeSet = Set(free)
        guard freeSet.count == free.count, freeSet.isDisjoint(with: counts.keys) else {
            throw .slots
        }
        let total = arena.leafSlotCount + arena.nodeSlotCount
        guard counts.count + free.count == total else { throw .slots }
    }
}
