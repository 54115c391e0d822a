import Base
import Cryptography
import Links
import System
import Testing

@Suite("A link between two nodes", .timeLimit(.minutes(3)))
struct LinkTests {
    /// Messages of many sizes: empty, one piece, exactly full pieces, several pieces.
    private static let sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 300_000, 5, 8 << 20, 0, 7]

    private static func message(_ index: Int) -> [UInt8] {
        SeededRandom(seed: UInt64(index)).bytes(sizes[index])
    }

    @Test(
        "carries messages in both directions, whole and in order",
        arguments: SignatureSuite.allCases)
    func carriesBothWays(suite: SignatureSuite) throws {
        let left = try TestNode(1, suite: suite)
        let right = try TestNode(2)
        try TestNode.link(left, right)
        let messages = Self.sizes.indices.map(Self.message)
        for message in messages {
            #expect(left.links.send(message, to: right.publicKey, priority: .bulk))
            #expect(right.links.send(message, to: left.publicKey, priority: .bulk))
        }
        for (node, other) in [(left, right), (right, left)] {
            try eventually("all messages come") {
                node.recorder.messages(from: other.publicKey).count == messages.count
            }
            #expect(node.recorder.messages(from: other.publicKey) == messages)
            let info = try #require(node.recorder.current.connected.first)
            #expect(info.key == other.publicKey)
            #expect(info.isInitiator == (node === left))
            #expect(info.version == 1 && info.role == .validator)
        }
    }

    @Test("tells its status")
    func tellsStatus() throws {
        let left = try TestNode(1)
        let right = try TestNode(2)
        try TestNode.link(left, right)
        #expect(left.links.send([1, 2, 3], to: right.publicKey, priority: .votes))
        try eventually("the numbers come") {
            guard let status = left.links.status(of: right.publicKey),
                let other = right.links.status(of: left.publicKey)
            else { return false }
            return status.messageCountOut == 1 && other.messageCountIn == 1
                && status.roundTrip != nil && status.byteCountIn > 500
                && other.byteCountIn > 500
        }
        let status = try #require(left.links.status(of: right.publicKey))
        #expect(status.version == 1 && status.software == "kanglian")
        #expect(status.role == .validator && status.claimedRole == .validator)
        #expect(status.queueByteCount == 0 && status.lastFault == nil)
        #expect(status.certificateExpiry == (try TestNode.certificate.get()).notAfter)
    }

    @Test("lets votes overtake bulk that waits")
    func votesOvertake() throws {
        let left = try TestNode(1)
        let right = try TestNode(2)
        try TestNode.link(left, right)
        // Nothing is taken until everything is queued or on its way.
        right.recorder.setBusy(true)
        let bulk = [UInt8](repeating: 1, count: 1 << 20)
        var bulkCount = 0
        while left.links.send(bulk, to: right.publicKey, priority: .bulk) { bulkCount += 1 }
        #expect(left.links.send([2], to: right.publicKey, priority: .votes))
        try eventually("the receiver is busy") { right.recorder.current.busyCount > 0 }
        right.recorder.setBusy(false)
        right.links.resume(left.publicKey)
        try eventually("everything comes") {
            right.recorder.messages(from: left.publicKey).count == bulkCount + 1
        }
        let place = right.recorder.messages(from: left.publicKey).firstIndex(of: [2])
        #expect(try #require(place) < bulkCount)
    }

    @Test("sends to nobody without a link, and nothing that is too large")
    func refusesToSend() throws {
        let left = try TestNode(1) { $0.limits.messageByteCountMax = 100 }
        let right = try TestNode(2)
        #expect(!left.links.send([1], to: right.publicKey, priority: .votes))
        #expect(left.links.broadcast([1], priority: .votes) == 0)
        try TestNode.link(left, right)
        let large = [UInt8](repeating: 0, count: 101)
        #expect(!left.links.send(large, to: right.publicKey, priority: .votes))
        #expect(left.links.send(Array(large.dropLast()), to: right.publicKey, priority: .votes))
        #expect(left.links.broadcast([9], priority: .bulk) == 1)
        try eventually("both come") { right.recorder.messages(from: left.publicKey).count == 2 }
    }

    @Test("finds a peer by its host's name")
    func resolvesNames() throws {
        let left = try TestNode(1)
        let right = try TestNode(2)
        let port = try #require(right.links.port)
        try left.links.setPeers([
            LinkPeer(key: right.publicKey, host: "localhost", port: port)
        ])
        try eventually("linked") { left.isConnected(to: right.publicKey) }
    }
}
