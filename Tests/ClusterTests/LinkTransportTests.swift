import Base
import Cryptography
import Ledger
import Links
import Node
import Synchronization
import System
import Testing

@Suite("Links as the transport of a node", .serialized)
struct LinkTransportTests {
    /// What a node heard from its transport.
    private final class Listener: PeerReceiver {
        let peers = Mutex<Set<PublicKey>>([])
        let messages = Mutex<[[UInt8]]>([])

        func connected(_ peer: PublicKey) { peers.withLock { _ = $0.insert(peer) } }
        func disconnected(_ peer: PublicKey) { peers.withLock { _ = $0.remove(peer) } }

        func received(_ message: [UInt8], from peer: PublicKey) -> Bool {
            messages.withLock { $0.append(message) }
            return true
        }

        func hears(_ peer: PublicKey) -> Bool { peers.withLock { $0.contains(peer) } }
    }

    /// A node with its transport.
    private struct Member {
        let key: SigningKey
        let transport: LinkTransport
        let listener = Listener()
    }

    private let random = SeededRandom(seed: 21)

    private func set(_ keys: [SigningKey]) throws -> ValidatorSet {
        let validators = keys.enumerated().map { index, key in
            Validator(
                account: AccountID(Hash256(words: (UInt64(index + 1), 0, 0, 0))),
                key: key.publicKey, weight: 1)
        }
        return try #require(ValidatorSet(validators))
    }

    private func member(
        days: UInt64 = 365, dials peers: [LinkPeer] = [],
        clock: @escaping @Sendable () -> Timestamp = { SystemClock.now }
    ) throws -> Member {
        var settings = LinkTransport.Settings(
            chain: Hash256(words: (7, 7, 7, 7)),
            certificate: try .make(name: "node", from: SystemClock.now, days: days),
            listen: LinkConfiguration.Endpoint(address: "127.0.0.1", port: 0))
        settings.peers = peers
        return Member(
            key: try SigningKey(suite: .ed25519, random: random),
            transport: LinkTransport(settings, random: SystemRandom(), clock: clock))
    }

    private func peer(_ member: Member) throws -> LinkPeer {
        LinkPeer(
            key: member.key.publicKey, host: "127.0.0.1",
            port: try #require(member.transport.port))
    }

    @Test("Certificates that end soon are alarms of the node, for itself and its peers")
    func certificates() throws {
        let first = try member(days: 20)
        defer { first.transport.stop() }
        let key = try SigningKey(suite: .ed25519, random: random)
        let validators = try set([first.key, key])
        try first.transport.start(first.listener, as: first.key, among: validators)
        #expect(first.transport.alarms.map(\.code) == ["links.own-certificate"])
        let second = try member(dials: [peer(first)])
        defer { second.transport.stop() }
        try second.transport.start(second.listener, as: key, among: validators)
        try eventually("they are linked") {
            first.listener.hears(key.publicKey) && second.listener.hears(first.key.publicKey)
        }
        #expect(second.transport.alarms.map(\.code) == ["links.peer-certificate"])
        #expect(second.transport.links.compactMap(\.certificateDays) == [19])
        second.transport.broadcast([1, 2], urgency: .vote)
        try eventually("messages pass") { first.listener.messages.withLock { $0 == [[1, 2]] } }
    }

    @Test("An offender is cut off, and let in again after a minute")
    func offender() throws {
        let time = Mutex(SystemClock.now)
        let first = try member(clock: { time.withLock { $0 } })
        defer { first.transport.stop() }
        let key = try SigningKey(suite: .ed25519, random: random)
        let validators = try set([first.key, key])
        try first.transport.start(first.listener, as: first.key, among: validators)
        let second = try member(dials: [peer(first)])
        defer { second.transport.stop() }
        try second.transport.start(second.listener, as: key, among: validators)
        try eventually("they are linked") { first.listener.hears(key.publicKey) }
        first.transport.disconnect(key.publicKey, because: "malformed")
        try eventually("the offender is gone") { !first.listener.hears(key.publicKey) }
        first.transport.update(validators)
        try eventually("it is refused") {
            second.transport.links.contains { !$0.isConnected && $0.lastError != nil }
        }
        #expect(!first.listener.hears(key.publicKey))
        time.withLock { $0 = $0.advanced(bySeconds: 61) }
        first.transport.update(validators)
        // Told that it was refused, a node waits long by itself; an operator starts it again.
        second.transport.stop()
        try second.transport.start(second.listener, as: key, among: validators)
        try eventually("it is back") { first.listener.hears(key.publicKey) }
    }

    @Test("A node is dialled under the key that took the place of the configured one")
    func successor() throws {
        let first = try member()
        defer { first.transport.stop() }
        let key = try SigningKey(suite: .ed25519, random: random)
        let next = try SigningKey(suite: .sm2, random: random)
        let before = try set([first.key, key])
        let after = try set([next, key])
        try first.transport.start(first.listener, as: first.key, among: before)
        let second = try member(dials: [peer(first)])
        defer { second.transport.stop() }
        try second.transport.start(second.listener, as: key, among: before)
        try eventually("they are linked") { second.listener.hears(first.key.publicKey) }
        let port = try #require(first.transport.port)
        // Dialled before it had changed its key, it would be left alone for a minute.
        first.transport.stop()
        second.transport.update(after)
        try eventually("the old key is out") { !second.listener.hears(first.key.publicKey) }
        // The same port, as an operator's file would say.
        var settings = LinkTransport.Settings(
            chain: Hash256(words: (7, 7, 7, 7)),
            certificate: try .make(name: "node", from: SystemClock.now, days: 365),
            listen: LinkConfiguration.Endpoint(address: "127.0.0.1", port: port))
        settings.peers = []
        let again = LinkTransport(settings, random: SystemRandom())
        defer { again.stop() }
        let listener = Listener()
        try again.start(listener, as: next, among: after)
        try eventually("they are linked again") { second.listener.hears(next.publicKey) }
    }
}
