internal import COpenSSL

/// Verifies signatures of JSON Web Tokens (RFC 7515, RFC 7518 §3) with keys of JSON Web Keys.
///
/// Only public keys and verification: nothing here is secret.
package struct WebSignature: Sendable {
    /// The algorithms that SMART Backend Services ask for, and Ed25519 (RFC 8037).
    package enum Algorithm: String, CaseIterable, Hashable, Sendable {
        case rs384 = "RS384"
        case es384 = "ES384"
        case es256 = "ES256"
        case edDSA = "EdDSA"
    }

    /// A public key in the parts of a JSON Web Key, big-endian.
    package enum Key: Hashable, Sendable {
        /// Modulus and exponent; the modulus has 2048 to 8192 bits.
        case rsa(modulus: [UInt8], exponent: [UInt8])
        /// A point of P-256 (32 bytes each) or P-384 (48).
        case elliptic(x: [UInt8], y: [UInt8])
        case ed25519([UInt8])
    }

    /// Whether the signature belongs to the message, the key and the algorithm.
    package static func verify(
        _ signature: [UInt8], of message: [UInt8], algorithm: Algorithm, key: Key
    ) -> Bool {
        switch (algorithm, key) {
        case (.rs384, .rsa(let modulus, let exponent)):
            let bits = modulus.drop { $0 == 0 }.count * 8
            guard (2048...8192).contains(bits), (1...8).contains(exponent.count) else {
                return false
            }
            let key = DER.sequence(DER.integer(modulus) + DER.integer(exponent))
            return verify(
                signature, message, "SHA2-384", DER.publicKey(DER.rsa + [0x05, 0x00], key))
        case (.es384, .elliptic(let x, let y)):
            return elliptic(signature, message, "SHA2-384", x, y, width: 48, DER.p384)
        case (.es256, .elliptic(let x, let y)):
            return elliptic(signature, message, "SHA2-256", x, y, width: 32, DER.p256)
        case (.edDSA, .ed25519(let bytes)):
            guard let key = try? PublicKey(suite: .ed25519, bytes: bytes) else { return false }
            return key.isValidSignature(signature, for: message)
        default: return false
        }
    }

    private static func elliptic(
        _ signature: [UInt8], _ message: [UInt8], _ digest: String, _ x: [UInt8], _ y: [UInt8],
        width: Int, _ curve: [UInt8]
    ) -> Bool {
        guard signature.count == 2 * width, x.count == width, y.count == width else {
            return false
        }
        let der = DER.sequence(
            DER.integer(Array(signature[..<width])) + DER.integer(Array(signature[width...])))
        return verify(
            der, message, digest, DER.publicKey(DER.elliptic + curve, [0x04] + x + y))
    }

    private static func verify(
        _ signature: [UInt8], _ message: [UInt8], _ digest: String, _ info: [UInt8]
    ) -> Bool {
        let key = info.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var start = buffer.baseAddress
            return d2i_PUBKEY(nil, &start, buffer.count)
        }
        defer { ERR_clear_error() }
        guard let key else { return false }
        defer { EVP_PKEY_free(key) }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit_ex(context, nil, digest, nil, nil, key, nil) == 1
            && EVP_DigestVerify(
                context, signature, signature.count, message, message.count) == 1
    }
}

/// The little of DER (X.690) that a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7) needs.
private enum DER {
    /// The algorithm rsaEncryption, 1.2.840.113549.1.1.1.
    static let rsa: [UInt8] = [
        0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01,
    ]
    /// The algorithm id-ecPublicKey, 1.2.840.10045.2.1.
    static let elliptic: [UInt8] = [0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]
    /// The curve P-256, 1.2.840.10045.3.1.7.
    static let p256: [UInt8] = [
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07,
    ]
    /// The curve P-384, 1.3.132.0.34.
    static let p384: [UInt8] = [0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22]

    static func sequence(_ content: [UInt8]) -> [UInt8] { item(0x30, content) }

    /// A number that is not negative.
    static func integer(_ bytes: [UInt8]) -> [UInt8] {
        let significant = Array(bytes.drop { $0 == 0 })
        let sign: [UInt8] = (significant.first ?? 0x80) >= 0x80 ? [0] : []
        return item(0x02, sign + significant)
    }

    static func publicKey(_ algorithm: [UInt8], _ key: [UInt8]) -> [UInt8] {
        sequence(sequence(algorithm) + item(0x03, [0] + key))
    }

    private static func item(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        let count = content.count
        let length: [UInt8] =
            switch count {
            case ..<0x80: [UInt8(count)]
            case ..<0x100: [0x81, UInt8(count)]
            default: [0x82, UInt8(count >> 8), UInt8(count & 0xff)]
            }
        return [tag] + length + content
    }
}
