internal import COpenSSL

/// OpenSSL's algorithm handles, fetched once: fetching is the largest cost of a small operation.
///
/// The handles are never freed; they live as long as the process and OpenSSL counts references.
/// nil says that this OpenSSL lacks the algorithm.
enum Algorithms {
    /// One fetched handle.
    ///
    /// Sendable, because a fetched algorithm is immutable.
    private struct Handle: @unchecked Sendable {
        let pointer: OpaquePointer?
    }

    private static let sha256Handle = Handle(pointer: EVP_MD_fetch(nil, "SHA256", nil))
    private static let sm3Handle = Handle(pointer: EVP_MD_fetch(nil, "SM3", nil))
    private static let hmacHandle = Handle(pointer: EVP_MAC_fetch(nil, "HMAC", nil))
    private static let aes128GCMHandle = Handle(pointer: EVP_CIPHER_fetch(nil, "AES-128-GCM", nil))
    private static let aes256GCMHandle = Handle(pointer: EVP_CIPHER_fetch(nil, "AES-256-GCM", nil))
    private static let chaCha20Poly1305Handle = Handle(
        pointer: EVP_CIPHER_fetch(nil, "ChaCha20-Poly1305", nil))
    private static let sm4CTRHandle = Handle(pointer: EVP_CIPHER_fetch(nil, "SM4-CTR", nil))

    static var hmac: OpaquePointer? { hmacHandle.pointer }
    static var sm4CTR: OpaquePointer? { sm4CTRHandle.pointer }

    static func digest(_ suite: HashSuite) -> OpaquePointer? {
        switch suite {
        case .sha256: sha256Handle.pointer
        case .sm3: sm3Handle.pointer
        }
    }

    static func cipher(_ cipher: AuthenticatedCipher) -> OpaquePointer? {
        switch cipher {
        case .aes128GCM: aes128GCMHandle.pointer
        case .aes256GCM: aes256GCMHandle.pointer
        case .chaCha20Poly1305: chaCha20Poly1305Handle.pointer
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
