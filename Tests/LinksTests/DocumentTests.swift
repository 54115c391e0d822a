import Base
import Cryptography
import Encoding
import System
import Testing

@testable import Links

@Suite("The worked examples of docs/formats/links.md")
struct DocumentTests {
    /// The bytes of the code block marked ```` ```hex name ````.
    private func example(_ name: String) throws -> [UInt8] {
        let tests = FileSystem.folder(of: #filePath)
        let root = FileSystem.folder(of: FileSystem.folder(of: tests))
        let bytes = try FileSystem.read("\(root)/docs/formats/links.md", limit: 1 << 20)
        let lines = String(decoding: bytes, as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0 == "```hex \(name)" }, "\(name)")
        let digits = lines[(start + 1)...].prefix { $0 != "```" }.joined()
        return try #require(Hex.decode(digits.filter { !$0.isWhitespace }))
    }

    private func frames(_ bytes: [UInt8]) throws -> [LinkFrame] {
        var reader = LinkFrameReader()
        bytes.withUnsafeBytes { reader.append($0) }
        var frames: [LinkFrame] = []
        while let frame = try reader.next() { frames.append(frame) }
        #expect(reader.byteCount == 0)
        return frames
    }

    private static func key(_ byte: UInt8) throws -> SigningKey {
        let seed = SecretBytes(copying: [UInt8](repeating: byte, count: 32))
        return try SigningKey(suite: .ed25519, seed: seed)
    }

    private static let chain = Hash256(words: (0, 0, 0, 1))
    private static let binding = [UInt8](repeating: 0x33, count: 32)

    private func initiator() throws -> (key: SigningKey, hello: LinkHello) {
        let key = try Self.key(0x11)
        let hello = LinkHello(
            versions: [1, 2], chain: Self.chain, key: key.publicKey, role: .validator,
            software: "kanglian/2", random: Hash256(words: (0, 0, 0, 2)))
        return (key, hello)
    }

    private func acceptor() throws -> (key: SigningKey, hello: LinkHello) {
        let key = try Self.key(0x22)
        let hello = LinkHello(
            versions: [1], chain: Self.chain, key: key.publicKey, role: .observer,
            software: "kanglian/1", random: Hash256(words: (0, 0, 0, 3)))
        return (key, hello)
    }

    @Test("the greetings are what the page says, and the only encoding")
    func hellos() throws {
        for (name, hello) in [("hello", try initiator().hello), ("answer", try acceptor().hello)] {
            let bytes = LinkFrame(.hello, hello.encoded).encoded
            #expect(Hex.encode(try example(name)) == Hex.encode(bytes))
            let frame = try #require(frames(try example(name)).first)
            #expect(try LinkHello(payload: frame.payload) == hello)
        }
    }

    @Test("the proof signs the message of the page, and opens the page's session")
    func proof() throws {
        let (left, right) = (try initiator(), try acceptor())
        let message = LinkProof.message(
            side: .acceptor, chain: Self.chain, initiator: left.hello.encoded,
            acceptor: right.hello.encoded, binding: Self.binding)
        #expect(Hex.encode(try example("signed")) == Hex.encode(message))
        let proof = LinkFrame(.proof, try right.key.sign(message)).encoded
        #expect(Hex.encode(try example("proof")) == Hex.encode(proof))
        var handshake = LinkHandshake(
            side: .initiator, key: left.key, hello: left.hello, expected: right.key.publicKey,
            binding: Self.binding)
        #expect(handshake.hello.encoded == (try example("hello")))
        let steps = try frames(try example("answer") + example("proof")).map {
            try handshake.receive($0)
        }
        #expect(steps == [.greeted(right.hello), .proved])
        #expect(handshake.version == 1)
    }

    @Test("the messages of the page are cut as it says")
    func messages() throws {
        let queue = LinkQueue(limits: LinkLimits())
        #expect(queue.push(Array("bulk".utf8), .bulk) && queue.push(Array("vote".utf8), .votes))
        var bytes: [UInt8] = []
        #expect(queue.writeFrames(into: &bytes) == 2)
        #expect(Hex.encode(try example("messages")) == Hex.encode(bytes))
        #expect(try frames(try example("messages")).map(\.kind) == [.voteEnd, .bulkEnd])
    }
}
