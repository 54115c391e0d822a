internal import CSodium

/// A key that checks signatures, with the suite it belongs to.
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 1 | suite: 1 Ed25519, 2 P-256, 3 SM2 |
/// | 1 | 32 or 33 | Ed25519: the key of RFC 8032 §5.1.5; otherwise a compressed SEC 1 point |
///
/// Worked example, the key of RFC 8032 §7.1 test 1:
/// `01 d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a`.
package struct PublicKey: Hashable, Sendable {
    package let suite: SignatureSuite

    /// The key alone: 32 bytes for Ed25519, 33 for P-256 and SM2.
    package let bytes: [UInt8]

    /// The parsed form; nil for Ed25519, which needs none.
    private let elliptic: EllipticKey?

    /// Throws `invalidKey` for a wrong length and, for P-256 and SM2, a point off the curve.
    ///
    /// Ed25519 keys are checked by each verification instead, which refuses encodings that are not
    /// canonical and points of small order.
    package init(suite: SignatureSuite, bytes: [UInt8]) throws(CryptographyError) {
        guard bytes.count == suite.publicKeyCount else { throw .invalidKey }
        self.suite = suite
        self.bytes = bytes
        guard let curve = suite.curve else {
            elliptic = nil
            return
        }
        guard let key = EllipticKeyCache.key(suite, curve, bytes) else { throw .invalidKey }
        elliptic = key
    }

    /// Reads the suite's byte and the key; throws `unknownSuite` or `invalidKey`.
    package init(tagged: [UInt8]) throws(CryptographyError) {
        guard let tag = tagged.first else { throw .invalidKey }
        guard let suite = SignatureSuite(rawValue: tag) else { throw .unknownSuite(tag) }
        try self.init(suite: suite, bytes: Array(tagged.dropFirst()))
    }

    /// The suite's byte, then the key.
    package var tagged: [UInt8] { [suite.rawValue] + bytes }

    /// Whether the holder of the private key signed the message; false for malformed signatures.
    ///
    /// Every node must come to the same answer: Ed25519 as libsodium 1.0.18 does it (S below the
    /// group order, no small-order R or key, no cofactor), P-256 with low s only.
    package func isValidSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard signature.count == SignatureSuite.signatureCount else { return false }
        if let elliptic { return elliptic.isValidSignature(signature, for: message) }
        return crypto_sign_verify_detached(signature, message, UInt64(message.count), bytes) == 0
    }

    package static func == (left: PublicKey, right: PublicKey) -> Bool {
        left.suite == right.suite && left.bytes == right.bytes
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(suite)
        hasher.combine(bytes)
    }
}
