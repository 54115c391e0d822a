/// Times, limits and trust of a client.
package struct HTTPClientConfiguration: Sendable {
    /// Time until a connection stands, TLS included.
    package var connectTimeout: Duration = .seconds(5)

    /// Time of a whole exchange in `send`.
    package var timeout: Duration = .seconds(30)

    /// Silence after which `stream` gives up; a server's heartbeats should come more often.
    package var silenceTimeout: Duration = .seconds(60)

    /// The largest response body `send` collects, in bytes.
    package var bodyByteCountMax = 64 << 20

    /// All header fields of a response, in bytes.
    package var headByteCountMax = 64 << 10

    /// A file of trusted certificates, PEM, instead of the system's.
    package var certificateAuthorityFile: String?

    /// Trusted certificates, PEM, instead of a file or the system's.
    package var certificateAuthorityPEM: String?

    /// Our certificate and its private key, PEM files, for servers that ask for one; both or
    /// neither.
    package var clientCertificateFile: String?
    package var clientKeyFile: String?

    /// The server's public key as `sha256//` and the base64 digest of its SubjectPublicKeyInfo.
    ///
    /// Checked besides the certificate chain, not instead of it.
    package var pinnedPublicKey: String?

    /// Refuses anything older than TLS 1.3; clear only for foreign servers that cannot.
    package var requiresTLS13 = true

    /// A proxy's URL; the environment's proxy variables are not used.
    package var proxy: String?

    /// Connections kept for the next request when idle.
    package var idleHandleCountMax = 8

    package init() {}
}

/// Why an exchange failed; after any of them but `invalidRequest` a retry may succeed.
package enum HTTPClientError: Error, Hashable, Sendable {
    /// The URL, a field or the configuration cannot be sent; a retry fails the same way.
    case invalidRequest

    /// The host name is unknown.
    case unknownHost

    /// Nobody listens there, or the way is blocked.
    case cannotConnect

    /// It took longer than allowed, or a stream stayed silent.
    case timedOut

    /// The TLS handshake failed or the certificate is not trusted.
    case untrusted

    /// The server's public key is not the pinned one.
    case wrongPublicKey

    /// The connection broke before the answer was whole; the request may or may not have been done.
    case interrupted

    /// The response is larger than allowed, in bytes.
    case responseTooLarge(byteCountMax: Int)

    /// The upload said that it failed.
    case uploadFailed

    /// `HTTPCancellation.cancel` was called.
    case cancelled

    /// Anything else, by libcurl's number.
    case failed(code: Int)
}
