import Base
import Cryptography
import Merkle
import Testing

@Suite("The state tree")
struct StateTreeTests {
    @Test("The empty tree is version 0 with the root zero")
    func empty() throws {
        let tree = StateTree(suite: .sha256)
        #expect(tree.latestVersion == 0)
        #expect(tree.oldestVersion == 0)
        #expect(tree.root == .zero)
        #expect(tree.root(at: 0) == .zero)
        #expect(tree.root(at: 1) == nil)
        #expect(tree.valueHash(for: .zero) == nil)
        #expect(tree.isEmpty)
        try tree.checkInvariants()
    }

    @Test("Small trees have the roots of the definition, written out")
    func small() throws {
        let suite = HashSuite.sha256
        func key(_ first: UInt8, _ last: UInt8) throws -> Hash256 {
            try #require(Hash256([first] + Array(repeating: 0, count: 30) + [last]))
        }
        let (a, b, c) = (try key(0x00, 1), try key(0x40, 2), try key(0xC0, 3))
        let value = suite.hash([9])
        func leaf(_ key: Hash256) -> Hash256 { suite.hash([2] + key.bytes + value.bytes) }
        func node(_ l: Hash256, _ r: Hash256) -> Hash256 { suite.hash([3] + l.bytes + r.bytes) }
        let tree = StateTree(suite: suite)
        #expect(tree.apply([StateChange(key: c, valueHash: value)]).root == leaf(c))
        #expect(
            tree.apply([StateChange(key: a, valueHash: value)]).root == node(leaf(a), leaf(c)))
        #expect(
            tree.apply([StateChange(key: b, valueHash: value)]).root
                == node(node(leaf(a), leaf(b)), leaf(c)))
        // With c gone, both others part at bit 1, below an empty half.
        #expect(
            tree.apply([StateChange(key: c, valueHash: nil)]).root
                == node(node(leaf(a), leaf(b)), .zero))
        #expect(tree.apply([StateChange(key: b, valueHash: nil)]).root == leaf(a))
        #expect(tree.apply([StateChange(key: a, valueHash: nil)]).root == .zero)
        #expect(tree.latestVersion == 6)
        try tree.checkInvariants()
    }

    @Test(
        "Random batches give the roots of the naive tree, in every version held",
        arguments: Array(1...40) as [UInt64])
    func batches(seed: UInt64) throws {
        var workload = StateWorkload(seed: seed)
        let suite: HashSuite = seed % 4 == 0 ? .sm3 : .sha256
        let tree = StateTree(suite: suite)
        var naive = NaiveState(suite: suite)
        var states = [naive]
        for _ in 0..<12 {
            let changes = workload.batch(1 + workload.below(40), on: naive.values)
            naive.apply(changes)
            states.append(naive)
            let (version, root) = tree.apply(changes)
            #expect(version == UInt64(states.count - 1))
            #expect(root == naive.root)
            #expect(tree.count == naive.values.count)
            for key in changes.map(\.key) {
                #expect(tree.valueHash(for: key) == naive.values[key])
            }
            try tree.checkInvariants()
        }
        for (version, state) in states.enumerated() {
            #expect(tree.root(at: UInt64(version)) == state.root)
            for (key, value) in naive.values {
                #expect(tree.valueHash(for: key, at: UInt64(version)) == state.values[key])
                #expect(state.values[key] != nil || naive.values[key] == value)
            }
        }
    }

    @Test(
        "The root depends on the set of leaves alone, not on order, batches or deleted keys",
        arguments: Array(100...115) as [UInt64])
    func determinism(seed: UInt64) throws {
        var workload = StateWorkload(seed: seed)
        var known: [Hash256] = []
        while known.count < 60 {
            let key = workload.key(near: known)
            if !known.contains(key) { known.append(key) }
        }
        let leaves = known.map { StateChange(key: $0, valueHash: workload.hash()) }
        let expected = StateTree(suite: .sha256).apply(leaves).root
        for _ in 0..<6 {
            let tree = StateTree(suite: .sha256)
            // Other keys come and go between the parts of a permutation.
            let extra = (0..<30).map { _ in workload.key(near: known) }
                .filter { !known.contains($0) }
            var order = leaves.shuffled(using: &workload.random)
            let wrong = order.prefix(10).map {
                StateChange(key: $0.key, valueHash: workload.hash())
            }
            tree.apply(wrong + extra.map { StateChange(key: $0, valueHash: $0) })
            while !order.isEmpty {
                let count = min(order.count, 1 + workload.below(9))
                tree.apply(Array(order.prefix(count)))
                order.removeFirst(count)
            }
            for key in extra { tree.apply([StateChange(key: key, valueHash: nil)]) }
            #expect(tree.root == expected)
            try tree.checkInvariants()
            let sorted = leaves.sorted { $0.key < $1.key }
            let built = try StateTree.build(
                suite: .sha256, from: sorted.map { ($0.key, $0.valueHash ?? .zero) })
            #expect(built.root == expected)
            for key in known.shuffled(using: &workload.random) {
                tree.apply([StateChange(key: key, valueHash: nil)])
            }
            #expect(tree.root == .zero)
            #expect(tree.isEmpty)
        }
    }

    @Test("Keys that share every length of prefix up to 255 bits")
    func longPrefixes() throws {
        var workload = StateWorkload(seed: 255)
        let base = workload.hash()
        var naive = NaiveState()
        let tree = StateTree(suite: .sha256)
        let keys = [base] + (0..<256).map { workload.key(sharing: $0, with: base) }
        for key in keys.shuffled(using: &workload.random) {
            let change = [StateChange(key: key, valueHash: workload.hash())]
            naive.apply(change)
            #expect(tree.apply(change).root == naive.root)
        }
        try tree.checkInvariants()
        #expect(tree.proof(for: base, at: tree.latestVersion)?.path.count == 256)
        // The deepest pair first: each deletion collapses what is left of the long path.
        for key in keys.reversed().dropLast() {
            let change = [StateChange(key: key, valueHash: nil)]
            naive.apply(change)
            #expect(tree.apply(change).root == naive.root)
        }
        try tree.checkInvariants()
        #expect(tree.count == 1)
    }

    @Test("Of two changes for one key the last one counts, wherever they stand")
    func lastChangeCounts() {
        var workload = StateWorkload(seed: 2)
        let (key, other, first, last) = (
            workload.hash(), workload.hash(), workload.hash(), workload.hash()
        )
        let tree = StateTree(suite: .sha256)
        tree.apply([
            StateChange(key: key, valueHash: first), StateChange(key: other, valueHash: first),
            StateChange(key: key, valueHash: last), StateChange(key: other, valueHash: nil),
        ])
        #expect(tree.valueHash(for: key) == last)
        #expect(tree.valueHash(for: other) == nil)
        #expect(tree.count == 1)
    }

    @Test("A batch that changes nothing makes a version and takes no memory")
    func nothingChanges() throws {
        var workload = StateWorkload(seed: 3)
        let leaves = (0..<500).map { _ in
            StateChange(key: workload.hash(), valueHash: workload.hash())
        }
        let tree = StateTree(suite: .sha256)
        tree.apply(leaves)
        let (root, memory) = (tree.root, tree.memory)
        let absent = leaves.map {
            StateChange(key: workload.key(near: [$0.key]), valueHash: nil)
        }
        #expect(tree.apply(leaves + absent).root == root)
        #expect(tree.apply([]).version == 3)
        #expect(tree.memory == memory)
        try tree.checkInvariants()
    }
}

