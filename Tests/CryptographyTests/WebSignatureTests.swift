import Base
import Cryptography
import Testing

/// Signatures of JSON Web Tokens, with the examples of the standards.
@Suite("Signatures of web tokens")
struct WebSignatureTests {
    private func bytes(_ text: String) throws -> [UInt8] {
        try #require(Base64URL.decode(text))
    }

    /// RFC 7515 appendix A.3.
    @Test("ES256: the example of RFC 7515, and any bit changed")
    func es256() throws {
        let key = WebSignature.Key.elliptic(
            x: try bytes("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"),
            y: try bytes("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"))
        let message = Array(
            ("eyJhbGciOiJFUzI1NiJ9"
                + ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
                + "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ").utf8)
        let signature = try bytes(
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
                + "pmWQxfKTUJqPP3-Kg6NU1Q")
        #expect(
            WebSignature.verify(signature, of: message, algorithm: .es256, key: key))
        #expect(
            !WebSignature.verify(signature, of: message, algorithm: .es384, key: key))
        for index in signature.indices {
            var changed = signature
            changed[index] ^= 1
            #expect(!WebSignature.verify(changed, of: message, algorithm: .es256, key: key))
        }
    }

    /// RFC 8037 appendix A.4.
    @Test("EdDSA: the example of RFC 8037")
    func edDSA() throws {
        let key = WebSignature.Key.ed25519(
            try bytes("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"))
        let message = Array("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc".utf8)
        let signature = try bytes(
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        )
        #expect(
            WebSignature.verify(signature, of: message, algorithm: .edDSA, key: key))
        #expect(
            !WebSignature.verify(
                signature, of: message + [0], algorithm: .edDSA, key: key))
    }

    @Test("keys that are short, off the curve or of another kind verify nothing")
    func keys() {
        let zeros = [UInt8](repeating: 0, count: 48)
        let message: [UInt8] = [1]
        #expect(
            !WebSignature.verify(
                zeros + zeros, of: message, algorithm: .es384,
                key: .elliptic(x: zeros, y: zeros)))
        #expect(
            !WebSignature.verify(
                [UInt8](repeating: 1, count: 128), of: message, algorithm: .rs384,
                key: .rsa(modulus: [UInt8](repeating: 0xff, count: 128), exponent: [3])))
        #expect(
            !WebSignature.verify(
                zeros, of: message, algorithm: .rs384, key: .ed25519(Array(zeros[..<32]))))
    }
}
