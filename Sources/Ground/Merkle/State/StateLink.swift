import Base

/// Names a subtree in the arena: nothing, a leaf slot or a node slot.
struct StateLink: Hashable, Sendable {
    private let raw: UInt32

    private static let leafBit: UInt32 = 1 << 31

    /// Slots of each kind that a link can name.
    static let slotCountMaximum = Int(leafBit) - 1

    /// The subtree that holds nothing.
    static let empty = StateLink(raw: .max)

    private init(raw: UInt32) { self.raw = raw }

    static func leaf(_ slot: Int) -> StateLink { StateLink(raw: UInt32(slot) | leafBit) }

    static func node(_ slot: Int) -> StateLink { StateLink(raw: UInt32(slot)) }

    var isEmpty: Bool { raw == .max }

    /// True of leaves; not to be asked of the empty link.
    var isLeaf: Bool { raw & Self.leafBit != 0 }

    var slot: Int { Int(raw & ~Self.leafBit) }
}

/// A subtree as its parent sees it: where it is, and its hash at the depth below the parent.
struct StateEdge: Hashable, Sendable {
    var link: StateLink
    var hash: Hash256

    static let empty = StateEdge(link: .empty, hash: StateHash.empty)

    var isEmpty: Bool { link.isEmpty }
}
