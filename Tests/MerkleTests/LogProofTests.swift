import Base
import Cryptography
import Encoding
import Merkle
import Testing

@Suite("Proofs over the log")
struct LogProofTests {
    private static let sizeMaximum = 65
    private static let naive = NaiveLog(count: sizeMaximum, suite: .sha256)
    private static let roots = (0...sizeMaximum).map { naive.root(0..<$0) }

    @Test("Every inclusion proof up to 65 leaves is the naive one and proves only its own claim")
    func inclusion() throws {
        let (naive, roots) = (Self.naive, Self.roots)
        for size in 1...Self.sizeMaximum {
            for index in 0..<size {
                let made = LogProver.inclusion(
                    index: UInt64(index), size: UInt64(size), from: naive, .sha256)
                let proof = try #require(made)
                #expect(proof.path == naive.inclusion(index, 0..<size))
                let leaf = naive.leaves[index]
                // Every claim of an index and a size: it must hold for the right one alone. A size
                // with the same path shape gives the same root only if it is the same tree.
                for claimedSize in max(1, size - 2)...min(size + 2, Self.sizeMaximum) {
                    for claimed in 0...claimedSize {
                        let holds = proof.verify(
                            leaf: leaf, index: UInt64(claimed), size: UInt64(claimedSize),
                            root: roots[claimedSize], .sha256)
                        #expect(holds == (claimed == index && claimedSize == size))
                    }
                }
            }
        }
    }

    @Test("Every consistency proof up to 65 leaves is the naive one and proves only its own claim")
    func consistency() throws {
        let (naive, roots) = (Self.naive, Self.roots)
        for new in 0...Self.sizeMaximum {
            for old in 0...new {
                let made = LogProver.consistency(
                    from: UInt64(old), to: UInt64(new), from: naive, .sha256)
                let proof = try #require(made)
                let expected = old == 0 ? [] : naive.consistency(old, new)
                #expect(proof.path == expected)
                for claimed in 0...Self.sizeMaximum {
                    let holds = proof.verify(
                        from: roots[claimed], UInt64(claimed), to: roots[new], UInt64(new),
                        .sha256)
                    // The empty path also proves equality and the empty prefix.
                    let isRight =
                        claimed == old || (expected.isEmpty && [0, new].contains(claimed))
                    #expect(holds == isRight, "\(claimed) for \(old) to \(new)")
                }
            }
        }
    }

    @Test("A changed, missing, extra or swapped hash breaks an inclusion proof")
    func inclusionMutations() throws {
        let (naive, roots) = (Self.naive, Self.roots)
        for size in 1...33 {
            for index in 0..<size {
                let path = naive.inclusion(index, 0..<size)
                for mutated in Self.mutations(of: path, roots[size]) {
                    let holds = InclusionProof(path: mutated).verify(
                        leaf: naive.leaves[index], index: UInt64(index), size: UInt64(size),
                        root: roots[size], .sha256)
                    #expect(!holds)
                }
            }
        }
    }

