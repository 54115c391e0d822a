package import Base

/// Hybrid public-key encryption (RFC 9180), base mode: anyone seals, the key's holder opens.
///
/// The suite is DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM, numbers 0x0020, 0x0001 and
/// 0x0002 of the RFC's tables. Base mode does not say who sealed: sign where that matters.
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 32 | enc: the sender's one-time X25519 public key |
/// | 32 | n | ciphertext, as long as the plaintext |
/// | 32 + n | 16 | tag |
package enum HPKE {
    /// The bytes of the encapsulated key at the start of a sealed message.
    package static let encapsulatedKeyCount = KeyAgreementKey.byteCount

    /// How many bytes `seal` adds to a plaintext.
    package static let overhead = encapsulatedKeyCount + AuthenticatedCipher.tagCount

    /// Seals one message to a public key (RFC 9180 §6.1).
    ///
    /// `info` binds the key schedule to a use, `authenticating` the message to its surroundings.
    /// Throws `invalidKey` for a public key of a wrong length or of small order.
    package static func seal(
        _ plaintext: [UInt8], to publicKey: [UInt8], info: [UInt8], authenticating: [UInt8],
        random: any RandomSource
    ) throws(CryptographyError) -> [UInt8] {
        var sender = try Sender(to: publicKey, info: info, random: random)
        return try sender.encapsulatedKey + sender.seal(plaintext, authenticating: authenticating)
    }

    /// Opens one message; throws `authenticationFailed` unless every part is as it was sealed.
    package static func open(
        _ sealed: [UInt8], with key: KeyAgreementKey, info: [UInt8], authenticating: [UInt8]
    ) throws(CryptographyError) -> [UInt8] {
        guard sealed.count >= overhead else { throw .authenticationFailed }
        var recipient = try Recipient(
            encapsulatedKey: Array(sealed[..<encapsulatedKeyCount]), key: key, info: info)
        return try recipient.open(
            Array(sealed[encapsulatedKeyCount...]), authenticating: authenticating)
    }
}
