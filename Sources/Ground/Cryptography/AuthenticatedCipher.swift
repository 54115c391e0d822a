internal import COpenSSL

/// OpenSSL's ciphers that authenticate by themselves: 12-byte nonce, 16-byte tag at the end.
///
/// Callers have checked the lengths of key, nonce and text.
enum AuthenticatedCipher: Sendable {
    case aes128GCM
    case aes256GCM
    case chaCha20Poly1305

    static let nonceCount = 12
    static let tagCount = 16

    var keyCount: Int {
        switch self {
        case .aes128GCM: 16
        case .aes256GCM, .chaCha20Poly1305: 32
        }
    }

    private var algorithm: OpaquePointer? { Algorithms.cipher(self) }

    func seal(
        _ plaintext: [UInt8], key: SecretBytes, nonce: [UInt8], authenticating: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        guard let context = EVP_CIPHER_CTX_new() else {
            throw Algorithms.failure("EVP_CIPHER_CTX_new")
        }
        defer { EVP_CIPHER_CTX_free(context) }
        var isSealed = false
        let sealed = [UInt8](
            unsafeUninitializedCapacity: plaintext.count + Self.tagCount
        ) { output, initialized in
            guard let start = output.baseAddress else { return }
            let tag = start + plaintext.count
            var count: Int32 = 0
            isSealed =
                key.withAddress { EVP_EncryptInit_ex2(context, algorithm, $0, nonce, nil) } == 1
                && (authenticating.isEmpty
                    || EVP_EncryptUpdate(
                        context, nil, &count, authenticating, Int32(authenticating.count)) == 1)
                && (plaintext.isEmpty
                    || EVP_EncryptUpdate(
                        context, start, &count, plaintext, Int32(plaintext.count)) == 1)
                && EVP_EncryptFinal_ex(context, tag, &count) == 1
                && EVP_CIPHER_CTX_ctrl(
                    context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagCount), tag) == 1
            initialized = isSealed ? plaintext.count + Self.tagCount : 0
        }
        guard isSealed else { throw Algorithms.failure("EVP_EncryptUpdate") }
        return sealed
    }

    func open(
        _ sealed: [UInt8], key: SecretBytes, nonce: [UInt8], authenticating: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        guard sealed.count >= Self.tagCount else { throw .authenticationFailed }
        guard let context = EVP_CIPHER_CTX_new() else {
            throw Algorithms.failure("EVP_CIPHER_CTX_new")
        }
        defer { EVP_CIPHER_CTX_free(context) }
        let textCount = sealed.count - Self.tagCount
        var tag = Array(sealed[textCount...])
        var isOpened = false
        let plaintext = [UInt8](unsafeUninitializedCapacity: textCount + 1) { output, initialized in
            guard let start = output.baseAddress else { return }
            var count: Int32 = 0
            isOpened =
                key.withAddress { EVP_DecryptInit_ex2(context, algorithm, $0, nonce, nil) } == 1
                && EVP_CIPHER_CTX_ctrl(
                    context, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagCount), &tag) == 1
                && (authenticating.isEmpty
                    || EVP_DecryptUpdate(
                        context, nil, &count, authenticating, Int32(authenticating.count)) == 1)
                && (textCount == 0
                    || EVP_DecryptUpdate(context, start, &count, sealed, Int32(textCount)) == 1)
                && EVP_DecryptFinal_ex(context, start + textCount, &count) == 1
            // Text that failed the check must not be left in memory either.
            if !isOpened { SecretMemory.wipe(UnsafeMutableRawBufferPointer(output)) }
            initialized = isOpened ? textCount : 0
        }
        guard isOpened else {
            ERR_clear_error()
            throw .authenticationFailed
        }
        return plaintext
    }
}
