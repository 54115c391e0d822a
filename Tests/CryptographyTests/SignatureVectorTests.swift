import Base
import Testing

@testable import Cryptography

struct Ed25519Vector: CustomTestStringConvertible, Sendable {
    let name: String
    let seed: String
    let key: String
    let message: String
    let signature: String

    var testDescription: String { name }
}

@Suite("Published signatures")
struct SignatureVectorTests {
    // RFC 8032 §7.1.
    static let ed25519 = [
        Ed25519Vector(
            name: "TEST 1",
            seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            message: "",
            signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        Ed25519Vector(
            name: "TEST 2",
            seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            message: "72",
            signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        Ed25519Vector(
            name: "TEST 3",
            seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            key: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            message: "af82",
            signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ]

    @Test("Ed25519 matches RFC 8032", arguments: ed25519)
    func edwards(vector: Ed25519Vector) throws {
        let key = try SigningKey(suite: .ed25519, seed: try secret(vector.seed))
        let message = try bytes(vector.message)
        #expect(Hex.encode(key.publicKey.bytes) == vector.key)
        #expect(Hex.encode(try key.sign(message)) == vector.signature)
        #expect(key.publicKey.isValidSignature(try bytes(vector.signature), for: message))
    }

    // S + L instead of S (RFC 8032 §5.1.7); L = 2^252 + 27742317777372353535851937790883648493.
    @Test("Ed25519 refuses a second form of S")
    func secondForm() throws {
        let vector = Self.ed25519[0]
        let order = try bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
        var signature = try bytes(vector.signature)
        var carry = 0
        for index in 0..<32 {
            let sum = Int(signature[32 + index]) + Int(order[index]) + carry
            signature[32 + index] = UInt8(truncatingIfNeeded: sum)
            carry = sum >> 8
        }
        #expect(carry == 0)
        let key = try PublicKey(suite: .ed25519, bytes: try bytes(vector.key))
        #expect(!key.isValidSignature(signature, for: []))
    }

    // With the neutral point as key, R = neutral and S = 0 satisfy the equation for every message.
    @Test(
        "Ed25519 refuses keys of small order",
        arguments: [
            "0100000000000000000000000000000000000000000000000000000000000000",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ])
    func smallOrder(point: String) throws {
        let key = try PublicKey(suite: .ed25519, bytes: try bytes(point))
        let neutral: [UInt8] = [1] + [UInt8](repeating: 0, count: 63)
        #expect(!key.isValidSignature(neutral, for: [1, 2, 3]))
    }

    private static let p256Key =
        "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"

    // RFC 6979 A.2.5, SHA-256, message "test": s is low.
    @Test("P-256 accepts the low form of RFC 6979's signature")
    func lowForm() throws {
        let key = try PublicKey(suite: .p256, bytes: try bytes(Self.p256Key))
        let signature = try bytes(
            "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
                + "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083")
        #expect(key.isValidSignature(signature, for: Array("test".utf8)))
    }

    // RFC 6979 A.2.5, SHA-256, message "sample": s is high.
    @Test("P-256 refuses the high form and accepts its low twin")
    func highForm() throws {
        let key = try PublicKey(suite: .p256, bytes: try bytes(Self.p256Key))
        let r = try bytes("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716")
        let s = try bytes("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8")
        let message = Array("sample".utf8)
        #expect(!key.isValidSignature(r + s, for: message))
        #expect(key.isValidSignature(r + EllipticCurve.p256.negated(s), for: message))
    }

    @Test("P-256 signs in the low form only")
    func signsLow() throws {
        let key = try SigningKey(suite: .p256, random: SeededRandom(seed: 8))
        for number in UInt8(0)..<64 {
            let s = try key.sign([number])[32...]
            #expect(!EllipticCurve.p256.isHigh(s), "message \(number)")
        }
    }

    private static let sm2Key =
        "0309f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020"

    // GB/T 32918.5-2017 A.2: key, identity 1234567812345678 and message "message digest".
    // The second was made with gmssl 3.2.2 (Python) with the same key, for a message in UTF-8.
    @Test(
        "SM2 accepts the standard's signature and one of another implementation",
        arguments: [
            (
                "message digest",
                "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3"
                    + "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
            ),
            (
                "康链 audit",
                "a44dcc96b14f3e8c41e0d74d149027a5f97035834289a7193654cc4efb76bbd5"
                    + "92c4a7a93e267d3377cba8420c64e9822af8bf35d1777f3e4c1c00af6715ccf5"
            ),
        ])
    func sm2(message: String, signature: String) throws {
        let key = try PublicKey(suite: .sm2, bytes: try bytes(Self.sm2Key))
        let signature = try bytes(signature)
        #expect(key.isValidSignature(signature, for: Array(message.utf8)))
        #expect(!key.isValidSignature(signature, for: Array((message + " ").utf8)))
    }

    @Test("numbers out of range are refused", arguments: [SignatureSuite.p256, .sm2])
    func ranges(suite: SignatureSuite) throws {
        let key = try SigningKey(suite: suite, random: SeededRandom(seed: 7))
        let curve = try #require(suite.curve)
        let signature = try key.sign([1])
        let zero = [UInt8](repeating: 0, count: 32)
        let all = [UInt8](repeating: 0xFF, count: 32)
        for bad in [zero, curve.order, all] {
            let (r, s) = (Array(signature[..<32]), Array(signature[32...]))
            for candidate in [bad + s, r + bad, bad + bad] {
                #expect(EllipticSignature(bytes: candidate, curve: curve) == nil)
                #expect(!key.publicKey.isValidSignature(candidate, for: [1]))
            }
        }
    }

    @Test("the two forms of a signature convert into each other")
    func forms() throws {
        for seed in UInt64(1)...200 {
            let random = SeededRandom(seed: seed)
            // Short numbers, and numbers whose first byte looks negative, are the hard cases.
            var bytes = random.bytes(64)
            for index in 0..<Int(seed % 32) { (bytes[index], bytes[32 + index]) = (0, 0) }
            guard let signature = EllipticSignature(bytes: bytes, curve: .sm2) else { continue }
            let again = EllipticSignature(der: signature.der, curve: .sm2)
            #expect(again?.bytes == bytes, "seed \(seed)")
        }
        // 2 ‖ 0x80 in DER: the second needs a leading zero (X.690 §8.3).
        let small = [UInt8](repeating: 0, count: 31)
        let signature = EllipticSignature(bytes: small + [2] + small + [0x80], curve: .sm2)
        #expect(signature?.der == (try bytes("3007 020102 02020080")))
    }
}