    @Test("A changed, missing, extra or swapped hash breaks a consistency proof")
    func consistencyMutations() throws {
        let (naive, roots) = (Self.naive, Self.roots)
        for new in 1...33 {
            for old in 0...new {
                let path = old == 0 ? [] : naive.consistency(old, new)
                for mutated in Self.mutations(of: path, roots[new]) {
                    let holds = ConsistencyProof(path: mutated).verify(
                        from: roots[old], UInt64(old), to: roots[new], UInt64(new), .sha256)
                    #expect(!holds)
                }
                let proof = ConsistencyProof(path: path)
                let (good, bad) = (roots[old], Self.flipped(roots[old], bit: 17))
                #expect(!proof.verify(from: bad, UInt64(old), to: roots[new], UInt64(new), .sha256))
                if old > 0 {
                    let wrong = Self.flipped(roots[new], bit: 200)
                    #expect(!proof.verify(from: good, UInt64(old), to: wrong, UInt64(new), .sha256))
                }
                if old < new {
                    #expect(
                        !proof.verify(
                            from: roots[new], UInt64(new), to: good, UInt64(old), .sha256))
                }
            }
        }
    }

    @Test("Every bit of an encoded inclusion proof counts")
    func inclusionBits() throws {
        let (naive, size, index) = (Self.naive, 21, 13)
        let bytes = InclusionProof(path: naive.inclusion(index, 0..<size)).encoded
        func holds(_ bytes: [UInt8]) -> Bool {
            guard let proof = try? InclusionProof(decoding: bytes) else { return false }
            return proof.verify(
                leaf: naive.leaves[index], index: UInt64(index), size: UInt64(size),
                root: Self.roots[size], .sha256)
        }
        #expect(holds(bytes))
        for bit in 0..<bytes.count * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            #expect(!holds(flipped), "bit \(bit)")
        }
    }

    @Test("Every bit of an encoded consistency proof counts")
    func consistencyBits() throws {
        let (naive, roots, old, new) = (Self.naive, Self.roots, 11, 29)
        let bytes = ConsistencyProof(path: naive.consistency(old, new)).encoded
        func holds(_ bytes: [UInt8]) -> Bool {
            guard let proof = try? ConsistencyProof(decoding: bytes) else { return false }
            return proof.verify(
                from: roots[old], UInt64(old), to: roots[new], UInt64(new), .sha256)
        }
        #expect(holds(bytes))
        for bit in 0..<bytes.count * 8 {
            var flipped = bytes
            flipped[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            #expect(!holds(flipped), "bit \(bit)")
        }
    }

    @Test("Sizes and indices at the end of their range are refused or proven without a trap")
    func extremes() throws {
        let naive = Self.naive
        let hash = naive.leaves[0]
        #expect(LogProver.inclusion(index: 5, size: 5, from: naive, .sha256) == nil)
        #expect(LogProver.inclusion(index: .max, size: .max, from: naive, .sha256) == nil)
        #expect(LogProver.consistency(from: 6, to: 5, from: naive, .sha256) == nil)
        #expect(LogProver.root(size: 66, from: naive, .sha256) == nil)
        let long = Array(repeating: hash, count: 70)
        for count in 0...70 {
            let path = Array(long.prefix(count))
            for size: UInt64 in [.max, .max - 1, 1 << 63, (1 << 63) + 1] {
                for index: UInt64 in [0, 1, size / 2, size - 1, size] {
                    let root = InclusionProof(path: path).root(
                        leaf: hash, index: index, size: size, .sha256)
                    #expect(root == nil || (count <= 64 && count > 0))
                    let holds = ConsistencyProof(path: path).verify(
                        from: hash, index, to: hash, size, .sha256)
                    #expect(holds == (index == size && count == 0))
                }
            }
        }
        let tooLong = InclusionProof(path: Array(long.prefix(65))).encoded
        #expect(throws: CBORError.self) { try InclusionProof(decoding: tooLong) }
        let longer = ConsistencyProof(path: Array(long.prefix(66))).encoded
        #expect(throws: CBORError.self) { try ConsistencyProof(decoding: longer) }
    }

    @Test("The empty log is a prefix of every log, by its own root only")
    func emptyPrefix() {
        let (roots, empty) = (Self.roots, ConsistencyProof(path: []))
        #expect(empty.verify(from: roots[0], 0, to: roots[7], 7, .sha256))
        #expect(!empty.verify(from: roots[1], 0, to: roots[7], 7, .sha256))
        #expect(empty.verify(from: roots[0], 0, to: roots[0], 0, .sha256))
        #expect(!empty.verify(from: roots[1], 0, to: roots[1], 0, .sha256))
    }

    private static func flipped(_ hash: Hash256, bit: Int) -> Hash256 {
        var bytes = hash.bytes
        bytes[bit / 8] ^= 0x80 >> UInt8(bit % 8)
        return bytes.withUnsafeBytes { Hash256(reading: $0) }
    }

    /// Every path that differs by one flipped bit, one hash fewer, one more, or one swap.
    private static func mutations(of path: [Hash256], _ extra: Hash256) -> [[Hash256]] {
        var result: [[Hash256]] = []
        for position in path.indices {
            for bit in [0, 7, 8, 63, 64, 127, 128, 200, 255] {
                var changed = path
                changed[position] = flipped(path[position], bit: bit)
                result.append(changed)
            }
            var shorter = path
            shorter.remove(at: position)
            result.append(shorter)
            if position > 0 {
                var swapped = path
                swapped.swapAt(position, position - 1)
                result.append(swapped)
            }
        }
        for position in 0...path.count {
            for hash in [extra, .zero] + path {
                var longer = path
                longer.insert(hash, at: position)
                result.append(longer)
            }
        }
        return result
    }
}
