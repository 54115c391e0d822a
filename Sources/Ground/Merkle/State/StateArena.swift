import Base
import Cryptography

/// One key and the hash of its value.
struct StateLeaf {
    var key: Hash256
    var valueHash: Hash256
}

/// The memory of a state tree: leaves, and the nodes at which two subtrees part.
///
/// Nodes with an empty half are not stored: a node remembers the depth at which its halves part,
/// and each half's hash is kept in the parent, already carried up to the depth below it. So a tree
/// of n leaves has n − 1 nodes, whatever the keys. A node costs 73 bytes and a leaf 64.
///
/// A slot is written once and never changed while it is in use: updates copy the path. Versions
/// therefore share what they have in common, and the journal tells what each one added and left.
struct StateArena: ~Copyable {
    let suite: HashSuite

    private var leaves = StateSlabs<StateLeaf>()
    private var hashes = StateSlabs<Hashes>()
    private var links = StateSlabs<Links>()
    private var depths = StateSlabs<UInt8>()

    /// Slots in use or free, by kind; slots beyond were never used.
    private(set) var leafSlotCount = 0
    private(set) var nodeSlotCount = 0

    /// Slots to use again, by kind.
    ///
    /// Lists of their own: a chain through the slots would be read from cold memory.
    private(set) var freeLeaves: [StateLink] = []
    private(set) var freeNodes: [StateLink] = []

    /// What ``warm(_:with:)`` read: kept so that its reading is not optimised away.
    var warmth: UInt64 = 0

    /// What the update that runs has done so far.
    var journal = StateJournal()

    /// The hashes of both halves at the depth below their node.
    struct Hashes {
        var left: Hash256
        var right: Hash256
    }

    /// Where both halves are.
    struct Links {
        var left: StateLink
        var right: StateLink
    }

    init(suite: HashSuite) { self.suite = suite }

    // MARK: Reading

    @inline(__always)
    func leaf(_ link: StateLink) -> StateLeaf { leaves[link.slot] }

    @inline(__always)
    func hashes(_ node: StateLink) -> Hashes { hashes[node.slot] }

    @inline(__always)
    func links(_ node: StateLink) -> Links { links[node.slot] }

    /// The depth at which the halves of a node part: the index of the bit that tells them apart.
    @inline(__always)
    func depth(_ node: StateLink) -> Int { Int(depths[node.slot]) }

    /// A key below a link that is not empty: all of them share the bits above its depth.
    func someKey(_ link: StateLink) -> Hash256 {
        var link = link
        while !link.isLeaf { link = links[link.slot].left }
        return leaves[link.slot].key
    }

    /// The hash of a subtree that is not empty as seen from `depth`, computed anew.
    func hash(_ link: StateLink, at depth: Int) -> Hash256 {
        if link.isLeaf {
            let leaf = leaf(link)
            return StateHash.leaf(key: leaf.key, valueHash: leaf.valueHash, suite)
        }
        let (halves, bottom) = (hashes(link), self.depth(link))
        let own = StateHash.node(halves.left, halves.right, suite)
        guard bottom > depth else { return own }
        return StateHash.lift(own, from: bottom, to: depth, key: someKey(link), suite)
    }

    /// Bytes held for slots, used or not.
    var byteCount: Int {
        leaves.byteCount + hashes.byteCount + links.byteCount + depths.byteCount
    }

    // MARK: Writing

    mutating func makeLeaf(_ leaf: StateLeaf) -> StateLink {
        let link = takeLeafSlot()
        leaves[link.slot] = leaf
        journal.made(link)
        return link
    }

    mutating func makeNode(_ left: StateEdge, _ right: StateEdge, depth: Int) -> StateLink {
        let link = takeNodeSlot()
        hashes[link.slot] = Hashes(left: left.hash, right: right.hash)
        links[link.slot] = Links(left: left.link, right: right.link)
        depths[link.slot] = UInt8(depth)
        journal.made(link)
        return link
    }

    /// Gives slots back that no version uses any longer.
    mutating func free(_ unused: [StateLink]) {
        for link in unused {
            if link.isLeaf { freeLeaves.append(link) } else { freeNodes.append(link) }
        }
    }

    private mutating func takeLeafSlot() -> StateLink {
        if let link = freeLeaves.popLast() { return link }
        precondition(leafSlotCount < StateLink.slotCountMaximum, "the state outgrew its links")
        leafSlotCount += 1
        leaves.grow(to: leafSlotCount)
        return .leaf(leafSlotCount - 1)
    }

    private mutating func takeNodeSlot() -> StateLink {
        if let link = freeNodes.popLast() { return link }
        precondition(nodeSlotCount < StateLink.slotCountMaximum, "the state outgrew its links")
        nodeSlotCount += 1
        hashes.grow(to: nodeSlotCount)
        links.grow(to: nodeSlotCount)
        depths.grow(to: nodeSlotCount)
        return .node(nodeSlotCount - 1)
    }
}
