import Base
import Compression
import Testing

/// Zstandard: what goes in comes out, and damage is an error.
@Suite("Zstandard")
struct CompressionTests {
    @Test("bytes come back", arguments: [0, 1, 1000, 300_000])
    func roundTrip(_ count: Int) throws {
        let bytes = SeededRandom(seed: 3).bytes(count) + Array(repeating: 7, count: count)
        let compressed = try #require(Zstandard.compress(bytes))
        #expect(try Zstandard.decompress(compressed, limit: bytes.count) == bytes)
    }

    @Test("damage, cuts and other bytes are errors, and the limit holds")
    func refusals() throws {
        let bytes = Array(repeating: UInt8(7), count: 1000)
        let compressed = try #require(Zstandard.compress(bytes))
        #expect(throws: ZstandardError.tooLarge(limit: 999)) {
            try Zstandard.decompress(compressed, limit: 999)
        }
        for count in 0..<compressed.count {
            #expect(throws: ZstandardError.self) {
                try Zstandard.decompress(Array(compressed.prefix(count)), limit: 2000)
            }
        }
        #expect(throws: ZstandardError.corrupt) { try Zstandard.decompress([1, 2, 3], limit: 9) }
    }
}
