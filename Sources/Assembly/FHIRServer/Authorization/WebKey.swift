import Base
import Cryptography
package import Encoding

/// A public key of a client as a JSON Web Key (RFC 7517): RSA, P-256, P-384 or Ed25519.
package struct WebKey: Hashable, Sendable {
    package let id: String?
    let algorithm: WebSignature.Algorithm
    let key: WebSignature.Key

    /// Reads a key; nil for one that this server does not take.
    package init?(_ value: JSONValue) {
        func bytes(_ name: String) -> [UInt8]? {
            value[name]?.stringValue.flatMap { Base64URL.decode($0) }
        }
        id = value["kid"]?.stringValue
        switch (value["kty"]?.stringValue, value["crv"]?.stringValue) {
        case ("RSA", _):
            guard let modulus = bytes("n"), let exponent = bytes("e") else { return nil }
            (algorithm, key) = (.rs384, .rsa(modulus: modulus, exponent: exponent))
        case ("EC", "P-384"), ("EC", "P-256"):
            guard let x = bytes("x"), let y = bytes("y") else { return nil }
            algorithm = value["crv"]?.stringValue == "P-384" ? .es384 : .es256
            key = .elliptic(x: x, y: y)
        case ("OKP", "Ed25519"):
            guard let x = bytes("x") else { return nil }
            (algorithm, key) = (.edDSA, .ed25519(x))
        default: return nil
        }
        guard value["d"] == nil else { return nil }
    }

    /// The keys of a set (RFC 7517 §5) that this server takes.
    package static func set(_ value: JSONValue) -> [WebKey] {
        (value["keys"]?.elements ?? []).compactMap { WebKey($0) }
    }
}

/// A signed JSON Web Token (RFC 7519) that a client presents, taken apart but not yet believed.
struct WebToken {
    /// Bytes of a token.
    static let limit = 16_384

    let algorithm: WebSignature.Algorithm
    let keyID: String?
    let claims: JSONValue
    private let signed: [UInt8]
    private let signature: [UInt8]

    /// Nil for what is no token, or of an algorithm that this server does not take.
    init?(_ text: String) {
        guard text.utf8.count <= Self.limit else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let head = Base64URL.decode(parts[0]),
            let body = Base64URL.decode(parts[1]), let signature = Base64URL.decode(parts[2]),
            let header = try? JSONValue(parsing: head, limits: .request),
            let claims = try? JSONValue(parsing: body, limits: .request),
            let algorithm = header["alg"]?.stringValue.flatMap({
                WebSignature.Algorithm(rawValue: $0)
            }),
            header["crit"] == nil
        else { return nil }
        (self.algorithm, self.claims, self.signature) = (algorithm, claims, signature)
        keyID = header["kid"]?.stringValue
        signed = Array("\(parts[0]).\(parts[1])".utf8)
    }

    /// Whether one of the keys signed it.
    func isSigned(by keys: [WebKey]) -> Bool {
        keys.contains { key in
            key.algorithm == algorithm && (keyID == nil || key.id == nil || key.id == keyID)
                && WebSignature.verify(
                    signature, of: signed, algorithm: algorithm, key: key.key)
        }
    }
}
