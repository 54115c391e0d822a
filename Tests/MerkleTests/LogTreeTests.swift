import Base
import Cryptography
import Encoding
import Merkle
import Testing

@Suite("The log tree")
struct LogTreeTests {
    /// The eight entries and roots of certificate transparency's own tests.
    ///
    /// Source: google/certificate-transparency, merkletree tests, also in transparency-dev/merkle.
    private static let entries = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    ]
    private static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test("Roots of 0 to 8 entries are those of certificate transparency")
    func knownRoots() throws {
        var range = CompactRange(suite: .sha256)
        #expect(range.root.description == Self.roots[0])
        for (entry, root) in zip(Self.entries, Self.roots.dropFirst()) {
            range.append(LogHash.leaf(try #require(Hex.decode(entry)), .sha256))
            #expect(range.root.description == root)
        }
    }

    @Test("A compact range has the root of the naive tree", arguments: HashSuite.allCases)
    func compactRange(suite: HashSuite) throws {
        let naive = NaiveLog(count: 300, suite: suite)
        var range = CompactRange(suite: suite)
        for size in 0...naive.leaves.count {
            #expect(range.size == UInt64(size))
            #expect(range.root == naive.root(0..<size))
            #expect(range.nodes.count == size.nonzeroBitCount)
            if size < naive.leaves.count {
                let leaf = LogHash.leaf(NaiveLog.entry(size), suite)
                #expect(leaf == naive.leaves[size])
                range.append(leaf)
            }
        }
    }

    @Test("A compact range survives its encoding and goes on from there")
    func compactRangeEncoding() throws {
        let naive = NaiveLog(count: 70, suite: .sm3)
        var range = CompactRange(suite: .sm3)
        for leaf in naive.leaves {
            range.append(leaf)
            var decoded = try CompactRange(decoding: range.encoded)
            #expect(decoded == range)
            decoded.append(leaf)
            var other = range
            other.append(leaf)
            #expect(decoded == other)
        }
    }

    @Test("A compact range whose nodes do not fit its size is refused")
    func compactRangeMismatch() throws {
        func encoded(_ suite: UInt64, _ size: UInt64, _ nodes: Int) -> [UInt8] {
            var writer = CBORWriter()
            writer.array(3)
            writer.unsigned(suite)
            writer.unsigned(size)
            writer.list(Array(repeating: Hash256.zero, count: nodes)) { $0.hash($1) }
            return writer.bytes
        }
        #expect(throws: Never.self) { try CompactRange(decoding: encoded(1, 5, 2)) }
        for bad in [encoded(1, 5, 1), encoded(1, 5, 3), encoded(3, 5, 2), encoded(0, 5, 2)] {
            #expect(throws: CBORError.self) { try CompactRange(decoding: bad) }
        }
        #expect(throws: CBORError.self) { try CompactRange(decoding: encoded(1, .max, 64)) }
        #expect(CompactRange(suite: .sha256, size: 3, nodes: [.zero]) == nil)
    }

    @Test("Leaf, node and both state hashes never share a first byte")
    func domains() {
        let (a, b) = (HashSuite.sha256.hash([1]), HashSuite.sha256.hash([2]))
        let bytes = a.bytes + b.bytes
        let suite = HashSuite.sha256
        #expect(LogHash.leaf(bytes, suite) == suite.hash([0] + bytes))
        #expect(LogHash.node(a, b, suite) == suite.hash([1] + bytes))
        #expect(StateHash.leaf(key: a, valueHash: b, suite) == suite.hash([2] + bytes))
        #expect(StateHash.node(a, b, suite) == suite.hash([3] + bytes))
    }
}
