import Base
import Cryptography
@preconcurrency import Glibc
import System
import Testing

@testable import Links

@Suite("Peers and strangers that misbehave", .timeLimit(.minutes(3)))
struct AbuseTests {
    /// After each abuse, honest nodes still link.
    private func expectService(_ node: TestNode) throws {
        let honest = try TestNode(77)
        try TestNode.link(honest, node)
        #expect(honest.links.send([1], to: node.publicKey, priority: .votes))
        try eventually("it comes") { node.recorder.messages(from: honest.publicKey) == [[1]] }
    }

    @Test("garbage instead of TLS ends the connection")
    func garbage() throws {
        let node = try TestNode(1)
        for seed in 0..<20 as Range<UInt64> {
            let socket = try RawPeer.connect(node.links.port)
            let bytes = SeededRandom(seed: seed).bytes(4_000)
            send(socket.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            // Some of it may look like the start of something long: say that there is no more.
            shutdown(socket.descriptor, Int32(SHUT_WR))
            try RawPeer.waitForEnd(of: socket)
        }
        try eventually("all are counted") { node.count(.tlsFailed) + node.count(.lost) == 20 }
        #expect(node.count(.tlsFailed) > 0)
        // One line for all of them.
        #expect(node.logged.count { $0.contains("tls-failed") } == 1)
        try expectService(node)
    }

    @Test(
        "frames that are wrong or out of turn before the proof end the connection",
        arguments: [
            ([0, 0, 0, 0, 99], LinkFault.malformedFrame),
            ([0xFF, 0xFF, 0xFF, 0xFF, 1], .oversized), ([0, 0, 2, 0, 1], .oversized),
            ([0, 0, 0, 0, 1], .malformedFrame), ([0, 0, 0, 1, 1, 0], .malformedHello),
            (LinkFrame(.ping, [0, 0, 0, 0, 0, 0, 0, 1]).encoded, .malformedFrame),
            (LinkFrame(.bulkEnd, [1]).encoded, .malformedFrame),
            (LinkFrame(.ready).encoded, .malformedFrame),
            (LinkFrame(.refusal, [1]).encoded, .malformedFrame),
            (LinkFrame(.proof, [UInt8](repeating: 0, count: 64)).encoded, .malformedFrame),
        ] as [([UInt8], LinkFault)])
    func beforeProof(bytes: [UInt8], fault: LinkFault) throws {
        let node = try TestNode(1)
        let raw = try RawPeer.dial(node.links.port)
        try raw.send(bytes: bytes)
        #expect(try raw.next() == nil)
        #expect(node.count(fault) == 1)
        try expectService(node)
    }

    @Test(
        "frames that are wrong on an open link end it",
        arguments: [
            ([0, 0, 0, 0, 99], LinkFault.malformedFrame), ([0, 1, 0, 1, 18], .oversized),
            ([0, 0, 0, 7, 5], .malformedFrame), ([0, 0, 0, 9, 17], .malformedFrame),
            (LinkFrame(.ready).encoded, .malformedFrame),
            (LinkFrame(.pong, [0, 0, 0, 0, 0, 1, 0, 0]).encoded, .malformedFrame),
            (
                LinkFrame(.votePart, [UInt8](repeating: 1, count: 1 << 16)).encoded
                    + LinkFrame(.voteEnd).encoded, .malformedFrame
            ),
            (
                LinkFrame(.bulkPart, [UInt8](repeating: 1, count: 1 << 16)).encoded
                    + LinkFrame(.bulkEnd, [UInt8](repeating: 1, count: 1 << 15)).encoded, .oversized
            ),
        ] as [([UInt8], LinkFault)])
    func afterProof(bytes: [UInt8], fault: LinkFault) throws {
        let node = try TestNode(1) { $0.limits.messageByteCountMax = 90_000 }
        let raw = try RawPeer.dial(node.links.port)
        let key = try TestNode.key(2)
        try raw.join(as: key)
        try raw.send(LinkFrame(.bulkEnd, [42]))
        try raw.send(bytes: bytes)
        _ = try raw.readToEnd()
        try eventually("the end is told") { !node.recorder.current.disconnected.isEmpty }
        #expect(node.recorder.current.disconnected.map(\.reason) == [fault])
        #expect(node.recorder.messages(from: key.publicKey) == [[42]])
        #expect(node.count(fault) == 1)
        try expectService(node)
    }

    @Test("a message that is cut off is never handed over")
    func truncated() throws {
        let node = try TestNode(1)
        let key = try TestNode.key(2)
        let frame = LinkFrame(.bulkEnd, [UInt8](repeating: 5, count: 1_000)).encoded
        do {
            let raw = try RawPeer.dial(node.links.port)
            try raw.join(as: key)
            try raw.send(LinkFrame(.bulkPart, [UInt8](repeating: 5, count: 1 << 16)))
            try raw.send(bytes: Array(frame.dropLast()))
            try eventually("it waits for the rest") {
                node.links.status(of: key.publicKey)?.heldByteCount == 1 << 16 + frame.count - 1
            }
        }
        try eventually("the end is told") {
            node.recorder.current.disconnected.map(\.reason) == [.lost]
        }
        #expect(node.recorder.current.messages.isEmpty)
    }

    @Test("handshakes that take too long are ended, with TLS or without")
    func slowHandshake() throws {
        let node = try TestNode(1) { $0.limits.handshakeTime = .milliseconds(300) }
        let silent = try RawPeer.connect(node.links.port)
        try RawPeer.waitForEnd(of: silent)
        #expect(node.count(.slowHandshake) == 1)
        if let raw = try? RawPeer.dial(node.links.port) { #expect(try raw.next() == nil) }
        #expect(node.count(.slowHandshake) == 2)
    }

    @Test("a flood of half-open connections is bounded, and honest nodes get through")
    func halfOpenFlood() throws {
        let node = try TestNode(1) {
            $0.limits.halfOpenCountMax = 8
            $0.limits.halfOpenCountMaxPerAddress = 1_000
        }
        let flood = try (0..<60).map { _ in try RawPeer.connect(node.links.port) }
        // The oldest make room: what is left open are the newest.
        for socket in flood.prefix(52) { try RawPeer.waitForEnd(of: socket) }
        #expect(node.count(.crowded) == 52)
        try expectService(node)
    }

    @Test("one address has a bound of half-open connections, and one of connections in a minute")
    func addressFlood() throws {
        let node = try TestNode(1) { $0.limits.halfOpenCountMaxPerAddress = 4 }
        let flood = try (0..<10).map { _ in try RawPeer.connect(node.links.port) }
        for socket in flood.suffix(6) { try RawPeer.waitForEnd(of: socket) }
        #expect(node.count(.crowded) == 6)

        let strict = try TestNode(2) { $0.limits.acceptCountMaxPerMinute = 3 }
        let sockets = try (0..<5).map { _ in try RawPeer.connect(strict.links.port) }
        for socket in sockets.suffix(2) { try RawPeer.waitForEnd(of: socket) }
        #expect(strict.count(.crowded) == 2)
        #expect(strict.logged.count { $0.contains("crowded") } == 1)
    }

    @Test("a flood of messages to a busy receiver stays within its limits, and nothing is lost")
    func busyReceiver() throws {
        let receiver = try TestNode(1)
        let sender = try TestNode(2) {
            $0.limits.messageByteCountMax = 1 << 20
            $0.limits.queueByteCountMax = 2 << 20
        }
        receiver.recorder.setBusy(true)
        try TestNode.link(sender, receiver)
        func message(_ number: Int) -> [UInt8] {
            [UInt8(number >> 8), UInt8(number & 255)] + [UInt8](repeating: 7, count: 100_000)
        }
        // The kernel's buffers fill first, then the queue; then nothing goes on.
        var accepted = 0
        var refusedInARow = 0
        var moved: UInt64 = 0
        try eventually("nothing moves any more") {
            if sender.links.send(message(accepted), to: receiver.publicKey, priority: .bulk) {
                accepted += 1
                refusedInARow = 0
                return false
            }
            let now = receiver.links.status(of: sender.publicKey)?.byteCountIn ?? 0
            refusedInARow = now == moved ? refusedInARow + 1 : 0
            moved = now
            return refusedInARow == 50
        }
        let waiting = try #require(sender.links.status(of: receiver.publicKey))
        #expect(waiting.isConnected && waiting.queueByteCount <= 2 << 20)
        let held = try #require(receiver.links.status(of: sender.publicKey)).heldByteCount
        #expect(held > 0 && held <= 100_002 + 2 * LinkFrame.pieceByteCount + 5)
        #expect(accepted > 15 && receiver.recorder.current.messages.isEmpty)
        receiver.recorder.setBusy(false)
        try eventually("everything comes") {
            receiver.recorder.current.messages.count == accepted
        }
        let numbers = receiver.recorder.current.messages.map {
            Int($0.bytes[0]) << 8 | Int($0.bytes[1])
        }
        #expect(numbers == Array(0..<accepted))
        #expect(receiver.recorder.current.disconnected.isEmpty)
    }

    @Test("a peer that does not read fills a bounded queue, then loses its link")
    func slowReader() throws {
        let node = try TestNode(1) {
            $0.limits.messageByteCountMax = 1 << 20
            $0.limits.queueByteCountMax = 4 << 20
            $0.limits.stallTime = .milliseconds(300)
        }
        let key = try TestNode.key(2)
        let raw = try RawPeer.dial(node.links.port)
        try raw.join(as: key)
        try eventually("linked") { node.isConnected(to: key.publicKey) }
        let message = [UInt8](repeating: 3, count: 1 << 20)
        var largest = 0
        try eventually("the link is given up") {
            _ = node.links.send(message, to: key.publicKey, priority: .bulk)
            largest = max(largest, node.links.status(of: key.publicKey)?.queueByteCount ?? 0)
            return !node.recorder.current.disconnected.isEmpty
        }
        #expect(node.recorder.current.disconnected.map(\.reason) == [.slowReader])
        #expect(largest <= 4 << 20)
        #expect(node.count(.slowReader) == 1)
        #expect(!node.links.send([1], to: key.publicKey, priority: .votes))
        try expectService(node)
    }

    @Test("a peer that falls silent loses its link, one that only pings keeps it")
    func silence() throws {
        let node = try TestNode(1) {
            $0.limits.pingInterval = .milliseconds(50)
            $0.limits.silenceTime = .milliseconds(400)
        }
        let lively = try TestNode(2) { $0.limits.pingInterval = .milliseconds(50) }
        try TestNode.link(lively, node)
        let key = try TestNode.key(3)
        let raw = try RawPeer.dial(node.links.port)
        try raw.join(as: key)
        try eventually("the silent one is given up") {
            node.recorder.current.disconnected.map(\.key) == [key.publicKey]
        }
        #expect(node.recorder.current.disconnected.map(\.reason) == [.silent])
        #expect(node.isConnected(to: lively.publicKey))
    }

    @Test("a flood of small frames is slowed down, not dropped")
    func receiveRate() throws {
        let node = try TestNode(1) { $0.limits.receiveBytesPerSecond = 20_000 }
        let key = try TestNode.key(2)
        let raw = try RawPeer.dial(node.links.port)
        try raw.join(as: key)
        let frames = (0..<400).flatMap { LinkFrame(.voteEnd, [UInt8($0 & 255)]).encoded }
        try raw.send(bytes: frames)
        try eventually("all come") { node.recorder.current.messages.count == 400 }
        let bytes = node.recorder.messages(from: key.publicKey)
        #expect(bytes == (0..<400).map { [UInt8($0 & 255)] })
    }
}
