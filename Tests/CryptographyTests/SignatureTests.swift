import Base
import Testing

@testable import Cryptography

@Suite("Signatures of every suite")
struct SignatureTests {
    private let message = Array("consent 7 granted 同意".utf8)

    @Test("are accepted by the key's public half alone", arguments: SignatureSuite.allCases)
    func roundTrip(suite: SignatureSuite) throws {
        for seed in UInt64(1)...20 {
            let random = SeededRandom(seed: seed)
            let key = try SigningKey(suite: suite, random: random)
            let other = try SigningKey(suite: suite, random: random)
            let message = random.bytes(Int(seed) * 7)
            let signature = try key.sign(message)
            #expect(signature.count == SignatureSuite.signatureCount)
            #expect(key.publicKey.isValidSignature(signature, for: message), "seed \(seed)")
            #expect(!key.publicKey.isValidSignature(signature, for: message + [0]), "seed \(seed)")
            #expect(!other.publicKey.isValidSignature(signature, for: message), "seed \(seed)")
        }
    }

    @Test("cover the empty message", arguments: SignatureSuite.allCases)
    func empty(suite: SignatureSuite) throws {
        let key = try SigningKey(suite: suite, random: SeededRandom(seed: 1))
        #expect(key.publicKey.isValidSignature(try key.sign([]), for: []))
    }

    @Test(
        "are refused with any byte altered or of any other length",
        arguments: SignatureSuite.allCases)
    func tampered(suite: SignatureSuite) throws {
        let key = try SigningKey(suite: suite, random: SeededRandom(seed: 2))
        let signature = try key.sign(message)
        for (index, copy) in altered(signature).enumerated() {
            #expect(!key.publicKey.isValidSignature(copy, for: message), "byte \(index)")
        }
        for other in [[], Array(signature.dropLast()), signature + [0]] {
            #expect(!key.publicKey.isValidSignature(other, for: message), "\(other.count) bytes")
        }
        for (index, copy) in altered(message).enumerated() {
            #expect(!key.publicKey.isValidSignature(signature, for: copy), "byte \(index)")
        }
    }

    @Test("come from the same key for the same seed", arguments: SignatureSuite.allCases)
    func deterministicKeys(suite: SignatureSuite) throws {
        let seed = SecretBytes(copying: Array(0..<32))
        let key = try SigningKey(suite: suite, seed: seed)
        let again = try SigningKey(suite: suite, seed: key.seed)
        #expect(key.publicKey == again.publicKey)
        #expect(again.publicKey.isValidSignature(try key.sign(message), for: message))
        for count in [0, 31, 33] {
            #expect(throws: CryptographyError.invalidKey) {
                try SigningKey(
                    suite: suite, seed: SecretBytes(copying: [UInt8](repeating: 1, count: count)))
            }
        }
    }

    // Ed25519 by RFC 8032; P-256 and SM2 by Python's cryptography 50.0.2 and gmssl 3.2.2 from the
    // derivation in the documentation of `SigningKey`.
    @Test(
        "belong to public keys that never change for a seed",
        arguments: [
            (
                SignatureSuite.ed25519,
                "01 03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
            ),
            (.p256, "02 0332d1a1f6ba8ee820337704ce2e5309dd74bbb2055da873f1d89d0bc9755be90b"),
            (.sm2, "03 030092cb262ec0dfb424fa83c94f97dc5f013bf0b262d8027a8f712296ae6aec1b"),
        ])
    func frozenKeys(suite: SignatureSuite, tagged: String) throws {
        let key = try SigningKey(suite: suite, seed: SecretBytes(copying: Array(0..<32)))
        #expect(key.publicKey.tagged == (try bytes(tagged)))
    }

    @Test("of one suite mean nothing in another")
    func crossSuite() throws {
        let random = SeededRandom(seed: 9)
        let keys = try SignatureSuite.allCases.map { try SigningKey(suite: $0, random: random) }
        for signer in keys {
            let signature = try signer.sign(message)
            for verifier in keys where verifier.publicKey.suite != signer.publicKey.suite {
                #expect(!verifier.publicKey.isValidSignature(signature, for: message))
            }
        }
    }

    @Test("from many tasks at once hold", arguments: SignatureSuite.allCases)
    func concurrent(suite: SignatureSuite) async throws {
        let key = try SigningKey(suite: suite, random: SeededRandom(seed: 3))
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for task in UInt8(0)..<8 {
                group.addTask {
                    try (UInt8(0)..<20).allSatisfy { number in
                        key.publicKey.isValidSignature(
                            try key.sign([task, number]), for: [task, number])
                    }
                }
            }
            for try await isValid in group { #expect(isValid) }
        }
    }
}

