import Base
import Cryptography
import Encoding
import Testing

@testable import Links

@Suite("Frames, greetings and pieces")
struct WireTests {
    private func frames(_ bytes: [UInt8], step: Int) throws -> [LinkFrame] {
        var reader = LinkFrameReader()
        var frames: [LinkFrame] = []
        for start in stride(from: 0, to: bytes.count, by: step) {
            bytes[start..<min(start + step, bytes.count)].withUnsafeBytes { reader.append($0) }
            while let frame = try reader.next() { frames.append(frame) }
        }
        #expect(reader.byteCount == 0)
        return frames
    }

    @Test(
        "a stream of frames is cut the same way however it comes",
        arguments: [1, 7, 4_096, 1 << 20])
    func frameStream(step: Int) throws {
        let sent = [
            LinkFrame(.ping, [0, 0, 0, 0, 0, 0, 0, 7]), LinkFrame(.ready), LinkFrame(.voteEnd),
            LinkFrame(.bulkPart, [UInt8](repeating: 9, count: 1 << 16)),
            LinkFrame(.bulkEnd, [1, 2, 3]), LinkFrame(.refusal, [1]),
        ]
        #expect(try frames(sent.flatMap(\.encoded), step: step) == sent)
        #expect(Hex.encode(sent[0].encoded) == "00000008050000000000000007")
    }

    @Test("a head that promises too much or too little is refused before its payload comes")
    func heads() throws {
        for kind in LinkFrame.Kind.allCases {
            for (count, fault) in [
                (kind.byteCounts.upperBound + 1, LinkFault.oversized),
                (kind.byteCounts.lowerBound - 1, .malformedFrame),
            ] where count >= 0 {
                var reader = LinkFrameReader()
                LinkFrame.head(kind, count).withUnsafeBytes { reader.append($0) }
                #expect(throws: fault) { try reader.next() }
            }
        }
        for raw in UInt8.min...UInt8.max where LinkFrame.Kind(rawValue: raw) == nil {
            var reader = LinkFrameReader()
            [0, 0, 0, 0, raw].withUnsafeBytes { reader.append($0) }
            #expect(throws: LinkFault.malformedFrame) { try reader.next() }
        }
    }

    @Test("a greeting has one encoding, and every change of it is noticed or is another greeting")
    func hello() throws {
        for suite in SignatureSuite.allCases {
            let key = try TestNode.key(5, suite: suite).publicKey
            let hello = RawPeer.hello(key, versions: [1, 2, 700])
            let bytes = hello.encoded
            #expect(try LinkHello(payload: bytes) == hello)
            for count in bytes.indices {
                #expect(throws: LinkFault.malformedHello) {
                    try LinkHello(payload: Array(bytes[..<count]))
                }
            }
            #expect(throws: LinkFault.malformedHello) { try LinkHello(payload: bytes + [0]) }
            for bit in 0..<bytes.count * 8 {
                var changed = bytes
                changed[bit / 8] ^= 1 << UInt8(bit % 8)
                guard let other = try? LinkHello(payload: changed) else { continue }
                #expect(other != hello && other.encoded == changed, "bit \(bit)")
            }
        }
    }

    @Test("the largest greeting fits its limit")
    func largestHello() throws {
        let versions = (0..<16).map { UInt16(65_000 + $0) }
        let key = try TestNode.key(5, suite: .sm2).publicKey
        let hello = LinkHello(
            versions: versions, chain: .zero, key: key, role: .observer,
            software: String(repeating: "x", count: 64), random: .zero)
        #expect(hello.encoded.count <= LinkHello.byteCountMax)
        #expect(try LinkHello(payload: hello.encoded) == hello)
    }

    @Test("versions that do not ascend, and software that is not visible ASCII, are refused")
    func helloFields() throws {
        let key = try TestNode.key(5).publicKey
        func payload(_ versions: [UInt64], _ software: String, role: UInt64 = 1) -> [UInt8] {
            var writer = CBORWriter()
            writer.array(7)
            writer.unsigned(1)
            writer.list(versions) { $0.unsigned($1) }
            writer.hash(.zero)
            writer.byteString(key.tagged)
            writer.unsigned(role)
            writer.text(software)
            writer.hash(.zero)
            return writer.bytes
        }
        #expect(try LinkHello(payload: payload([1, 2], "a")).versions == [1, 2])
        for versions: [UInt64] in [[], [0], [2, 1], [1, 1], [65_536], Array(1...17)] {
            #expect(throws: LinkFault.malformedHello) {
                try LinkHello(payload: payload(versions, "a"))
            }
        }
        for software in ["", "a\n", "康", String(repeating: "a", count: 65)] {
            #expect(throws: LinkFault.malformedHello) {
                try LinkHello(payload: payload([1], software))
            }
        }
        for role: UInt64 in [0, 3, 255, 256] {
            #expect(throws: LinkFault.malformedHello) {
                try LinkHello(payload: payload([1], "a", role: role))
            }
        }
    }

    @Test("pieces become the message again, up to the limit")
    func assembler() throws {
        let queue = LinkQueue(limits: LinkLimits())
        for size in [0, 1, 65_536, 65_537, 200_000] {
            let message = SeededRandom(seed: UInt64(size)).bytes(size)
            #expect(queue.push(message, .bulk))
            var assembler = LinkAssembler(byteCountMax: 200_000)
            var whole: [UInt8]?
            while whole == nil {
                var bytes: [UInt8] = []
                _ = queue.writeFrames(into: &bytes)
                for frame in try frames(bytes, step: bytes.count) {
                    whole = try assembler.add(frame.payload, isLast: frame.kind == .bulkEnd)
                }
            }
            #expect(whole == message && assembler.byteCount == 0)
            #expect(queue.size == (0, 0))
        }
        var small = LinkAssembler(byteCountMax: 100_000)
        _ = try small.add([UInt8](repeating: 0, count: 65_536), isLast: false)
        #expect(throws: LinkFault.oversized) {
            try small.add([UInt8](repeating: 0, count: 34_465), isLast: true)
        }
    }
}
