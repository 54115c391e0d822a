package import Base
internal import CSodium

/// An X25519 key pair (RFC 7748), made from 32 secret bytes.
package struct KeyAgreementKey: Sendable {
    /// The bytes of a seed, of a public key and of a shared secret.
    package static let byteCount = 32

    /// The u-coordinate, 32 bytes little-endian.
    package let publicKey: [UInt8]

    /// The private scalar as RFC 7748 §5 encodes it, before clamping.
    package let seed: SecretBytes

    /// The same pair for the same seed; throws `invalidKey` unless the seed has 32 bytes.
    package init(seed: SecretBytes) throws(CryptographyError) {
        guard seed.count == Self.byteCount else { throw .invalidKey }
        var point = [UInt8](repeating: 0, count: Self.byteCount)
        let result = seed.withAddress { crypto_scalarmult_base(&point, $0) }
        guard result == 0 else { throw .libraryFailure("crypto_scalarmult_base") }
        self.seed = seed
        publicKey = point
    }

    /// A fresh pair.
    package init(random: any RandomSource) throws(CryptographyError) {
        try self.init(seed: SecretBytes(randomCount: Self.byteCount, from: random))
    }

    /// What both sides compute; never use it as a key without deriving from it.
    ///
    /// Throws `invalidKey` for a public key of a wrong length or of small order, whose shared
    /// secret would be all zero whatever our key is (RFC 7748 §6.1).
    package func sharedSecret(with publicKey: [UInt8]) throws(CryptographyError) -> SecretBytes {
        guard publicKey.count == Self.byteCount else { throw .invalidKey }
        var result: Int32 = -1
        let secret = SecretBytes(count: Self.byteCount) { output in
            result = seed.withAddress { crypto_scalarmult(output, $0, publicKey) }
        }
        let isZero = secret.withAddress { sodium_is_zero($0, secret.count) } == 1
        guard result == 0, !isZero else { throw .invalidKey }
        return secret
    }
}
