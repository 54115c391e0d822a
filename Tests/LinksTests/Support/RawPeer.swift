import Base
import Cryptography
@preconcurrency import Glibc
import System
import Testing

@testable import Links

/// One end of a TLS channel that a test drives by hand, to do what no proper node would.
final class RawPeer {
    struct Broken: Error {}

    let socket: LinkSocket
    let channel: TLSChannel
    private var reader = LinkFrameReader()

    /// Dials a port of loopback and finishes the TLS handshake.
    static func dial(_ port: UInt16?) throws -> RawPeer {
        try RawPeer(connect(port), .initiator)
    }

    /// A plain TCP connection to a port of loopback.
    static func connect(_ port: UInt16?) throws -> LinkSocket {
        let port = try #require(port)
        let address = try #require(SocketAddress("127.0.0.1", port: port))
        let socket = try #require(LinkSocket.dialling(address))
        try wait(socket, POLLOUT)
        guard !socket.hasFailed else { throw Broken() }
        return socket
    }

    static func listen() throws -> LinkSocket {
        try LinkSocket.listening(on: .init(address: "127.0.0.1", port: 0))
    }

    /// Accepts one connection and finishes the TLS handshake.
    static func accept(_ listener: LinkSocket) throws -> RawPeer {
        try wait(listener, POLLIN)
        return try RawPeer(try #require(listener.accept()).socket, .acceptor)
    }

    private init(_ socket: LinkSocket, _ side: LinkProof.Side) throws {
        self.socket = socket
        let context = try TLSContext(TestNode.certificate.get())
        channel = try #require(context.channel(over: socket.descriptor, side: side))
        while true {
            switch channel.handshake() {
            case .moved: return
            case .wantsRead: try Self.wait(socket, POLLIN)
            case .wantsWrite: try Self.wait(socket, POLLOUT)
            default: throw Broken()
            }
        }
    }

    /// Waits until something can be done; a minute is for tests that fail.
    static func wait(_ socket: LinkSocket, _ events: Int32) throws {
        var query = pollfd(fd: socket.descriptor, events: Int16(events), revents: 0)
        while true {
            let count = poll(&query, 1, 60_000)
            if count > 0 { return }
            guard count < 0, errno == EINTR else { throw Broken() }
        }
    }

    /// Whether the other end has closed or reset, once it has.
    static func waitForEnd(of socket: LinkSocket) throws {
        var byte: UInt8 = 0
        while true {
            try wait(socket, POLLIN)
            let count = recv(socket.descriptor, &byte, 1, 0)
            if count == 0 || (count < 0 && errno != EAGAIN) { return }
        }
    }

    func send(_ frame: LinkFrame) throws { try send(bytes: frame.encoded) }

    func send(bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            switch rest.withUnsafeBytes({ channel.write($0) }) {
            case .moved(let count): rest = rest.dropFirst(count)
            case .wantsRead: try Self.wait(socket, POLLIN)
            case .wantsWrite: try Self.wait(socket, POLLOUT)
            default: throw Broken()
            }
        }
    }

    /// The next frame; nil when the other end has closed, in whatever way.
    func next() throws -> LinkFrame? {
        while true {
            if let frame = try reader.next() { return frame }
            var buffer = [UInt8](repeating: 0, count: 1 << 14)
            switch buffer.withUnsafeMutableBytes({ channel.read(into: $0) }) {
            case .moved(let count): buffer[..<count].withUnsafeBytes { reader.append($0) }
            case .wantsRead: try Self.wait(socket, POLLIN)
            case .wantsWrite: try Self.wait(socket, POLLOUT)
            default: return nil
            }
        }
    }

    /// Reads until the other end closes, and says what the last frame was.
    func readToEnd() throws -> LinkFrame? {
        var last: LinkFrame?
        while let frame = try next() { last = frame }
        return last
    }

    static func hello(
        _ key: PublicKey, chain: Hash256 = TestNode.chain, versions: [UInt16] = [1]
    ) -> LinkHello {
        LinkHello(
            versions: versions, chain: chain, key: key, role: .validator, software: "test/1",
            random: SeededRandom(seed: 7).hash256())
    }

    func handshake(
        _ side: LinkProof.Side, as key: SigningKey, chain: Hash256 = TestNode.chain
    ) throws -> LinkHandshake {
        LinkHandshake(
            side: side, key: key, hello: Self.hello(key.publicKey, chain: chain), expected: nil,
            binding: try #require(channel.binding))
    }

    /// Becomes a link that this end dialled; returns the frames that it sent and got.
    @discardableResult
    func join(as key: SigningKey) throws -> (sent: [LinkFrame], got: [LinkFrame]) {
        var handshake = try handshake(.initiator, as: key)
        var (sent, got): ([LinkFrame], [LinkFrame]) = ([handshake.hello], [])
        try send(handshake.hello)
        while true {
            let frame = try #require(try next())
            got.append(frame)
            switch try handshake.receive(frame) {
            case .greeted: break
            case .proved:
                let proof = try #require(handshake.proof())
                sent.append(proof)
                try send(proof)
            case .ready: return (sent, got)
            }
        }
    }
}
