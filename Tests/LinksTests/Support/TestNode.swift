import Base
import Cryptography
import Synchronization
import System
import Testing

@testable import Links

/// A node of a test zone on loopback, with everyone admitted as a validator unless said otherwise.
final class TestNode: Sendable {
    static let chain = Hash256(words: (1, 2, 3, 4))

    /// One certificate for all: it identifies nobody.
    static let certificate = Result {
        try LinkCertificate.make(name: "test", from: SystemClock.now, days: 365)
    }

    let key: SigningKey
    let recorder = Recorder()
    let links: Links
    private let log: LogLines
    private let admitted: Admitted

    /// Whom the node admits; nil for everyone.
    private final class Admitted: Sendable {
        let roles = Mutex<[PublicKey: LinkRole]?>(nil)
    }

    init(
        _ seed: UInt64, suite: SignatureSuite = .ed25519, port: UInt16 = 0,
        _ configure: (inout LinkConfiguration) -> Void = { _ in }
    ) throws {
        key = try Self.key(seed, suite: suite)
        let admitted = Admitted()
        let lines = LogLines()
        var configuration = LinkConfiguration(
            key: key, chain: Self.chain, certificate: try Self.certificate.get(),
            random: SeededRandom(seed: seed &+ 1_000),
            admit: { key in
                admitted.roles.withLock { roles in
                    guard let roles else { return .validator }
                    return roles[key]
                }
            })
        configuration.listen = .init(address: "127.0.0.1", port: port)
        configuration.logger = lines.logger
        // Loaded machines are slow: only tests about time set tight limits.
        configuration.limits.handshakeTime = .seconds(60)
        configuration.limits.silenceTime = .seconds(60)
        configuration.limits.stallTime = .seconds(60)
        configure(&configuration)
        (self.admitted, log) = (admitted, lines)
        links = try Links(configuration, receiver: recorder)
        try links.start()
    }

    deinit { links.stop() }

    static func key(_ seed: UInt64, suite: SignatureSuite = .ed25519) throws -> SigningKey {
        try SigningKey(suite: suite, random: SeededRandom(seed: seed))
    }

    var publicKey: PublicKey { key.publicKey }

    /// Log lines so far.
    var logged: [String] { log.all.withLock { $0 } }

    func admit(_ roles: [PublicKey: LinkRole]?) { admitted.roles.withLock { $0 = roles } }

    /// How others dial this node.
    func peer() throws -> LinkPeer {
        LinkPeer(key: publicKey, host: "127.0.0.1", port: try #require(links.port))
    }

    func isConnected(to other: PublicKey) -> Bool {
        links.status(of: other)?.isConnected == true
    }

    func count(_ fault: LinkFault) -> UInt64 { links.faultCounts[fault] ?? 0 }

    /// Links two nodes, the first one dialling, and waits until both know.
    static func link(_ left: TestNode, _ right: TestNode) throws {
        try left.links.setPeers([right.peer()])
        try eventually("linked") {
            [(left, right), (right, left)].allSatisfy { node, other in
                // The receiver hears of it last.
                node.isConnected(to: other.publicKey)
                    && node.recorder.current.connected.contains { $0.key == other.publicKey }
            }
        }
    }
}

/// Lines of a node's log.
final class LogLines: Sendable {
    let all = Mutex<[String]>([])

    var logger: Logger {
        Logger(minimum: .debug) { [self] (line) throws(SystemError) in
            all.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
        }
    }
}
