import Base
import Testing

@testable import Cryptography

struct HPKEVector: CustomTestStringConvertible, Sendable {
    let cipher: AuthenticatedCipher
    /// ikmE, skEm, ikmR, skRm, pkRm and enc of the RFC.
    let senderInput: String
    let senderKey: String
    let recipientInput: String
    let recipientKey: String
    let recipientPublicKey: String
    let encapsulatedKey: String
    /// Sequence number and ciphertext.
    let ciphertexts: [Int: String]
    /// For the contexts "", 00 and "TestContext", 32 bytes each.
    let exports: [String]

    var testDescription: String { "\(cipher)" }
}

@Suite("HPKE")
struct HPKETests {
    // RFC 9180 appendix A.1.1 and A.2.1. The RFC prints no AES-256-GCM for X25519: that vector is
    // the record (mode 0, KEM 32, KDF 1, AEAD 2) of the CFRG's test-vectors.json, whose inputs,
    // enc and first ciphertext are published; pyhpke 0.6.5, an independent implementation that
    // also reproduces A.1.1 and A.2.1, computed the rest.
    static let vectors = [
        HPKEVector(
            cipher: .aes128GCM,
            senderInput: "7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234",
            senderKey: "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736",
            recipientInput: "6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037",
            recipientKey: "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
            recipientPublicKey: "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
            encapsulatedKey: "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
            ciphertexts: [
                0:
                    "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a9"
                    + "6d8770ac83d07bea87e13c512a",
                1:
                    "af2d7e9ac9ae7e270f46ba1f975be53c09f8d875bdc8535458c2494e8a6eab25"
                    + "1c03d0c22a56b8ca42c2063b84",
                2:
                    "498dfcabd92e8acedc281e85af1cb4e3e31c7dc394a1ca20e173cb7251649158"
                    + "8d96a19ad4a683518973dcc180",
                4:
                    "583bd32bc67a5994bb8ceaca813d369bca7b2a42408cddef5e22f880b631215a"
                    + "09fc0012bc69fccaa251c0246d",
                255:
                    "7175db9717964058640a3a11fb9007941a5d1757fda1a6935c805c21af32505b"
                    + "f106deefec4a49ac38d71c9e0a",
                256:
                    "957f9800542b0b8891badb026d79cc54597cb2d225b54c00c5238c25d05c30e3"
                    + "fbeda97d2e0e1aba483a2df9f2",
            ],
            exports: [
                "3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee",
                "2e8f0b54673c7029649d4eb9d5e33bf1872cf76d623ff164ac185da9e88c21a5",
                "e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931",
            ]),
        HPKEVector(
            cipher: .chaCha20Poly1305,
            senderInput: "909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b",
            senderKey: "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600",
            recipientInput: "1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df",
            recipientKey: "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
            recipientPublicKey: "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a",
            encapsulatedKey: "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
            ciphertexts: [
                0:
                    "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db"
                    + "21993c62ce81883d2dd1b51a28",
                1:
                    "6b53c051e4199c518de79594e1c4ab18b96f081549d45ce015be002090bb119e"
                    + "85285337cc95ba5f59992dc98c",
                2:
                    "71146bd6795ccc9c49ce25dda112a48f202ad220559502cef1f34271e0cb4b02"
                    + "b4f10ecac6f48c32f878fae86b",
                4:
                    "63357a2aa291f5a4e5f27db6baa2af8cf77427c7c1a909e0b37214dd47db122b"
                    + "b153495ff0b02e9e54a50dbe16",
                255:
                    "18ab939d63ddec9f6ac2b60d61d36a7375d2070c9b683861110757062c52b888"
                    + "0a5f6b3936da9cd6c23ef2a95c",
                256:
                    "7a4a13e9ef23978e2c520fd4d2e757514ae160cd0cd05e556ef692370ca53076"
                    + "214c0c40d4c728d6ed9e727a5b",
            ],
            exports: [
                "4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e",
                "8c1df14732580e5501b00f82b10a1647b40713191b7c1240ac80e2b68808ba69",
                "5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53",
            ]),
        HPKEVector(
            cipher: .aes256GCM,
            senderInput: "2cd7c601cefb3d42a62b04b7a9041494c06c7843818e0ce28a8f704ae7ab20f9",
            senderKey: "179d4b53b6365c45b600c4163b61d95cbc2f4d9e36f1695558dce265ab8bab11",
            recipientInput: "dac33b0e9db1b59dbbea58d59a14e7b5896e9bdf98fad6891e99d1686492b9ee",
            recipientKey: "497b4502664cfea5d5af0b39934dac72242a74f8480451e1aee7d6a53320333d",
            recipientPublicKey: "430f4b9859665145a6b1ba274024487bd66f03a2dd577d7753c68d7d7d00c00c",
            encapsulatedKey: "6c93e09869df3402d7bf231bf540fadd35cd56be14f97178f0954db94b7fc256",
            ciphertexts: [
                0:
                    "e5d84cd531cfb583096e7cfa9641bd3079cf3a91cda813c52deb5f512be99319"
                    + "80a41de125a925cdad859d5b7a",
                1:
                    "2c43aff25343fdbff864506f0818b9d87df84ea01b1a2144d23b4d40c26bf655"
                    + "fdf197fe40297a8aebeed5cc2d",
                2:
                    "e0a8f2cf92ff61215edbb8c55dc31fe9e2eb42a5685867bb6854211542099f9e"
                    + "940c4b41c192bc390835b1a5f7",
                4:
                    "448a8892f261cbb6bf5b7b64a4fae8a2c86492494b069c10525895d871c27c2f"
                    + "12cd17e0588fedaba9f7b0cd4c",
                255:
                    "f6ad1823eb0b932d04b6e23010eea64f1fe5edd0583dae5ba27ca6363f4ea104"
                    + "bd217331460ef4208040423641",
                256:
                    "53624f4f9f173453b14e633b45390ff54cacaa4428d44baee1bff8133fab1ab3"
                    + "afe60f88e4634b525c54e92eda",
            ],
            exports: [
                "ded6cffafaea6b812cbf3e241e88332adbc077aca81512914213810ee291770a",
                "04d3cb6cc116b28ffd22ad5bc276c60d31fec71ceb87ae24db811c64b7507339",
                "7c5ded445732c14fe09727d29b4251c0fd38455fe8440571e687f0886aac94d2",
            ]),
    ]

