import Base
import Cryptography
import Encoding
import System
import Testing

@testable import Links

@Suite("Who is at the other end", .timeLimit(.minutes(3)))
struct ProofTests {
    @Test("a key that is not admitted is refused, and both sides know why")
    func unknownKey() throws {
        let node = try TestNode(1)
        let stranger = try TestNode(2)
        node.admit([:])
        try stranger.links.setPeers([node.peer()])
        try eventually("refused") {
            stranger.links.status(of: node.publicKey)?.lastFault == .refusedKey
        }
        #expect(node.count(.notAdmitted) >= 1)
        #expect(node.recorder.current.connected.isEmpty)
        // Nothing of a stranger is kept.
        #expect(node.links.status.isEmpty)
        let line = try #require(node.logged.first { $0.contains("link.fault") })
        #expect(line.contains("\"not-admitted\"") && line.contains("\"127.0.0.1\""))
    }

    @Test("a node does not dial whom it does not admit")
    func notAdmittedPeer() throws {
        let node = try TestNode(1)
        let other = try TestNode(2)
        node.admit([:])
        try node.links.setPeers([other.peer()])
        try eventually("refused") {
            node.links.status(of: other.publicKey)?.lastFault == .notAdmitted
        }
        #expect(other.links.faultCounts.isEmpty)
    }

    @Test("a node of another chain is refused and learns nothing of this one")
    func otherChain() throws {
        let node = try TestNode(1)
        let raw = try RawPeer.dial(node.links.port)
        let key = try TestNode.key(2)
        try raw.send(raw.handshake(.initiator, as: key, chain: .zero).hello)
        #expect(try raw.next() == LinkFrame(.refusal, [LinkRefusal.chain.rawValue]))
        #expect(try raw.next() == nil)
        #expect(node.count(.otherChain) == 1)
        let stranger = try TestNode(2) { $0.chain = .zero }
        try stranger.links.setPeers([node.peer()])
        try eventually("refused") {
            stranger.links.status(of: node.publicKey)?.lastFault == .refusedChain
        }
    }

    @Test("another key than the one dialled is refused")
    func unexpectedKey() throws {
        let node = try TestNode(1)
        let impostor = try TestNode(2)
        let port = try #require(impostor.links.port)
        let expected = try TestNode.key(3).publicKey
        try node.links.setPeers([LinkPeer(key: expected, host: "127.0.0.1", port: port)])
        try eventually("refused") {
            node.links.status(of: expected)?.lastFault == .unexpectedKey
        }
        #expect(impostor.recorder.current.connected.isEmpty)
    }

    @Test("a copy of the own key is refused")
    func ownKey() throws {
        let node = try TestNode(1)
        let raw = try RawPeer.dial(node.links.port)
        try raw.send(raw.handshake(.initiator, as: node.key).hello)
        #expect(try raw.readToEnd() == LinkFrame(.refusal, [LinkRefusal.key.rawValue]))
        #expect(node.count(.ownKey) == 1)
    }

    @Test("a man in the middle who ends TLS on both sides is found out by the dialler")
    func manInTheMiddle() throws {
        let left = try TestNode(1)
        let right = try TestNode(2)
        let listener = try RawPeer.listen()
        try left.links.setPeers([
            LinkPeer(key: right.publicKey, host: "127.0.0.1", port: listener.port)
        ])
        let towardsLeft = try RawPeer.accept(listener)
        let towardsRight = try RawPeer.dial(right.links.port)
        #expect(towardsLeft.channel.binding != towardsRight.channel.binding)
        try towardsRight.send(try #require(try towardsLeft.next()))
        for kind in [LinkFrame.Kind.hello, .proof] {
            let frame = try #require(try towardsRight.next())
            #expect(frame.kind == kind)
            try towardsLeft.send(frame)
        }
        #expect(try towardsLeft.next() == nil)
        try eventually("found out") {
            left.links.status(of: right.publicKey)?.lastFault == .invalidProof
        }
        #expect(left.count(.invalidProof) == 1)
        #expect(left.recorder.current.connected.isEmpty)
        #expect(right.recorder.current.connected.isEmpty)
    }

    /// The attacker lets the dialler believe in its own key, and passes its proof on.
    @Test("a man in the middle is found out by the acceptor too")
    func manInTheMiddleOfAcceptor() throws {
        let acceptor = try TestNode(1)
        let victim = try TestNode.key(2)
        let raw = try RawPeer.dial(acceptor.links.port)
        var handshake = LinkHandshake(
            side: .initiator, key: victim, hello: RawPeer.hello(victim.publicKey), expected: nil,
            binding: [UInt8](repeating: 1, count: 32))
        try raw.send(handshake.hello)
        _ = try handshake.receive(try #require(try raw.next()))
        // The victim signs what it sees: another channel.
        try raw.send(try #require(handshake.proof()))
        #expect(try raw.readToEnd()?.kind == .proof)
        #expect(acceptor.count(.invalidProof) == 1)
        #expect(acceptor.recorder.current.connected.isEmpty)
    }

    @Test("greetings and proofs that are replayed are refused on both sides")
    func replay() throws {
        let node = try TestNode(1)
        let key = try TestNode.key(2)
        let first = try RawPeer.dial(node.links.port)
        let session = try first.join(as: key)
        try eventually("linked") { node.isConnected(to: key.publicKey) }
        let second = try RawPeer.dial(node.links.port)
        try second.send(session.sent[0])
        #expect(try second.next()?.kind == .hello)
        try second.send(session.sent[1])
        #expect(try second.readToEnd()?.kind == .proof)
        #expect(node.count(.invalidProof) == 1)
        // The link that stands is not touched by an attempt that proves nothing.
        #expect(node.isConnected(to: key.publicKey))

        let dialler = try TestNode(3)
        let listener = try RawPeer.listen()
        try dialler.links.setPeers([
            LinkPeer(key: node.publicKey, host: "127.0.0.1", port: listener.port)
        ])
        let third = try RawPeer.accept(listener)
        #expect(try third.next()?.kind == .hello)
        try third.send(session.got[0])
        try third.send(session.got[1])
        #expect(try third.next() == nil)
        #expect(dialler.count(.invalidProof) == 1)
    }

    @Test("a proof that is sent back to its maker is refused")
    func reflection() throws {
        let key = try TestNode.key(1)
        let other = try TestNode.key(2)
        let binding = [UInt8](repeating: 3, count: 32)
        var maker = LinkHandshake(
            side: .initiator, key: key, hello: RawPeer.hello(key.publicKey), expected: nil,
            binding: binding)
        let own = maker.hello
        #expect(throws: LinkFault.ownKey) { try maker.receive(own) }
        let hello = RawPeer.hello(other.publicKey)
        let step = try maker.receive(LinkFrame(.hello, hello.encoded))
        #expect(step == .greeted(hello))
        let proof = try #require(maker.proof())
        #expect(throws: LinkFault.invalidProof) { try maker.receive(proof) }
    }

    @Test(
        "node keys of every suite prove themselves to each other",
        arguments: SignatureSuite.allCases)
    func suites(suite: SignatureSuite) throws {
        for other in SignatureSuite.allCases {
            let left = try TestNode(1, suite: suite)
            let right = try TestNode(2, suite: other)
            try TestNode.link(left, right)
            #expect(left.publicKey.suite == suite && right.publicKey.suite == other)
        }
    }
}