@Suite("Public keys")
struct PublicKeyTests {
    @Test("are read back from their tagged form", arguments: SignatureSuite.allCases)
    func tagged(suite: SignatureSuite) throws {
        let key = try SigningKey(suite: suite, random: SeededRandom(seed: 4)).publicKey
        let read = try PublicKey(tagged: key.tagged)
        #expect(read == key)
        #expect(read.hashValue == key.hashValue)
        #expect(key.tagged == [suite.rawValue] + key.bytes)
        #expect(key.bytes.count == suite.publicKeyCount)
    }

    @Test("of unknown suites are refused by name", arguments: [0, 4, 255] as [UInt8])
    func unknown(tag: UInt8) {
        #expect(throws: CryptographyError.unknownSuite(tag)) {
            try PublicKey(tagged: [tag] + [UInt8](repeating: 2, count: 32))
        }
    }

    @Test("of a wrong length are refused", arguments: SignatureSuite.allCases)
    func lengths(suite: SignatureSuite) throws {
        let key = try SigningKey(suite: suite, random: SeededRandom(seed: 5)).publicKey
        #expect(throws: CryptographyError.invalidKey) { try PublicKey(tagged: []) }
        for bytes in [[], Array(key.bytes.dropLast()), key.bytes + [0]] {
            #expect(throws: CryptographyError.invalidKey) {
                try PublicKey(suite: suite, bytes: bytes)
            }
        }
    }

    @Test(
        "must be compressed points of the curve",
        arguments: [SignatureSuite.p256, .sm2],
        [
            "00" + String(repeating: "00", count: 32),  // Infinity, padded.
            "04" + String(repeating: "11", count: 32),  // The mark of an uncompressed point.
            "06" + String(repeating: "11", count: 32),  // The mark of a hybrid point.
            "02" + String(repeating: "ff", count: 32),  // x above the field's prime.
        ])
    func offCurve(suite: SignatureSuite, point: String) throws {
        let point = try bytes(point)
        #expect(throws: CryptographyError.invalidKey) { try PublicKey(suite: suite, bytes: point) }
    }

    // About half of all x have a point; the other half must be refused.
    @Test("from random bytes are points half of the time", arguments: [SignatureSuite.p256, .sm2])
    func randomPoints(suite: SignatureSuite) {
        let random = SeededRandom(seed: 6)
        let accepted = (0..<400).count { _ in
            (try? PublicKey(suite: suite, bytes: [2] + random.bytes(32))) != nil
        }
        #expect((140...260).contains(accepted))
    }

    @Test("are read alike before, while and after they are remembered")
    func remembered() throws {
        let random = SeededRandom(seed: 10)
        let first = try SigningKey(suite: .p256, random: random)
        let signature = try first.sign([1])
        for number in 0..<(EllipticKeyCache.capacity + 10) {
            let key = try SigningKey(suite: .p256, random: random).publicKey
            guard number % 200 == 0 else { continue }
            #expect(!key.isValidSignature(signature, for: [1]))
            let again = try PublicKey(tagged: first.publicKey.tagged)
            #expect(again.isValidSignature(signature, for: [1]), "after \(number) keys")
        }
        for _ in 0..<2 {
            #expect(throws: CryptographyError.invalidKey) {
                try PublicKey(suite: .p256, bytes: [2] + [UInt8](repeating: 0xFF, count: 32))
            }
        }
    }

    @Test("differ when only the suite does")
    func suiteMatters() throws {
        let bytes = try SigningKey(suite: .p256, random: SeededRandom(seed: 1)).publicKey.bytes
        // The same 33 bytes may or may not be a point of SM2; if so, it is another key.
        if let other = try? PublicKey(suite: .sm2, bytes: bytes) {
            #expect(other != (try PublicKey(suite: .p256, bytes: bytes)))
        } else {
            #expect(throws: CryptographyError.invalidKey) {
                try PublicKey(suite: .sm2, bytes: bytes)
            }
        }
    }
}