    private let use = Array("Ode on a Grecian Urn".utf8)
    private let plaintext = Array("Beauty is truth, truth beauty".utf8)

    @Test("derives the key pairs of the vectors", arguments: vectors)
    func keyPairs(vector: HPKEVector) throws {
        let sender = try KeyEncapsulation.keyPair(from: try secret(vector.senderInput))
        #expect(Hex.encode(sender.seed.copyBytes()) == vector.senderKey)
        #expect(Hex.encode(sender.publicKey) == vector.encapsulatedKey)
        let recipient = try KeyEncapsulation.keyPair(from: try secret(vector.recipientInput))
        #expect(Hex.encode(recipient.seed.copyBytes()) == vector.recipientKey)
        #expect(Hex.encode(recipient.publicKey) == vector.recipientPublicKey)
    }

    @Test("seals, opens and exports what the vectors say", arguments: vectors)
    func contexts(vector: HPKEVector) throws {
        let key = try KeyAgreementKey(seed: try secret(vector.recipientKey))
        var sender = try HPKE.Sender(
            to: key.publicKey, info: use, random: FixedRandom(try bytes(vector.senderKey)),
            cipher: vector.cipher)
        #expect(Hex.encode(sender.encapsulatedKey) == vector.encapsulatedKey)
        var recipient = try HPKE.Recipient(
            encapsulatedKey: sender.encapsulatedKey, key: key, info: use, cipher: vector.cipher)
        var checked = 0
        for sequence in 0...256 {
            let context = Array("Count-\(sequence)".utf8)
            let sealed = try sender.seal(plaintext, authenticating: context)
            if let expected = vector.ciphertexts[sequence] {
                #expect(Hex.encode(sealed) == expected, "sequence number \(sequence)")
                checked += 1
            }
            #expect(try recipient.open(sealed, authenticating: context) == plaintext)
        }
        #expect(checked == vector.ciphertexts.count)
        for (context, expected) in zip([[], [0], Array("TestContext".utf8)], vector.exports) {
            #expect(Hex.encode(try sender.export(context, count: 32).copyBytes()) == expected)
            #expect(Hex.encode(try recipient.export(context, count: 32).copyBytes()) == expected)
        }
    }

