import Base
import Cryptography
import Encoding
import Merkle
import Testing

@Suite("Proofs of presence and absence")
struct StateProofTests {
    @Test(
        "Every key is proven present or absent in every version, and nothing else is",
        arguments: Array(900...905) as [UInt64])
    func proofs(seed: UInt64) throws {
        var workload = StateWorkload(seed: seed)
        let tree = StateTree(suite: .sha256)
        var naive = NaiveState()
        var states = [naive]
        for _ in 0..<4 {
            let changes = workload.batch(15, on: naive.values)
            naive.apply(changes)
            tree.apply(changes)
            states.append(naive)
        }
        let known = Array(states.flatMap(\.values.keys))
        let asked = known + (0..<40).map { _ in workload.key(near: known) }
        for (version, state) in states.enumerated() {
            let root = state.root
            for key in asked {
                let proof = try #require(tree.proof(for: key, at: UInt64(version)))
                let value = state.values[key]
                #expect(proof.verify(key: key, valueHash: value, root: root, .sha256))
                let (siblings, end) = state.path(key)
                #expect(proof.path == siblings)
                switch proof.outcome {
                case .present: #expect(end == key)
                case .absentEmpty: #expect(end == nil)
                case .absentOther(let other, _): #expect(end == other && other != key)
                }
                #expect(try StateProof(decoding: proof.encoded) == proof)
                // The opposite claim, another value, another root, another key.
                let opposite = value == nil ? workload.hash() : nil
                #expect(!proof.verify(key: key, valueHash: opposite, root: root, .sha256))
                if value != nil {
                    let wrong = workload.hash()
                    #expect(!proof.verify(key: key, valueHash: wrong, root: root, .sha256))
                }
                let other = workload.hash()
                #expect(!proof.verify(key: key, valueHash: value, root: other, .sha256))
                // Only the empty tree is the same for every hash function.
                let isOther = proof.verify(key: key, valueHash: value, root: root, .sm3)
                #expect(isOther == state.values.isEmpty)
                for claimed in asked.prefix(10) where claimed != key {
                    let holds = proof.verify(
                        key: claimed, valueHash: value, root: root, .sha256)
                    #expect(!holds || (value == nil && state.values[claimed] == nil))
                }
            }
        }
    }

    @Test("An absence proof never holds for a key that is present")
    func noFalseAbsence() throws {
        var workload = StateWorkload(seed: 4)
        let tree = StateTree(suite: .sha256)
        var naive = NaiveState()
        naive.apply(workload.batch(60, on: [:]))
        tree.apply(naive.values.map { StateChange(key: $0.key, valueHash: $0.value) })
        let known = naive.values.keys.sorted()
        for _ in 0..<200 {
            let asked = workload.key(near: known)
            guard naive.values[asked] == nil else { continue }
            let proof = try #require(tree.proof(for: asked, at: 1))
            for key in known {
                #expect(!proof.verify(key: key, valueHash: nil, root: tree.root, .sha256))
            }
        }
    }

