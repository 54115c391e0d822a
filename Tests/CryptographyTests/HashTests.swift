import Base
import Cryptography
import Testing

struct DigestVector: CustomTestStringConvertible, Sendable {
    let suite: HashSuite
    let message: [UInt8]
    let digest: String

    var testDescription: String { "\(suite), \(message.count) bytes" }
}

@Suite("Digests")
struct HashTests {
    static let vectors = [
        // FIPS 180-4 examples (NIST, "SHA256.pdf") and the empty message.
        DigestVector(
            suite: .sha256, message: Array("abc".utf8),
            digest: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        DigestVector(
            suite: .sha256, message: [],
            digest: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        DigestVector(
            suite: .sha256,
            message: Array("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8),
            digest: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
        DigestVector(
            suite: .sha256, message: [UInt8](repeating: 0x61, count: 1_000_000),
            digest: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        // GB/T 32905-2016 appendix A.
        DigestVector(
            suite: .sm3, message: Array("abc".utf8),
            digest: "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        DigestVector(
            suite: .sm3, message: Array(String(repeating: "abcd", count: 16).utf8),
            digest: "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ]

    @Test("match the standards' examples", arguments: vectors)
    func standard(vector: DigestVector) {
        #expect(vector.suite.hash(vector.message).description == vector.digest)
    }

    // SHA-256 and SM3 of 01 ‖ 00 … 3f, computed with Python's hashlib 3.11.
    @Test(
        "of a prefix, a leaf and two children are digests of the joined bytes",
        arguments: [
            (
                HashSuite.sha256,
                "1a378704c17da31e2d05b6d121c2bb2c7d76f6ee6fa8f983e596c2d034963c57"
            ),
            (HashSuite.sm3, "aa79e2224b05ca65ebc33bc9f7b6316f9d12380087a12b33947719cfb1394b86"),
        ])
    func prefixed(suite: HashSuite, expected: String) throws {
        let body = Array(UInt8(0)..<64)
        let left = try #require(Hash256(body[..<32]))
        let right = try #require(Hash256(body[32...]))
        #expect(suite.hash([1] + body).description == expected)
        #expect(suite.hash(prefix: 1, body).description == expected)
        #expect(suite.hash(prefix: 1, left, right).description == expected)
    }

    @Test("taken piece by piece equal those taken at once", arguments: HashSuite.allCases)
    func incremental(suite: HashSuite) {
        for seed in UInt64(1)...20 {
            var generator = SplitMix64(seed: seed)
            let message = SeededRandom(seed: seed).bytes(Int.random(in: 0...500, using: &generator))
            var hash = IncrementalHash(suite)
            var rest = message[...]
            while !rest.isEmpty {
                let count = Int.random(in: 0...80, using: &generator)
                hash.update(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            #expect(hash.finish() == suite.hash(message), "seed \(seed)")
        }
    }

    @Test("may be read before the end, and copies go their own way")
    func copies() {
        var first = IncrementalHash(.sha256)
        first.update([1])
        var second = first
        second.update([2])
        #expect(first.finish() == HashSuite.sha256.hash([1]))
        first.update([3])
        #expect(first.finish() == HashSuite.sha256.hash([1, 3]))
        #expect(second.finish() == HashSuite.sha256.hash([1, 2]))
    }

    @Test("keep their bytes in the formats")
    func suiteBytes() {
        #expect(HashSuite.allCases.map(\.rawValue) == [1, 2])
        #expect(HashSuite(rawValue: 0) == nil)
        #expect(HashSuite(rawValue: 3) == nil)
    }
}
