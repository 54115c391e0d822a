package import Base
internal import CSodium

/// A key that signs, made from 32 secret bytes, the same for every suite.
package struct SigningKey: Sendable {
    /// The bytes of a seed.
    package static let seedCount = 32

    package let publicKey: PublicKey

    /// What a keystore keeps: everything else follows from it.
    package let seed: SecretBytes

    private let form: Form

    private enum Form: Sendable {
        /// libsodium's 64 bytes: the seed, then the public key.
        case ed25519(SecretBytes)
        case elliptic(EllipticKey)
    }

    /// The same key for the same seed; throws `invalidKey` unless the seed has 32 bytes.
    ///
    /// Ed25519 uses the seed as RFC 8032 does. P-256 and SM2 take the first number from 1 to n − 1
    /// among 32-byte strings derived with `KeyDerivation.derive`, label `signing key`, context
    /// suite ‖ counter, counter from 0 (FIPS 186-5 A.2.2: rejection, hence no bias).
    package init(suite: SignatureSuite, seed: SecretBytes) throws(CryptographyError) {
        guard seed.count == Self.seedCount else { throw .invalidKey }
        self.seed = seed
        guard let curve = suite.curve else {
            let (secret, point) = try Self.ed25519(seed)
            publicKey = try PublicKey(suite: suite, bytes: point)
            form = .ed25519(secret)
            return
        }
        let scalar = try Self.scalar(of: seed, suite, curve)
        guard
            let point = curve.publicPoint(of: scalar),
            let key = EllipticKey(curve: curve, point: point, scalar: scalar)
        else { throw Algorithms.failure("EVP_PKEY_fromdata") }
        publicKey = try PublicKey(suite: suite, bytes: point)
        form = .elliptic(key)
    }

    /// A fresh key.
    package init(suite: SignatureSuite, random: any RandomSource) throws(CryptographyError) {
        try self.init(
            suite: suite, seed: SecretBytes(randomCount: Self.seedCount, from: random))
    }

    /// 64 bytes that `publicKey` accepts for this message.
    ///
    /// Ed25519 gives the same bytes each time. P-256 and SM2 draw a fresh nonce (for P-256, OpenSSL
    /// mixes it with the key and the digest), so their signatures differ from call to call.
    package func sign(_ message: [UInt8]) throws(CryptographyError) -> [UInt8] {
        switch form {
        case .elliptic(let key):
            guard let signature = key.sign(message) else {
                throw Algorithms.failure("EVP_PKEY_sign")
            }
            return signature
        case .ed25519(let secret):
            var signature = [UInt8](repeating: 0, count: SignatureSuite.signatureCount)
            let result = secret.withAddress {
                crypto_sign_detached(&signature, nil, message, UInt64(message.count), $0)
            }
            guard result == 0 else { throw .libraryFailure("crypto_sign_detached") }
            return signature
        }
    }

    private static func ed25519(
        _ seed: SecretBytes
    ) throws(CryptographyError) -> (SecretBytes, [UInt8]) {
        var point = [UInt8](repeating: 0, count: SignatureSuite.ed25519.publicKeyCount)
        var result: Int32 = -1
        let secret = SecretBytes(count: 64) { output in
            result = seed.withAddress { crypto_sign_seed_keypair(&point, output, $0) }
        }
        guard result == 0 else { throw .libraryFailure("crypto_sign_seed_keypair") }
        return (secret, point)
    }

    private static func scalar(
        of seed: SecretBytes, _ suite: SignatureSuite, _ curve: EllipticCurve
    ) throws(CryptographyError) -> SecretBytes {
        for counter in UInt8.min...UInt8.max {
            let candidate = KeyDerivation.derive(
                seed, label: "signing key", context: [suite.rawValue, counter])
            if candidate.withBytes({ curve.isInRange($0) }) { return candidate }
        }
        // One candidate in 2^32 is out of range; 256 in a row mean that HKDF is broken.
        throw .libraryFailure("HKDF")
    }
}
