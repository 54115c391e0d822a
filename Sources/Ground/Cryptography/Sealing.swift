package import Base

/// A self-describing sealed message under a symmetric key.
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 1 | cipher suite: 1 AES-256-GCM, 2 SM4-CTR with HMAC-SM3 |
/// | 1 | 12 or 16 | nonce, random |
/// | 13 or 17 | n | ciphertext, as long as the plaintext |
/// | 13 + n or 17 + n | 16 or 32 | tag |
///
/// The suite's byte is authenticated too: the cipher authenticates suite ‖ the caller's bytes.
package enum Sealing {
    /// Seals with a fresh nonce; throws `invalidKey` or `invalidLength` only for parts of a wrong
    /// length.
    package static func seal(
        _ plaintext: [UInt8], key: SecretBytes, suite: CipherSuite = .aes256GCM,
        random: any RandomSource, authenticating: [UInt8] = []
    ) throws(CryptographyError) -> [UInt8] {
        let nonce = random.bytes(suite.nonceCount)
        let sealed = try suite.seal(
            plaintext, key: key, nonce: nonce, authenticating: [suite.rawValue] + authenticating)
        var message: [UInt8] = []
        message.reserveCapacity(1 + nonce.count + sealed.count)
        message.append(suite.rawValue)
        message.append(contentsOf: nonce)
        message.append(contentsOf: sealed)
        return message
    }

    /// Opens what `seal` made; throws `unknownSuite`, `invalidKey` or `authenticationFailed`.
    package static func open(
        _ sealed: [UInt8], key: SecretBytes, authenticating: [UInt8] = []
    ) throws(CryptographyError) -> [UInt8] {
        guard let tag = sealed.first else { throw .authenticationFailed }
        guard let suite = CipherSuite(rawValue: tag) else { throw .unknownSuite(tag) }
        let body = 1 + suite.nonceCount
        guard sealed.count >= body + suite.overhead else { throw .authenticationFailed }
        return try suite.open(
            Array(sealed[body...]), key: key, nonce: Array(sealed[1..<body]),
            authenticating: [tag] + authenticating)
    }

    /// How many bytes `seal` adds to a plaintext.
    package static func overhead(of suite: CipherSuite) -> Int {
        1 + suite.nonceCount + suite.overhead
    }
}
