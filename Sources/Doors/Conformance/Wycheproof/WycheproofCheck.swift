import Base
import Cryptography
import Encoding

/// How the tests of one group are run.
enum WycheproofCheck {
    typealias Body = (Vector, Expectation) throws(ShapeError) -> Verdict

    case run(Body)
    /// The group asks for something that Kanglian does not have.
    case skip(String)

    /// The check for a group; throws for a group that is not built as it should be.
    static func find(
        algorithm: String, group: Vector
    ) throws(ShapeError) -> WycheproofCheck {
        switch (algorithm, try group.text("type")) {
        case ("EDDSA", "EddsaVerify"): try edwards(group)
        case ("XDH", "XdhComp"), ("X25519", "XdhComp"): try agreement(group)
        case ("AES-GCM", "AeadTest"): try cipher(group)
        case ("HKDF-SHA-256", "HkdfTest"): .run(derivation)
        case ("HMACSHA256", "MacTest"): try authentication(group)
        case ("ECDSA", "EcdsaVerify"): try elliptic(group) { EllipticVector.fixed(der: $0) }
        case ("ECDSA", "EcdsaP1363Verify"): try elliptic(group) { $0 }
        case (let algorithm, let type):
            .skip("Kanglian has no \(algorithm.prefix(80)) in the form \(type.prefix(80))")
        }
    }

    /// New files name the key `publicKey`, old ones `key`.
    private static func key(_ group: Vector) throws(ShapeError) -> Vector {
        try group.member(group.object["publicKey"] == nil ? "key" : "publicKey")
    }

    private static func edwards(_ group: Vector) throws(ShapeError) -> WycheproofCheck {
        let fields = try key(group)
        let curve = try fields.text("curve")
        guard curve == "edwards25519" else {
            return .skip("Kanglian has no EDDSA on \(curve.prefix(80))")
        }
        // A key that cannot be read is a refusal of everything.
        let key = try? PublicKey(suite: .ed25519, bytes: try fields.bytes("pk"))
        return .run { (test, result) throws(ShapeError) in
            let (signature, message) = (try test.bytes("sig"), try test.bytes("msg"))
            let holds = key?.isValidSignature(signature, for: message) ?? false
            return result.verdict(isRefused: !holds, isRight: true)
        }
    }

    private static func agreement(_ group: Vector) throws(ShapeError) -> WycheproofCheck {
        let curve = try group.text("curve")
        guard curve == "curve25519" else {
            return .skip("Kanglian has no XDH on \(curve.prefix(80))")
        }
        return .run { (test, result) throws(ShapeError) in
            let secret = SecretBytes(copying: try test.bytes("private"))
            let (point, expected) = (try test.bytes("public"), try test.bytes("shared"))
            let key = try? KeyAgreementKey(seed: secret)
            let shared = (try? key?.sharedSecret(with: point))?.copyBytes()
            return result.verdict(isRefused: shared == nil, isRight: shared == expected)
        }
    }

    private static func cipher(_ group: Vector) throws(ShapeError) -> WycheproofCheck {
        let sizes = [("keySize", 256), ("ivSize", 96), ("tagSize", 128)]
        for (name, size) in sizes where try group.integer(name) != size {
            return .skip("Kanglian's AES-GCM has no other \(name) than \(size) bits")
        }
        return .run { (test, result) throws(ShapeError) in
            let key = SecretBytes(copying: try test.bytes("key"))
            let (nonce, context) = (try test.bytes("iv"), try test.bytes("aad"))
            let message = try test.bytes("msg")
            let sealed = try test.bytes("ct") + test.bytes("tag")
            let opened = try? CipherSuite.aes256GCM.open(
                sealed, key: key, nonce: nonce, authenticating: context)
            let verdict = result.verdict(isRefused: opened == nil, isRight: opened == message)
            guard result == .valid, verdict == .passed else { return verdict }
            let made = try? CipherSuite.aes256GCM.seal(
                message, key: key, nonce: nonce, authenticating: context)
            return made == sealed ? .passed : .failed("valid, but sealing gives other bytes")
        }
    }

    private static func derivation(
        _ test: Vector, _ result: Expectation
    ) throws(ShapeError) -> Verdict {
        let key = KeyDerivation.extract(
            .sha256, salt: try test.bytes("salt"),
            input: SecretBytes(copying: try test.bytes("ikm")))
        let (info, count) = (try test.bytes("info"), try test.integer("size"))
        let expected = try test.bytes("okm")
        let output = try? KeyDerivation.expand(.sha256, key: key, info: info, count: count)
        return result.verdict(
            isRefused: output == nil, isRight: output?.copyBytes() == expected)
    }

    private static func authentication(_ group: Vector) throws(ShapeError) -> WycheproofCheck {
        let size = try group.integer("tagSize")
        guard size == 256 else {
            return .skip("Kanglian does not cut the codes of HMAC; here to \(size) bits")
        }
        return .run { (test, result) throws(ShapeError) in
            let key = SecretBytes(copying: try test.bytes("key"))
            let code = HashSuite.sha256.authenticationCode(key: key, try test.bytes("msg"))
            let holds = code.bytes == (try test.bytes("tag"))
            return result.verdict(isRefused: !holds, isRight: true)
        }
    }

    /// `fixed` makes r ‖ s of the signature's form; nil when it is malformed.
    private static func elliptic(
        _ group: Vector, fixed: @escaping ([UInt8]) -> [UInt8]?
    ) throws(ShapeError) -> WycheproofCheck {
        let fields = try key(group)
        let (curve, hash) = (try fields.text("curve"), try group.text("sha"))
        guard curve == "secp256r1", hash == "SHA-256" else {
            return .skip("Kanglian has no ECDSA on \(curve.prefix(80)) with \(hash.prefix(80))")
        }
        let point = try fields.bytes("uncompressed")
        guard point.count == 65, point[0] == 4 else {
            throw ShapeError("uncompressed is no point of P-256")
        }
        let compressed = [2 | point[64] & 1] + point[1...32]
        let key = try? PublicKey(suite: .p256, bytes: compressed)
        return .run { (test, result) throws(ShapeError) in
            let (message, given) = (try test.bytes("msg"), try test.bytes("sig"))
            let signature = fixed(given)
            let holds = signature.map { key?.isValidSignature($0, for: message) ?? false } ?? false
            if result == .valid, !holds, let signature, EllipticVector.hasHighS(signature) {
                return .skipped("Kanglian refuses ECDSA signatures with a high s, by design")
            }
            return result.verdict(isRefused: !holds, isRight: true)
        }
    }
}
