import Base
import Testing

@testable import Cryptography

struct HKDFVector: CustomTestStringConvertible, Sendable {
    let name: String
    let input: [UInt8]
    let salt: [UInt8]
    let info: [UInt8]
    let count: Int
    let key: String
    let output: String

    var testDescription: String { name }
}

@Suite("Keys from keys")
struct KeyDerivationTests {
    // RFC 5869 appendix A, the three SHA-256 cases.
    static let vectors = [
        HKDFVector(
            name: "A.1", input: [UInt8](repeating: 0x0b, count: 22), salt: Array(0x00...0x0c),
            info: Array(0xf0...0xf9), count: 42,
            key: "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
            output: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
                + "34007208d5b887185865"),
        HKDFVector(
            name: "A.2", input: Array(0x00...0x4f), salt: Array(0x60...0xaf),
            info: Array(0xb0...0xff), count: 82,
            key: "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
            output: "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
                + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
                + "cc30c58179ec3e87c14c01d5c1f3434f1d87"),
        HKDFVector(
            name: "A.3", input: [UInt8](repeating: 0x0b, count: 22), salt: [], info: [], count: 42,
            key: "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
            output: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
                + "9d201395faa4b61a96c8"),
    ]

    @Test("HKDF-SHA256 matches RFC 5869", arguments: vectors)
    func hkdf(vector: HKDFVector) throws {
        let key = KeyDerivation.extract(
            .sha256, salt: vector.salt, input: SecretBytes(copying: vector.input))
        #expect(Hex.encode(key.copyBytes()) == vector.key)
        let output = try KeyDerivation.expand(
            .sha256, key: key, info: vector.info, count: vector.count)
        #expect(Hex.encode(output.copyBytes()) == vector.output)
    }

    @Test("an expansion goes to its limit and no further")
    func limits() throws {
        let key = SecretBytes(copying: [1])
        let most = try KeyDerivation.expand(.sha256, key: key, info: [], count: 8160)
        #expect(most.count == 8160)
        #expect(try KeyDerivation.expand(.sm3, key: key, info: [], count: 0).count == 0)
        for count in [-1, 8161, Int.max] {
            #expect(throws: CryptographyError.invalidLength) {
                try KeyDerivation.expand(.sha256, key: key, info: [], count: count)
            }
        }
    }

    // Computed with Python's hmac from the definition in the documentation of `derive`.
    @Test("the project's own form keeps its bytes")
    func derive() {
        let key = SecretBytes(copying: Array(0..<32))
        let derived = KeyDerivation.derive(key, label: "example", context: [1, 2], count: 40)
        #expect(
            Hex.encode(derived.copyBytes())
                == "2c49e2cdeeed26d9e68da6afc18c74cbe8853fafd585bd0297c69bc776b0b804"
                + "4ead9357afa85d80"
        )
    }

    @Test("label and context cannot be moved into each other")
    func separation() {
        let key = SecretBytes(copying: Array(0..<32))
        let one = KeyDerivation.derive(key, label: "ab", context: Array("c".utf8))
        let other = KeyDerivation.derive(key, label: "a", context: Array("bc".utf8))
        #expect(one != other)
        #expect(one.count == 32)
    }

    // RFC 4231 §4.2, §4.3, §4.7 (a key longer than a block).
    @Test(
        "HMAC-SHA256 matches RFC 4231",
        arguments: [
            (
                "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                "4a656665", "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                String(repeating: "aa", count: 131),
                "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ])
    func hmac(key: String, message: String, code: String) throws {
        let computed = HashSuite.sha256.authenticationCode(
            key: try secret(key), Array(message.utf8))
        #expect(computed.description == code)
    }

    // Python's hmac with OpenSSL's SM3; and the empty key and message of both.
    @Test("HMAC-SM3 and empty keys match an independent computation")
    func hmacOthers() throws {
        let key = SecretBytes(copying: [UInt8](repeating: 0x0b, count: 20))
        #expect(
            HashSuite.sm3.authenticationCode(key: key, Array("Hi There".utf8)).description
                == "51b00d1fb49832bfb01c3ce27848e59f871d9ba938dc563b338ca964755cce70")
        #expect(
            HashSuite.sha256.authenticationCode(key: SecretBytes(copying: []), []).description
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    // Computed with the Argon2id of Python's cryptography 50.0.2.
    @Test(
        "Argon2id matches an independent computation",
        arguments: [
            (
                PassphraseCost.minimum,
                "3bfa796a86260b73457e1290b51695931a17e266f601d0fb45563e282fb6865b"
            ),
            (.interactive, "9aab5a81db651bf866ff7b6169794d2ad9bb00f3d95177925a5fca692a34dbd1"),
        ])
    func passphrase(cost: PassphraseCost, expected: String) throws {
        let key = try KeyDerivation.fromPassphrase(
            SecretBytes(copying: Array("correct horse".utf8)), salt: Array(0..<16), cost: cost)
        #expect(Hex.encode(key.copyBytes()) == expected)
    }

    @Test("a passphrase needs 16 bytes of salt and must not be empty")
    func passphraseLengths() {
        let passphrase = SecretBytes(copying: [1])
        for count in [0, 15, 17] {
            #expect(throws: CryptographyError.invalidLength) {
                try KeyDerivation.fromPassphrase(
                    passphrase, salt: [UInt8](repeating: 0, count: count), cost: .minimum)
            }
        }
        #expect(throws: CryptographyError.invalidLength) {
            try KeyDerivation.fromPassphrase(
                SecretBytes(copying: []), salt: Array(0..<16), cost: .minimum)
        }
    }
}