    // RFC 9180 A.1.1.
    @Test("has the intermediate values of the RFC")
    func schedule() throws {
        let vector = Self.vectors[0]
        let key = try KeyAgreementKey(seed: try secret(vector.recipientKey))
        let encapsulated = try bytes(vector.encapsulatedKey)
        let shared = try KeyEncapsulation.sharedSecret(
            try key.sharedSecret(with: encapsulated), encapsulated, key.publicKey)
        #expect(
            Hex.encode(shared.copyBytes())
                == "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc")
        let context = try HPKE.Context(sharedSecret: shared, info: use, cipher: .aes128GCM)
        #expect(Hex.encode(context.key.copyBytes()) == "4531685d41d65f03dc48f6b8302c05b0")
        #expect(Hex.encode(context.baseNonce) == "56d890e5accaaf011cff4b7d")
        #expect(
            Hex.encode(context.exporterSecret.copyBytes())
                == "45ff1c2e220db587171952c0592d5f5ebe103f1561a2614e38f2ffd47e99e3f8")
    }

    @Test("in one call opens the published message")
    func single() throws {
        let vector = Self.vectors[2]
        let key = try KeyAgreementKey(seed: try secret(vector.recipientKey))
        let sealed = try HPKE.seal(
            plaintext, to: key.publicKey, info: use, authenticating: Array("Count-0".utf8),
            random: FixedRandom(try bytes(vector.senderKey)))
        #expect(Hex.encode(sealed) == vector.encapsulatedKey + (vector.ciphertexts[0] ?? ""))
        #expect(sealed.count == plaintext.count + HPKE.overhead)
        let opened = try HPKE.open(
            sealed, with: key, info: use, authenticating: Array("Count-0".utf8))
        #expect(opened == plaintext)
    }

    @Test("refuses any altered byte, any cut, another use and another key")
    func tampered() throws {
        let random = SeededRandom(seed: 21)
        let key = try KeyAgreementKey(random: random)
        let sealed = try HPKE.seal(
            plaintext, to: key.publicKey, info: use, authenticating: [1], random: random)
        for (index, copy) in altered(sealed).enumerated() {
            // The top bit of a u-coordinate is ignored by RFC 7748 but bound by the key schedule.
            #expect(throws: CryptographyError.authenticationFailed, "byte \(index)") {
                try HPKE.open(copy, with: key, info: use, authenticating: [1])
            }
        }
        for count in 0..<sealed.count {
            #expect(throws: CryptographyError.authenticationFailed, "cut at \(count)") {
                try HPKE.open(Array(sealed[..<count]), with: key, info: use, authenticating: [1])
            }
        }
        let other = try KeyAgreementKey(random: random)
        let wrong: [(KeyAgreementKey, [UInt8], [UInt8])] = [
            (other, use, [1]), (key, [], [1]), (key, use, []),
        ]
        for (key, info, context) in wrong {
            #expect(throws: CryptographyError.authenticationFailed) {
                try HPKE.open(sealed, with: key, info: info, authenticating: context)
            }
        }
    }

    @Test("a message that fails does not use up its place in the order")
    func order() throws {
        let random = SeededRandom(seed: 22)
        let key = try KeyAgreementKey(random: random)
        var sender = try HPKE.Sender(to: key.publicKey, info: [], random: random)
        var recipient = try HPKE.Recipient(
            encapsulatedKey: sender.encapsulatedKey, key: key, info: [])
        let first = try sender.seal([1], authenticating: [])
        let second = try sender.seal([2], authenticating: [])
        #expect(throws: CryptographyError.authenticationFailed) {
            try recipient.open(second, authenticating: [])
        }
        #expect(try recipient.open(first, authenticating: []) == [1])
        #expect(throws: CryptographyError.authenticationFailed) {
            try recipient.open(first, authenticating: [])
        }
        #expect(try recipient.open(second, authenticating: []) == [2])
    }

    @Test("refuses keys of small order and of wrong lengths")
    func weakKeys() throws {
        let random = SeededRandom(seed: 23)
        let key = try KeyAgreementKey(random: random)
        let zero = [UInt8](repeating: 0, count: 32)
        for weak in [zero, [1] + zero.dropLast(), Array(zero.dropLast()), zero + [0], []] {
            #expect(throws: CryptographyError.invalidKey) {
                try HPKE.seal([1], to: weak, info: [], authenticating: [], random: random)
            }
            #expect(throws: CryptographyError.invalidKey) {
                try HPKE.Recipient(encapsulatedKey: weak, key: key, info: [])
            }
        }
        #expect(throws: CryptographyError.invalidKey) {
            try HPKE.open(
                zero + [UInt8](repeating: 1, count: 20), with: key, info: [], authenticating: [])
        }
    }
}
