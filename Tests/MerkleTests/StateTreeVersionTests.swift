import Base
import Cryptography
import Merkle
import Testing

@Suite("Versions of the state tree")
struct StateTreeVersionTests {
    @Test(
        "Rolling back and pruning at random leave every held version as it was",
        arguments: Array(500...530) as [UInt64])
    func history(seed: UInt64) throws {
        var workload = StateWorkload(seed: seed)
        let tree = StateTree(suite: .sha256)
        var states: [UInt64: NaiveState] = [0: NaiveState()]
        var roots: [UInt64: Hash256] = [0: .zero]
        for _ in 0..<40 {
            switch workload.below(6) {
            case 0:
                let held = Int(tree.latestVersion - tree.oldestVersion)
                let target = tree.latestVersion - UInt64(workload.below(min(held, 3) + 1))
                tree.rollback(to: target)
                states = states.filter { $0.key <= target }
                #expect(tree.latestVersion == target)
            case 1:
                let target = tree.oldestVersion + UInt64(workload.below(6))
                tree.prune(below: target)
                #expect(tree.oldestVersion == min(target, tree.latestVersion))
                states = states.filter { $0.key >= tree.oldestVersion }
            default:
                var state = try #require(states[tree.latestVersion])
                let changes = workload.batch(1 + workload.below(20), on: state.values)
                state.apply(changes)
                tree.apply(changes)
                states[tree.latestVersion] = state
                roots[tree.latestVersion] = state.root
            }
            try tree.checkInvariants()
            for version in states.keys { #expect(tree.root(at: version) == roots[version]) }
            #expect(tree.count == states[tree.latestVersion]?.values.count)
        }
        let latest = try #require(states[tree.latestVersion])
        tree.prune(below: .max)
        try tree.checkInvariants()
        #expect(tree.memory.leafCount == latest.values.count)
        #expect(tree.memory.nodeCount == max(latest.values.count - 1, 0))
    }

    @Test("A batch that is rolled back and applied again gives the same root and memory")
    func preview() throws {
        var workload = StateWorkload(seed: 12)
        let tree = StateTree(suite: .sha256)
        var naive = NaiveState()
        let first = workload.batch(300, on: [:])
        naive.apply(first)
        tree.apply(first)
        let (root, memory) = (tree.root, tree.memory)
        let second = workload.batch(300, on: naive.values)
        let applied = tree.apply(second)
        let full = tree.memory
        for _ in 0..<20 {
            tree.rollback(to: 1)
            #expect(tree.root == root)
            #expect(tree.memory.leafCount == memory.leafCount)
            #expect(tree.memory.nodeCount == memory.nodeCount)
            let again = tree.apply(second)
            #expect(again == applied)
            #expect(tree.memory == full)
        }
        try tree.checkInvariants()
    }

    @Test("Memory returns: 10,000 rounds of update and prune need no new slots")
    func memoryIsStable() throws {
        var workload = StateWorkload(seed: 10_000)
        let keys = (0..<1000).map { _ in workload.hash() }
        let tree = StateTree(suite: .sha256)
        tree.apply(keys.map { StateChange(key: $0, valueHash: $0) })
        var early: StateTreeMemory?
        for round in 0..<10_000 {
            // Half of the keys that are touched are deleted, and come back when touched again.
            let changes = (0..<4).map { _ in
                let key = keys[workload.below(keys.count)]
                let isPresent = tree.valueHash(for: key) != nil
                return StateChange(
                    key: key, valueHash: isPresent && round % 2 == 0 ? nil : workload.hash())
            }
            tree.apply(changes)
            if tree.latestVersion >= 3 { tree.prune(below: tree.latestVersion - 3) }
            if round == 200 { early = tree.memory }
        }
        try tree.checkInvariants()
        let memory = try #require(early)
        // A few versions of at most 4 paths each may differ in what they copied.
        #expect(tree.memory.slotCount <= memory.slotCount + 400)
        #expect(tree.memory.byteCount == memory.byteCount)
        tree.prune(below: tree.latestVersion)
        #expect(tree.memory.leafCount == tree.count)
        #expect(tree.memory.nodeCount == tree.count - 1)
    }

    @Test("A pruned version cannot be read, and pruning never drops the latest one")
    func pruned() throws {
        let tree = StateTree(suite: .sha256)
        let key = HashSuite.sha256.hash([1])
        for number in 1...5 as ClosedRange<UInt8> {
            tree.apply([StateChange(key: key, valueHash: HashSuite.sha256.hash([number]))])
        }
        tree.prune(below: 4)
        #expect(tree.oldestVersion == 4)
        #expect(tree.root(at: 3) == nil)
        #expect(tree.proof(for: key, at: 3) == nil)
        #expect(tree.valueHash(for: key, at: 3) == nil)
        #expect(tree.valueHash(for: key, at: 4) == HashSuite.sha256.hash([4]))
        tree.prune(below: 2)
        #expect(tree.oldestVersion == 4)
        tree.prune(below: 100)
        #expect(tree.oldestVersion == 5)
        #expect(tree.valueHash(for: key) == HashSuite.sha256.hash([5]))
        #expect(tree.memory.leafCount == 1)
    }
}