    @Test("Every bit of an encoded proof counts, for each outcome and for long paths")
    func everyBit() throws {
        var workload = StateWorkload(seed: 5)
        let tree = StateTree(suite: .sha256)
        var naive = NaiveState()
        naive.apply(workload.batch(50, on: [:]))
        let deep = workload.hash()
        for bits in [3, 130, 200, 254, 255] {
            let key = workload.key(sharing: bits, with: deep)
            naive.apply([StateChange(key: key, valueHash: workload.hash())])
        }
        naive.apply([StateChange(key: deep, valueHash: workload.hash())])
        tree.apply(naive.values.map { StateChange(key: $0.key, valueHash: $0.value) })
        let known = naive.values.keys.sorted()
        var asked = [deep, workload.key(sharing: 254, with: deep), known[0], known[20]]
        asked += (0..<10).map { _ in workload.key(near: known) }
        asked += (0..<4).map { _ in workload.hash() }
        var outcomes: Set<Int> = []
        for key in asked {
            let proof = try #require(tree.proof(for: key, at: 1))
            switch proof.outcome {
            case .present: outcomes.insert(0)
            case .absentEmpty: outcomes.insert(1)
            case .absentOther: outcomes.insert(2)
            }
            let bytes = proof.encoded
            let (value, root) = (naive.values[key], tree.root)
            for bit in 0..<bytes.count * 8 {
                var flipped = bytes
                flipped[bit / 8] ^= 0x80 >> UInt8(bit % 8)
                let decoded = try? StateProof(decoding: flipped)
                let holds = decoded?.verify(key: key, valueHash: value, root: root, .sha256)
                #expect(holds != true, "bit \(bit) of the proof for \(key)")
            }
            for count in 0..<bytes.count {
                #expect(throws: CBORError.self) {
                    try StateProof(decoding: Array(bytes.prefix(count)))
                }
            }
        }
        #expect(outcomes == [0, 1, 2])
    }

    @Test("The proof of a lone leaf and of the empty tree have no path")
    func shortest() throws {
        let (key, value) = (HashSuite.sha256.hash([1]), HashSuite.sha256.hash([2]))
        let tree = StateTree(suite: .sha256)
        tree.apply([StateChange(key: key, valueHash: value)])
        let absent = try #require(tree.proof(for: key, at: 0))
        #expect(absent == StateProof(path: [], outcome: .absentEmpty))
        #expect(absent.verify(key: key, valueHash: nil, root: .zero, .sha256))
        #expect(Hex.encode(absent.encoded) == "84014040f6")
        let present = try #require(tree.proof(for: key, at: 1))
        #expect(present == StateProof(path: [], outcome: .present))
        #expect(Hex.encode(present.encoded) == "84004040f6")
        #expect(present.verify(key: key, valueHash: value, root: tree.root, .sha256))
        let other = try #require(tree.proof(for: value, at: 1))
        #expect(other.outcome == .absentOther(key: key, valueHash: value))
        #expect(other.verify(key: value, valueHash: nil, root: tree.root, .sha256))
    }

    @Test("Paths that no tree has are refused")
    func impossiblePaths() throws {
        let hash = HashSuite.sha256.hash([1])
        #expect(StateProof(path: [hash, .zero], outcome: .present) == nil)
        let long = Array(repeating: hash, count: 257)
        #expect(StateProof(path: long, outcome: .present) == nil)
        #expect(StateProof(path: Array(long.dropLast()), outcome: .present) != nil)
        func encoded(_ kind: UInt64, _ presence: [UInt8], _ siblings: [UInt8]) -> [UInt8] {
            var writer = CBORWriter()
            writer.array(4)
            writer.unsigned(kind)
            writer.byteString(presence)
            writer.byteString(siblings)
            writer.null()
            return writer.bytes
        }
        let zero = Hash256.zero.bytes
        #expect(throws: Never.self) {
            try StateProof(decoding: encoded(0, [0x40], hash.bytes))
        }
        let bad = [
            encoded(0, [0x00], []), encoded(0, [0x40, 0x00], hash.bytes), encoded(0, [0x40], zero),
            encoded(0, [0x40], []), encoded(0, [0x60], hash.bytes), encoded(0, [], hash.bytes),
            encoded(2, [0x40], hash.bytes), encoded(3, [0x40], hash.bytes),
            encoded(1, Array(repeating: 0, count: 32) + [0x80], hash.bytes),
        ]
        for bytes in bad {
            #expect(throws: CBORError.self) { try StateProof(decoding: bytes) }
        }
    }

    @Test("Absence by a leaf that stands elsewhere is refused, whatever the hashes say")
    func otherLeafElsewhere() throws {
        let suite = HashSuite.sha256
        let (low, high) = (Hash256(words: (1, 0, 0, 0)), Hash256(words: (1 << 63, 0, 0, 0)))
        let value = suite.hash([1])
        // A root that an attacker computed over a misplaced leaf must not prove anything.
        let root = StateHash.node(StateHash.leaf(key: high, valueHash: value, suite), value, suite)
        let proof = try #require(
            StateProof(path: [value], outcome: .absentOther(key: high, valueHash: value)))
        #expect(!proof.verify(key: low, valueHash: nil, root: root, suite))
        // Nor may a key's own leaf be offered as another's.
        let lone = try #require(
            StateProof(path: [], outcome: .absentOther(key: low, valueHash: value)))
        let own = StateHash.leaf(key: low, valueHash: value, suite)
        #expect(!lone.verify(key: low, valueHash: nil, root: own, suite))
        #expect(lone.verify(key: high, valueHash: nil, root: own, suite))
    }
}
