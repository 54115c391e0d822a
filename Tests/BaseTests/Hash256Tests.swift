import Base
import Testing

@Suite("256-bit values")
struct Hash256Tests {
    static let seeds = Array(UInt64(1)...10)

    /// Pairs that share a prefix of every length, as well as unrelated ones.
    private func pairs(seed: UInt64) throws -> [(Hash256, Hash256, shared: Int?)] {
        let random = SeededRandom(seed: seed)
        let related = try (0..<256).map { index in
            let bytes = random.bytes(32)
            var other = random.bytes(32)
            for position in 0...index {
                let mask = UInt8(128) >> UInt8(position % 8)
                let bit = bytes[position / 8] & mask
                let wanted = position == index ? bit ^ mask : bit
                other[position / 8] = other[position / 8] & ~mask | wanted
            }
            return (try #require(Hash256(bytes)), try #require(Hash256(other)), Optional(index))
        }
        let unrelated = (0..<50).map { _ in (random.hash256(), random.hash256(), nil as Int?) }
        return related + unrelated
    }

    @Test("are ordered like their bytes", arguments: seeds)
    func order(seed: UInt64) throws {
        for (left, right, _) in try pairs(seed: seed) {
            #expect((left < right) == left.bytes.lexicographicallyPrecedes(right.bytes))
            #expect((right < left) == right.bytes.lexicographicallyPrecedes(left.bytes))
            #expect(!(left < left))
        }
    }

    @Test("share as many leading bits as their bytes do", arguments: seeds)
    func prefixes(seed: UInt64) throws {
        for (left, right, shared) in try pairs(seed: seed) {
            let counted = (0..<256).first { left.bit($0) != right.bit($0) } ?? 256
            #expect(left.commonPrefixLength(with: right) == counted)
            #expect(right.commonPrefixLength(with: left) == counted)
            if let shared { #expect(counted == shared) }
        }
        #expect(Hash256.zero.commonPrefixLength(with: .zero) == 256)
    }

    @Test("count bits from the most significant", arguments: seeds)
    func bits(seed: UInt64) {
        let hash = SeededRandom(seed: seed).hash256()
        for (index, byte) in hash.bytes.enumerated() {
            for place in 0..<8 {
                #expect(hash.bit(index * 8 + place) == (byte >> UInt8(7 - place) & 1 == 1))
            }
        }
    }

    @Test("go through bytes, buffers, words and text unchanged", arguments: seeds)
    func roundTrips(seed: UInt64) throws {
        let hash = SeededRandom(seed: seed).hash256()
        #expect(Hash256(hash.bytes) == hash)
        #expect(Hash256(hash.bytes[...]) == hash)
        #expect(Hash256(words: hash.words) == hash)
        #expect(Hash256(try #require(Hex.decode(hash.description))) == hash)
        #expect(hash.bytes.withUnsafeBytes { Hash256(reading: $0) } == hash)
        // From an odd address too.
        let shifted = [0] + hash.bytes
        #expect(
            shifted.withUnsafeBytes { Hash256(reading: .init(rebasing: $0[1...])) } == hash)
        var written = [UInt8](repeating: 0xEE, count: 34)
        written.withUnsafeMutableBytes { hash.write(to: .init(rebasing: $0[1...])) }
        #expect(written == [0xEE] + hash.bytes + [0xEE])
    }

    @Test("come from exactly 32 bytes", arguments: [0, 1, 31, 33, 64])
    func counts(count: Int) {
        #expect(Hash256([UInt8](repeating: 1, count: count)) == nil)
    }

    @Test("write the most significant byte first")
    func example() throws {
        let hash = Hash256(words: (0x0102_0304_0506_0708, 0, 0, 0xFF))
        #expect(
            hash.description
                == "01020304050607080000000000000000000000000000000000000000000000ff")
        #expect(Hash256.zero.bytes == [UInt8](repeating: 0, count: 32))
    }
}
