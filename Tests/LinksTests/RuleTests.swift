import Base
import Cryptography
import Testing

@testable import Links

@Suite("Queues, waiting and choices")
struct RuleTests {
    private static func frames(_ queue: LinkQueue) throws -> [LinkFrame] {
        var reader = LinkFrameReader()
        var frames: [LinkFrame] = []
        while true {
            var bytes: [UInt8] = []
            _ = queue.writeFrames(into: &bytes)
            guard !bytes.isEmpty else { return frames }
            bytes.withUnsafeBytes { reader.append($0) }
            while let frame = try reader.next() { frames.append(frame) }
        }
    }

    @Test("votes go between the pieces of a bulk message")
    func votesFirst() throws {
        let queue = LinkQueue(limits: LinkLimits())
        #expect(queue.push([UInt8](repeating: 1, count: 150_000), .bulk))
        var bytes: [UInt8] = []
        #expect(queue.writeFrames(into: &bytes) == 0)
        #expect(bytes[4] == LinkFrame.Kind.bulkPart.rawValue)
        #expect(queue.push([2], .votes) && queue.push([3], .votes))
        let kinds = try Self.frames(queue).map(\.kind)
        #expect(kinds == [.voteEnd, .voteEnd, .bulkPart, .bulkEnd])
        #expect(queue.size == (0, 0))
    }

    @Test("bulk leaves a quarter of the queue to votes; a closed queue takes nothing")
    func bounds() {
        var limits = LinkLimits()
        (limits.messageByteCountMax, limits.queueByteCountMax) = (100, 400)
        (limits.queueCountMax) = 8
        let queue = LinkQueue(limits: limits)
        let message = [UInt8](repeating: 0, count: 100)
        #expect((0..<3).allSatisfy { _ in queue.push(message, .bulk) })
        #expect(!queue.push([1], .bulk))
        #expect(queue.push(message, .votes) && !queue.push([1], .votes))
        #expect(queue.size == (400, 4))
        let counted = LinkQueue(limits: limits)
        #expect((0..<6).allSatisfy { _ in counted.push([], .bulk) } && !counted.push([], .bulk))
        #expect(counted.push([], .votes) && counted.push([], .votes) && !counted.push([], .votes))
        counted.close()
        #expect(!counted.push([], .votes) && counted.size == (0, 0))
    }

    @Test("a queue that is used for long stays in order")
    func longUse() throws {
        let queue = LinkQueue(limits: LinkLimits())
        var (pushed, got): (Int, [Int]) = (0, [])
        for round in 0..<200 {
            for _ in 0..<(round % 7) {
                #expect(queue.push([UInt8(pushed & 255), UInt8(pushed >> 8)], .votes))
                pushed += 1
            }
            if round % 3 == 0 {
                got += try Self.frames(queue).map { Int($0.payload[0]) | Int($0.payload[1]) << 8 }
            }
        }
        got += try Self.frames(queue).map { Int($0.payload[0]) | Int($0.payload[1]) << 8 }
        #expect(got == Array(0..<pushed))
    }

    @Test("waiting doubles up to its limit, with jitter, and starts anew after success")
    func backoff() {
        let random = SeededRandom(seed: 3)
        var backoff = LinkBackoff(limit: 5_000_000_000)
        var step: UInt64 = 100_000_000
        for _ in 0..<20 {
            let wait = backoff.wait(random)
            #expect((step / 2...step).contains(wait))
            step = min(step * 2, 5_000_000_000)
        }
        backoff.reset()
        let first = backoff.wait(random)
        #expect(first <= 100_000_000)
        let waits = (0..<50).map { _ in
            var fresh = LinkBackoff(limit: 5_000_000_000)
            return fresh.wait(random)
        }
        #expect(Set(waits).count > 40)
    }

