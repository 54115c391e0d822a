/// An authenticated cipher, named by one byte in every sealed format.
package enum CipherSuite: UInt8, CaseIterable, Hashable, Sendable {
    /// AES-256 in Galois/counter mode (NIST SP 800-38D): 32-byte key, 12-byte nonce, 16-byte tag.
    ///
    /// With random nonces one key seals at most 2^32 messages (SP 800-38D §8.3).
    case aes256GCM = 1

    /// SM4 in counter mode, then HMAC-SM3: 32-byte key, 16-byte nonce, 32-byte tag.
    ///
    /// OpenSSL 3.0 has no SM4-GCM. See `SM4Cipher` for what is authenticated.
    case sm4CTRHMACSM3 = 2

    /// The longest plaintext and the longest authenticated bytes: the C functions count in Int32.
    package static let maximumCount = 1 << 30

    /// The bytes of a key.
    package var keyCount: Int { 32 }

    /// The bytes of a nonce, which must never repeat under one key.
    package var nonceCount: Int {
        switch self {
        case .aes256GCM: AuthenticatedCipher.nonceCount
        case .sm4CTRHMACSM3: SM4Cipher.nonceCount
        }
    }

    /// How many bytes `seal` adds to a plaintext: the tag.
    package var overhead: Int {
        switch self {
        case .aes256GCM: AuthenticatedCipher.tagCount
        case .sm4CTRHMACSM3: SM4Cipher.tagCount
        }
    }

    /// The ciphertext and then the tag, over the plaintext and the authenticated bytes.
    ///
    /// Throws `invalidKey` or `invalidLength` for parts of a wrong length.
    package func seal(
        _ plaintext: [UInt8], key: SecretBytes, nonce: [UInt8], authenticating: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        try check(plaintext.count, key, nonce, authenticating)
        switch self {
        case .aes256GCM:
            return try AuthenticatedCipher.aes256GCM.seal(
                plaintext, key: key, nonce: nonce, authenticating: authenticating)
        case .sm4CTRHMACSM3:
            return try SM4Cipher(key: key).seal(
                plaintext, nonce: nonce, authenticating: authenticating)
        }
    }

    /// The plaintext of what `seal` made with the same key, nonce and authenticated bytes.
    ///
    /// Throws `authenticationFailed` for anything else, and then returns no part of it.
    package func open(
        _ sealed: [UInt8], key: SecretBytes, nonce: [UInt8], authenticating: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        guard sealed.count >= overhead else { throw .authenticationFailed }
        try check(sealed.count - overhead, key, nonce, authenticating)
        switch self {
        case .aes256GCM:
            return try AuthenticatedCipher.aes256GCM.open(
                sealed, key: key, nonce: nonce, authenticating: authenticating)
        case .sm4CTRHMACSM3:
            return try SM4Cipher(key: key).open(
                sealed, nonce: nonce, authenticating: authenticating)
        }
    }

    private func check(
        _ count: Int, _ key: SecretBytes, _ nonce: [UInt8], _ authenticating: [UInt8]
    ) throws(CryptographyError) {
        guard key.count == keyCount else { throw .invalidKey }
        guard
            nonce.count == nonceCount, count <= Self.maximumCount,
            authenticating.count <= Self.maximumCount
        else { throw .invalidLength }
    }
}