@Suite("Building a state tree at once")
struct StateTreeBuilderTests {
    @Test("It has the root of the naive tree at every size", arguments: HashSuite.allCases)
    func sizes(suite: HashSuite) throws {
        var workload = StateWorkload(seed: 77)
        var naive = NaiveState(suite: suite)
        var known: [Hash256] = []
        for _ in 0..<60 {
            let tree = try StateTree.build(suite: suite, from: naive.sorted, version: 41)
            #expect(tree.root == naive.root)
            #expect(tree.count == naive.values.count)
            #expect(tree.latestVersion == 41)
            #expect(tree.oldestVersion == 41)
            try tree.checkInvariants()
            let changes = workload.batch(5, on: naive.values)
            var after = naive
            after.apply(changes)
            #expect(tree.apply(changes).root == after.root)
            try tree.checkInvariants()
            known.append(workload.key(near: known))
            naive.apply([StateChange(key: known[known.count - 1], valueHash: workload.hash())])
        }
    }

    @Test("Batches on a tree larger than the cache give what building the result gives")
    func large() throws {
        var workload = StateWorkload(seed: 40_000)
        var values: [Hash256: Hash256] = [:]
        for _ in 0..<40_000 { values[workload.hash()] = workload.hash() }
        func built() throws -> StateTree {
            try StateTree.build(
                suite: .sha256,
                from: values.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        }
        let tree = try built()
        let keys = values.keys.sorted()
        for _ in 0..<3 {
            // Not a multiple of the ways that are warmed together; some keys deleted, some new.
            let changes = (0..<777).map { number in
                StateChange(
                    key: number % 3 == 0 ? workload.hash() : keys[workload.below(keys.count)],
                    valueHash: number % 5 == 1 ? nil : workload.hash())
            }
            for change in changes { values[change.key] = change.valueHash }
            tree.apply(changes)
            #expect(tree.count == values.count)
        }
        #expect(tree.root == (try built().root))
        try tree.checkInvariants()
    }

    @Test("Keys out of order, or twice, are refused with their position")
    func order() throws {
        let (a, b) = (
            Hash256(words: (0, 0, 0, 1)), Hash256(words: (0, 0, 0, 2))
        )
        #expect(throws: StateTreeError.keysOutOfOrder(position: 1)) {
            try StateTree.build(suite: .sha256, from: [(b, a), (a, a)])
        }
        #expect(throws: StateTreeError.keysOutOfOrder(position: 2)) {
            try StateTree.build(suite: .sha256, from: [(a, a), (b, b), (b, b)])
        }
    }
}