    @Test("the allowance is used up, comes back with time, and never exceeds a second's worth")
    func allowance() {
        var allowance = ReceiveAllowance(bytesPerSecond: 1_000, now: 0)
        func hasSome(at time: UInt64) -> Bool { allowance.hasSome(at: time) }
        let frame = LinkFrame(.bulkEnd, [UInt8](repeating: 0, count: 936))
        #expect(hasSome(at: 0))
        allowance.take(frame)
        #expect(!hasSome(at: 0))
        #expect(hasSome(at: allowance.renewal(at: 0)))
        #expect(hasSome(at: 3_600_000_000_000))
        allowance.take(frame)
        #expect(!hasSome(at: 3_600_000_000_000))
    }

    @Test("both ends of two connections choose the same one, in every order of events")
    func arbiter() throws {
        let keys = try [TestNode.key(1).publicKey, TestNode.key(2).publicKey]
            .sorted { $0.tagged.lexicographicallyPrecedes($1.tagged) }
        let decider = LinkArbiter(own: keys[0], peer: keys[1])
        let other = LinkArbiter(own: keys[1], peer: keys[0])
        for side in LinkProof.Side.allCases {
            #expect(decider.verdict(side: side, hasLink: false, hasCommitted: false) == .accept)
            #expect(decider.verdict(side: side, hasLink: true, hasCommitted: false) == .refuse)
            #expect(decider.verdict(side: side, hasLink: false, hasCommitted: true) == .refuse)
            for hasCommitted in [false, true] {
                #expect(
                    other.verdict(side: side, hasLink: false, hasCommitted: hasCommitted)
                        == .accept)
            }
        }
        // What the decider offers is newer than what stands; what it is offered is not.
        #expect(other.verdict(side: .acceptor, hasLink: true, hasCommitted: true) == .replace)
        #expect(other.verdict(side: .initiator, hasLink: true, hasCommitted: true) == .refuse)
    }

    @Test("a configuration that contradicts itself is refused")
    func configuration() throws {
        func check(_ change: (inout LinkConfiguration) -> Void) throws -> LinkError? {
            var configuration = LinkConfiguration(
                key: try TestNode.key(1), chain: .zero,
                certificate: try TestNode.certificate.get(), random: SeededRandom(seed: 1),
                admit: { _ in nil })
            change(&configuration)
            do throws(LinkError) { try configuration.check() } catch { return error }
            return nil
        }
        let peer = LinkPeer(key: try TestNode.key(2).publicKey, host: "a", port: 1)
        let portless = LinkPeer(key: peer.key, host: "a", port: 0)
        #expect(try check { _ in } == nil)
        #expect(try check { $0.versions = [] } == .invalidVersions)
        #expect(try check { $0.software = "" } == .invalidSoftware)
        #expect(try check { $0.peers = [peer, peer] } == .invalidPeers)
        #expect(try check { $0.peers = [portless] } == .invalidPeers)
        #expect(
            try check { $0.limits.silenceTime = .seconds(1) } == .invalidLimit("silenceTime"))
        #expect(
            try check { $0.limits.queueByteCountMax = 1 } == .invalidLimit("queueByteCountMax"))
        #expect(
            try check { $0.limits.stallTime = .zero } == .invalidLimit("stallTime"))
    }

    @Test("an address that cannot be listened on is named")
    func listening() throws {
        let taken = try TestNode(1)
        let port = try #require(taken.links.port)
        #expect(throws: LinkError.addressInUse("127.0.0.1", port: port)) {
            try TestNode(2, port: port)
        }
        #expect(throws: LinkError.invalidAddress("localhost")) {
            try TestNode(2) { $0.listen = .init(address: "localhost", port: 0) }
        }
    }

    @Test("every reason has a word of its own, and a dialler is told those that it can mend")
    func faults() {
        let words = LinkFault.allCases.map { "\($0.word)" }
        #expect(Set(words).count == words.count)
        for refusal in LinkRefusal.allCases {
            #expect(LinkFault.allCases.contains { LinkRefusal($0) == refusal })
            #expect(LinkRefusal(refusal.fault) == nil)
        }
    }
}
