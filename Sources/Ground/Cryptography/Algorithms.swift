internal import COpenSSL

/// OpenSSL's algorithm handles, fetched once: fetching is the largest cost of a small operation.
///
/// The handles are never freed; they live as long as the process and OpenSSL counts references.
/// nil says that this OpenSSL lacks the algorithm. Unsafe only by type: they are immutable.
enum Algorithms {
    private nonisolated(unsafe) static let sha256 = EVP_MD_fetch(nil, "SHA256", nil)
    private nonisolated(unsafe) static let sm3 = EVP_MD_fetch(nil, "SM3", nil)

    nonisolated(unsafe) static let hmac = EVP_MAC_fetch(nil, "HMAC", nil)

    nonisolated(unsafe) static let aes128GCM = EVP_CIPHER_fetch(nil, "AES-128-GCM", nil)
    nonisolated(unsafe) static let aes256GCM = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)
    nonisolated(unsafe) static let chaCha20Poly1305 = EVP_CIPHER_fetch(
        nil, "ChaCha20-Poly1305", nil)
    nonisolated(unsafe) static let sm4CTR = EVP_CIPHER_fetch(nil, "SM4-CTR", nil)

    static func digest(_ suite: HashSuite) -> OpaquePointer? {
        switch suite {
        case .sha256: sha256
        case .sm3: sm3
        }
    }

    /// OpenSSL's name of the digest, for calls that take no handle.
    static func digestName(_ suite: HashSuite) -> StaticString {
        switch suite {
        case .sha256: "SHA256"
        case .sm3: "SM3"
        }
    }

    /// A failure of the named function, with OpenSSL's queue of this thread emptied.
    ///
    /// Errors left in the queue would be taken for their own by later TLS calls of the same thread.
    static func failure(_ function: String) -> CryptographyError {
        ERR_clear_error()
        return .libraryFailure(function)
    }
}
