import Base
import Cryptography

/// The unit of block logs and journals on disk: what one sync makes durable.
///
/// Integers are big-endian. A frame starts at a multiple of 8 and is padded with zeros to one.
///
/// | offset | size | meaning |
/// |---|---|---|
/// | 0 | 8 | header checksum: digest of the log's salt and bytes 8 ..< 48, first 8 bytes |
/// | 8 | 16 | payload checksum: digest of the payload, first 16 bytes |
/// | 24 | 4 | magic `KLFR` |
/// | 28 | 1 | format version, 1 |
/// | 29 | 1 | hash suite |
/// | 30 | 1 | kind |
/// | 31 | 1 | zero |
/// | 32 | 8 | index of the first record, or the segment's number |
/// | 40 | 4 | number of records |
/// | 44 | 4 | payload length in bytes |
/// | 48 | … | payload |
///
/// Record 7 with the payload `kanglian\n` under the salt `00 01 … 0f` and SHA-256:
///
///     2b99c2c413f1881e 0f7507b961f2cf6ede3d49b4956a1820 4b4c4652 01 01 02 00
///     0000000000000007 00000001 00000009 6b616e676c69616e0a 00000000000000
///
/// The salt is random for each log and stays on its disk: nobody can send a record whose bytes
/// would be taken for a frame when a torn one is looked at.
struct Frame: Equatable, Sendable {
    /// What a frame is.
    enum Kind: UInt8, Sendable {
        /// The first frame of each segment; its index is the segment's number, its payload the
        /// salt.
        case segment = 1
        /// One record of a block log.
        case block = 2
        /// A group of journal records, each after its length (4 bytes).
        case group = 3
        /// The journal's records up to a position (8 bytes) are forgotten.
        case truncation = 4
        /// The first frame of a block log that begins with another record than 0: its index is
        /// that record's, and it has no payload.
        case base = 5
    }

    static let headerByteCount = 48
    static let saltByteCount = 16
    static let alignment = 8
    static let version: UInt8 = 1
    static let magic: UInt32 = 0x4B4C_4652

    /// The salt under which segment frames are written: they are what carries the log's own.
    static let noSalt = [UInt8](repeating: 0, count: saltByteCount)

    let kind: Kind
    let index: UInt64
    let count: UInt32
    let payload: [UInt8]

    /// The bytes on disk, padding included.
    func encoded(_ suite: HashSuite, salt: [UInt8]) -> [UInt8] {
        let total = Self.byteCount(payload: payload.count)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(total)
        let payloadSum = suite.hash(payload).words
        BigEndian.append(0, byteCount: 8, to: &bytes)
        BigEndian.append(payloadSum.0, byteCount: 8, to: &bytes)
        BigEndian.append(payloadSum.1, byteCount: 8, to: &bytes)
        BigEndian.append(UInt64(Self.magic), byteCount: 4, to: &bytes)
        bytes += [Self.version, suite.rawValue, kind.rawValue, 0]
        BigEndian.append(index, byteCount: 8, to: &bytes)
        BigEndian.append(UInt64(count), byteCount: 4, to: &bytes)
        BigEndian.append(UInt64(payload.count), byteCount: 4, to: &bytes)
        var checksum: [UInt8] = []
        BigEndian.append(suite.hash(salt + bytes[8...]).words.0, byteCount: 8, to: &checksum)
        bytes.replaceSubrange(0..<8, with: checksum)
        bytes += payload
        bytes.append(contentsOf: repeatElement(0, count: total - bytes.count))
        return bytes
    }

    /// Bytes on disk of a frame with such a payload.
    static func byteCount(payload: Int) -> Int {
        (headerByteCount + payload + alignment - 1) / alignment * alignment
    }
}

/// A frame's first 48 bytes, checked.
struct FrameHeader: Sendable {
    /// Why bytes are no header.
    enum Flaw: Error, Equatable {
        /// A checksum is wrong, or there are too few bytes.
        case damaged
        /// Intact, but of a version or kind that this program does not know.
        case unsupported
    }

    let kind: Frame.Kind
    let index: UInt64
    let count: UInt32
    let payloadByteCount: Int
    private let suite: HashSuite
    private let payloadSum: (UInt64, UInt64)

    /// Bytes on disk of the whole frame.
    var frameByteCount: Int { Frame.byteCount(payload: payloadByteCount) }

    /// Reads and checks the 48 bytes at the start of `bytes`.
    init(_ bytes: [UInt8], salt: [UInt8]) throws(Flaw) {
        guard bytes.count >= Frame.headerByteCount,
            BigEndian.read(bytes, at: 24, byteCount: 4) == UInt64(Frame.magic),
            let suite = HashSuite(rawValue: bytes[29]),
            suite.hash(salt + bytes[8..<Frame.headerByteCount]).words.0
                == BigEndian.read(bytes, at: 0, byteCount: 8)
        else { throw .damaged }
        guard bytes[28] == Frame.version, let kind = Frame.Kind(rawValue: bytes[30]),
            bytes[31] == 0
        else { throw .unsupported }
        (self.kind, self.suite) = (kind, suite)
        index = BigEndian.read(bytes, at: 32, byteCount: 8)
        count = UInt32(truncatingIfNeeded: BigEndian.read(bytes, at: 40, byteCount: 4))
        payloadByteCount = Int(BigEndian.read(bytes, at: 44, byteCount: 4))
        payloadSum = (
            BigEndian.read(bytes, at: 8, byteCount: 8), BigEndian.read(bytes, at: 16, byteCount: 8)
        )
    }

    /// The payload in the bytes behind the header; nil if they or the padding are damaged.
    func payload(in body: [UInt8]) -> [UInt8]? {
        guard body.count == frameByteCount - Frame.headerByteCount else { return nil }
        let payload = Array(body[..<payloadByteCount])
        let words = suite.hash(payload).words
        guard words.0 == payloadSum.0, words.1 == payloadSum.1,
            body[payloadByteCount...].allSatisfy({ $0 == 0 })
        else { return nil }
        return payload
    }
}
