import Base
import Cryptography
import Encoding
import Links

extension FuzzTarget {
    /// What a link reads before and after the proof: each frame and greeting has one encoding.
    ///
    /// The first byte says in what portions the stream comes in.
    static let link = FuzzTarget(name: "link", seeds: linkSeeds) { bytes in
        guard let portion = bytes.first else { return false }
        let stream = Array(bytes.dropFirst())
        var (reader, frames) = (LinkFrameReader(), [LinkFrame]())
        var start = 0
        do throws(LinkFault) {
            while start < stream.count {
                let end = min(stream.count, start + Int(portion) + 1)
                stream[start..<end].withUnsafeBytes { reader.append($0) }
                while let frame = try reader.next() { frames.append(frame) }
                start = end
            }
        } catch {
            precondition(error.isOffence, "a stream of bytes is refused as something else")
        }
        let taken = frames.flatMap(\.encoded)
        precondition(stream.starts(with: taken), "a frame has another encoding")
        for frame in frames { check(frame) }
        return !frames.isEmpty
    }

    private static func check(_ frame: LinkFrame) {
        precondition(frame.kind.byteCounts.contains(frame.payload.count), "a payload's length")
        switch frame.kind {
        case .hello:
            guard let hello = try? LinkHello(payload: frame.payload) else { return }
            precondition(LinkFrame(.hello, hello.encoded) == frame, "a second encoding")
        case .proof:
            let binding = [UInt8](repeating: 0, count: LinkProof.bindingByteCount)
            let message = LinkProof.message(
                side: .initiator, chain: .zero, initiator: [], acceptor: [], binding: binding)
            let isValid = linkKey?.publicKey.isValidSignature(frame.payload, for: message)
            precondition(isValid == false, "a signature was forged")
        case .refusal: _ = LinkRefusal(rawValue: frame.payload[0])
        default: break
        }
    }

    private static let linkKey = try? SigningKey(suite: .p256, random: SeededRandom(seed: 2))

    private static var linkSeeds: [[UInt8]] {
        guard let key = linkKey?.publicKey else { return [] }
        let hello = LinkHello(
            versions: [1, 2], chain: .zero, key: key, role: .validator, software: "kanglian",
            random: .zero)
        let frames = [
            LinkFrame(.hello, hello.encoded), LinkFrame(.proof, [UInt8](repeating: 1, count: 64)),
            LinkFrame(.ready), LinkFrame(.ping, [0, 0, 0, 0, 0, 0, 0, 1]),
            LinkFrame(.voteEnd, [1, 2, 3]), LinkFrame(.bulkEnd),
        ].flatMap(\.encoded)
        return [[255] + frames, [0] + frames, [0] + LinkFrame(.refusal, [1]).encoded]
    }
}
