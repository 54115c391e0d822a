import Base
import Cryptography
import Storage
import Testing

@testable import StorageFiles

@Suite("A frame")
struct FrameTests {
    private let salt = [UInt8](0..<16)
    private let frame = Frame(kind: .block, index: 7, count: 1, payload: Array("kanglian\n".utf8))

    /// The example in the documentation of `Frame`, computed with Python's hashlib.
    private let example =
        "2b99c2c413f1881e0f7507b961f2cf6ede3d49b4956a18204b4c465201010200"
        + "000000000000000700000001000000096b616e676c69616e0a00000000000000"

    @Test("is written as documented")
    func encoding() {
        #expect(Hex.encode(frame.encoded(.sha256, salt: salt)) == example)
    }

    @Test("is read as written, under either suite", arguments: HashSuite.allCases)
    func decoding(suite: HashSuite) throws {
        for length in [0, 1, 7, 8, 9, 500] {
            let payload = SeededRandom(seed: UInt64(length)).bytes(length)
            let frame = Frame(kind: .group, index: .max, count: 3, payload: payload)
            let bytes = frame.encoded(suite, salt: salt)
            #expect(bytes.count % 8 == 0)
            let header = try FrameHeader(bytes, salt: salt)
            #expect(header.frameByteCount == bytes.count)
            #expect(header.kind == .group && header.index == .max && header.count == 3)
            #expect(header.payload(in: Array(bytes[48...])) == payload)
        }
    }

    @Test("is refused with any bit changed, cut off, or under another salt")
    func damage() throws {
        let bytes = frame.encoded(.sha256, salt: salt)
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            let header = try? FrameHeader(damaged, salt: salt)
            #expect(header?.payload(in: Array(damaged[48...])) == nil, "bit \(bit)")
        }
        for count in 0..<48 {
            #expect(throws: FrameHeader.Flaw.damaged) {
                try FrameHeader(Array(bytes[..<count]), salt: salt)
            }
        }
        #expect(throws: FrameHeader.Flaw.damaged) { try FrameHeader(bytes, salt: Frame.noSalt) }
        let header = try FrameHeader(bytes, salt: salt)
        #expect(header.payload(in: Array(bytes[48..<56])) == nil)
    }

    @Test("of a newer version is told from damage")
    func newerVersion() {
        var bytes = frame.encoded(.sha256, salt: salt)
        bytes[28] = 2
        var checksum: [UInt8] = []
        let digest = HashSuite.sha256.hash(salt + bytes[8..<48]).words.0
        BigEndian.append(digest, byteCount: 8, to: &checksum)
        bytes.replaceSubrange(0..<8, with: checksum)
        #expect(throws: FrameHeader.Flaw.unsupported) { try FrameHeader(bytes, salt: salt) }
    }

    @Test(
        "has a place that packs segment and offset",
        arguments: [(0, 0), (1, 64), (70_000, 1 << 39)])
    func location(segment: Int, offset: Int) {
        let location = FrameLocation(segment: UInt64(segment), offset: offset)
        #expect(location.segment == UInt64(segment) && location.offset == offset)
    }
}
