import Base
internal import COpenSSL

/// Owns one EVP_PKEY of a Weierstrass curve, parsed once and kept with its key.
///
/// Parsing costs a quarter of a verification. Sendable, because OpenSSL's operations only read a
/// key and count its references atomically.
final class EllipticKey: @unchecked Sendable {
    /// The longest DER form of two 32-byte numbers.
    private static let maximumDERCount = 72

    private let curve: EllipticCurve
    private let pointer: OpaquePointer

    /// A public key from a compressed point; nil unless it lies on the curve.
    init?(curve: EllipticCurve, point: [UInt8]) {
        guard let pointer = Self.parse(curve: curve, point: point, scalar: nil) else { return nil }
        (self.curve, self.pointer) = (curve, pointer)
    }

    /// A private key from its scalar, in the range, and its compressed public point.
    init?(curve: EllipticCurve, point: [UInt8], scalar: SecretBytes) {
        guard let pointer = Self.parse(curve: curve, point: point, scalar: scalar)
        else { return nil }
        (self.curve, self.pointer) = (curve, pointer)
    }

    deinit { EVP_PKEY_free(pointer) }

    /// Whether r ‖ s signs the message; false for malformed signatures too.
    func isValidSignature(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard let der = EllipticSignature(bytes: signature, curve: curve)?.der else { return false }
        let isValid =
            switch curve.digest {
            case .sha256: isValidDigestSignature(der, HashSuite.sha256.hash(message).bytes)
            case .sm3: isValidIdentitySignature(der, message)
            }
        if !isValid { ERR_clear_error() }
        return isValid
    }

    /// r ‖ s over the message, with a fresh nonce; nil when OpenSSL fails.
    func sign(_ message: [UInt8]) -> [UInt8]? {
        let der =
            switch curve.digest {
            case .sha256: signDigest(HashSuite.sha256.hash(message).bytes)
            case .sm3: signWithIdentity(message)
            }
        return der.flatMap { EllipticSignature(der: $0, curve: curve)?.bytes }
    }
}

// ECDSA signs the digest alone.
extension EllipticKey {
    private func isValidDigestSignature(_ der: [UInt8], _ digest: [UInt8]) -> Bool {
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil) else { return false }
        defer { EVP_PKEY_CTX_free(context) }
        return EVP_PKEY_verify_init(context) == 1
            && EVP_PKEY_verify(context, der, der.count, digest, digest.count) == 1
    }

    private func signDigest(_ digest: [UInt8]) -> [UInt8]? {
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        var der = [UInt8](repeating: 0, count: Self.maximumDERCount)
        var count = der.count
        guard EVP_PKEY_sign_init(context) == 1,
            EVP_PKEY_sign(context, &der, &count, digest, digest.count) == 1
        else { return nil }
        return Array(der[..<count])
    }
}

// SM2 signs the digest of Z and the message; Z binds the identity, the curve and the public key.
extension EllipticKey {
    private func isValidIdentitySignature(_ der: [UInt8], _ message: [UInt8]) -> Bool {
        withIdentityContext { context, key in
            EVP_DigestVerifyInit(context, nil, Algorithms.digest(.sm3), nil, pointer) == 1
                && EVP_DigestVerify(context, der, der.count, message, message.count) == 1
        }
    }

    private func signWithIdentity(_ message: [UInt8]) -> [UInt8]? {
        var der = [UInt8](repeating: 0, count: Self.maximumDERCount)
        var count = der.count
        let isSigned = withIdentityContext { context, key in
            EVP_DigestSignInit(context, nil, Algorithms.digest(.sm3), nil, pointer) == 1
                && EVP_DigestSign(context, &der, &count, message, message.count) == 1
        }
        return isSigned ? Array(der[..<count]) : nil
    }

    /// The identity must be set before the digest starts, on a key context of our own.
    private func withIdentityContext(_ body: (OpaquePointer, OpaquePointer) -> Bool) -> Bool {
        guard let key = EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil) else { return false }
        defer { EVP_PKEY_CTX_free(key) }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        let identity = EllipticCurve.sm2Identity
        guard EVP_PKEY_CTX_set1_id(key, identity, Int32(identity.count)) == 1 else { return false }
        EVP_MD_CTX_set_pkey_ctx(context, key)
        return body(context, key)
    }
}

extension EllipticKey {
    private static func parse(
        curve: EllipticCurve, point: [UInt8], scalar: SecretBytes?
    ) -> OpaquePointer? {
        guard point.count == EllipticCurve.pointCount, point[0] == 2 || point[0] == 3
        else { return nil }
        var point = point
        return point.withUnsafeMutableBytes { point in
            var parameters = [
                Parameter.text(Parameter.group, curve.groupName),
                Parameter.bytes(Parameter.publicPoint, point),
            ]
            let selection = OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS | OSSL_KEYMGMT_SELECT_PUBLIC_KEY
            guard let scalar = scalar.map(reversed) else {
                return build(curve, selection, &parameters)
            }
            return scalar.withAddress { number in
                parameters.append(
                    Parameter.number(Parameter.privateNumber, number, count: scalar.count))
                return build(curve, selection | OSSL_KEYMGMT_SELECT_PRIVATE_KEY, &parameters)
            }
        }
    }

    private static func build(
        _ curve: EllipticCurve, _ selection: Int32, _ parameters: inout [OSSL_PARAM]
    ) -> OpaquePointer? {
        guard let context = EVP_PKEY_CTX_new_from_name(nil, curve.keyType, nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        parameters.append(Parameter.end)
        var key: OpaquePointer?
        guard EVP_PKEY_fromdata_init(context) == 1,
            EVP_PKEY_fromdata(context, &key, selection, &parameters) == 1
        else {
            ERR_clear_error()
            return nil
        }
        return key
    }

    /// OpenSSL takes numbers in the machine's byte order, little-endian on all that we support.
    private static func reversed(_ scalar: SecretBytes) -> SecretBytes {
        SecretBytes(count: scalar.count) { output in
            scalar.withBytes { input in
                for (index, byte) in input.reversed().enumerated() { output[index] = byte }
            }
        }
    }
}
