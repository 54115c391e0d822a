/// Where a server listens and what it allows; all limits are set, none is "unlimited".
package struct HTTPServerConfiguration: Sendable {
    /// A numeric IPv4 or IPv6 address; `::` also takes IPv4.
    package var address = "127.0.0.1"

    /// The port; 0 picks a free one.
    package var port: UInt16 = 0

    /// Threads that read and write, each with its own event loop.
    package var threadCount = 2

    /// Connections open at once; more wait in the kernel's queue.
    package var connectionCountMax = 1_024

    /// Connections open at once from one address; more are closed at once.
    package var connectionCountMaxPerAddress = 256

    /// A request's line and headers, in bytes.
    package var headByteCountMax = 16 << 10

    /// Header lines in a request.
    package var headerCountMax = 100

    /// Parameters in a query.
    package var parameterCountMax = 128

    /// A body, in bytes, where the handler sets no other limit.
    package var bodyByteCountMax = 1 << 20

    /// All bodies being collected or handled, in bytes; beyond it requests are refused.
    package var heldByteCountMax = 256 << 20

    /// Time for a request's head to arrive whole, and for its body beyond the slowest rate allowed.
    package var requestTimeout: Duration = .seconds(30)

    /// The slowest a body may arrive, and an answer be read, in bytes a second over the whole.
    package var bodyBytesPerSecondMin = 1_024

    /// Time a connection may be silent between requests, or a client read nothing of an answer.
    package var idleTimeout: Duration = .seconds(75)

    /// Memory for one connection's head, header table and buffers, in bytes.
    ///
    /// At least three times `headByteCountMax`, else libmicrohttpd refuses large heads in its own
    /// words.
    package var connectionByteCount = 48 << 10

    /// Serves HTTPS with TLS 1.3 only, if set.
    package var identity: HTTPServerIdentity?

    package init() {}

    /// Checks that the limits make sense together.
    func check() throws(HTTPServerError) {
        let counts = [
            ("threadCount", threadCount), ("connectionCountMax", connectionCountMax),
            ("connectionCountMaxPerAddress", connectionCountMaxPerAddress),
            ("headByteCountMax", headByteCountMax), ("headerCountMax", headerCountMax),
            ("parameterCountMax", parameterCountMax), ("heldByteCountMax", heldByteCountMax),
            ("bodyBytesPerSecondMin", bodyBytesPerSecondMin),
        ]
        for (name, count) in counts where count < 1 { throw .invalidConfiguration(name) }
        guard bodyByteCountMax >= 0 else { throw .invalidConfiguration("bodyByteCountMax") }
        guard requestTimeout > .zero else { throw .invalidConfiguration("requestTimeout") }
        guard idleTimeout > .zero else { throw .invalidConfiguration("idleTimeout") }
        guard connectionByteCount / 3 >= headByteCountMax else {
            throw .invalidConfiguration("connectionByteCount")
        }
    }
}

/// A server's certificate chain and private key.
package struct HTTPServerIdentity: Sendable {
    /// The certificate and its intermediates, PEM.
    package let certificatePEM: String

    /// The private key, PEM, not encrypted.
    package let privateKeyPEM: String

    package init(certificatePEM: String, privateKeyPEM: String) {
        self.certificatePEM = certificatePEM
        self.privateKeyPEM = privateKeyPEM
    }
}

/// Why a server cannot start.
package enum HTTPServerError: Error, Hashable, Sendable {
    /// The address is not a numeric IPv4 or IPv6 address.
    case invalidAddress(String)

    /// A limit is zero or negative, or the connection memory is too small for the head.
    case invalidConfiguration(String)

    /// Another process has the port.
    case addressInUse(String, port: UInt16)

    /// The system refused the socket.
    case cannotListen(errno: Int32)

    /// The certificate or key is unusable, or threads or descriptors ran out.
    case cannotStart
}
