import Conformance
import Testing

/// Vectors of the RFCs in the layouts of Wycheproof, right and planted wrong.
@Suite("Suite wycheproof")
struct WycheproofSuiteTests {
    /// A file of one group; `group` and `tests` are members and objects in JSON.
    static func file(_ algorithm: String, _ group: String, _ tests: [String]) -> String {
        """
        {"algorithm":"\(algorithm)","numberOfTests":\(tests.count),"testGroups":[
        {\(group),"tests":[\(tests.joined(separator: ","))]}]}
        """
    }

    static func test(_ fields: String, _ result: String) -> String {
        #"{"tcId":1,"comment":"c",\#(fields),"result":"\#(result)"}"#
    }

    /// RFC 8032 §7.1, test 2.
    private static let edwardsKey = #"""
        "curve":"edwards25519",
        "pk":"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        """#
    private static let edwardsSignature = """
        92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
        085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
        """

    private static func edwards(_ message: String) -> String {
        #""msg":"\#(message)","sig":"\#(edwardsSignature)""#
    }

    /// RFC 7748 §5.2, first vector.
    private static let agreement = #"""
        "private":"a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "public":"e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"
        """#
    private static let agreed = "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"

    private static func shared(_ text: String) -> String {
        #"\#(agreement),"shared":"\#(text)""#
    }

    /// The Galois/Counter Mode of Operation (McGrew, Viega), test case 14.
    private static func sealed(_ text: String) -> String {
        #"""
        "key":"\#(String(repeating: "0", count: 64))","iv":"\#(String(repeating: "0", count: 24))",
        "aad":"","msg":"\#(String(repeating: "0", count: 32))",
        "ct":"\#(text)","tag":"d0d1c8a799996bf0265b98b5d48ab919"
        """#
    }

    /// RFC 5869 §A.1.
    private static func derived(_ text: String, count: Int = 42) -> String {
        #"""
        "ikm":"0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b","salt":"000102030405060708090a0b0c",
        "info":"f0f1f2f3f4f5f6f7f8f9","size":\#(count),"okm":"\#(text)"
        """#
    }
    private static let output =
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"

    /// RFC 4231 §4.3.
    private static func code(_ text: String) -> String {
        #"""
        "key":"4a656665","msg":"7768617420646f2079612077616e7420666f72206e6f7468696e673f",
        "tag":"\#(text)"
        """#
    }
    private static let code2 = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"

    /// RFC 6979 §A.2.5; the signature of "test" has a low s, that of "sample" a high one.
    private static let ellipticKey = #"""
        {"curve":"secp256r1","uncompressed":"04\#
        60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6\#
        7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"},"sha":"SHA-256"
        """#
    private static let low = (
        r: "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
        s: "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083"
    )
    private static let high = (
        r: "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
        s: "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
    )

    private static func elliptic(_ message: String, _ signature: String) -> String {
        #""msg":"\#(message)","sig":"\#(signature)""#
    }

    static let files: [(name: String, text: String, counts: [Int])] = [
        (
            "Ed25519, new layout",
            file(
                "EDDSA", #""type":"EddsaVerify","publicKey":{\#(edwardsKey)}"#,
                [test(edwards("72"), "valid"), test(edwards("73"), "invalid")]), [2, 0, 0]
        ),
        (
            "Ed25519, old layout",
            file(
                "EDDSA", #""type":"EddsaVerify","key":{\#(edwardsKey)}"#,
                [test(edwards("72"), "valid"), test(edwards("73"), "acceptable")]), [2, 0, 0]
        ),
        (
            "Ed25519, planted",
            file(
                "EDDSA", #""type":"EddsaVerify","publicKey":{\#(edwardsKey)}"#,
                [test(edwards("73"), "valid"), test(edwards("72"), "invalid")]), [0, 2, 0]
        ),
        (
            "Ed448",
            file(
                "EDDSA", #""type":"EddsaVerify","publicKey":{"curve":"edwards448","pk":"00"}"#,
                [test(edwards("72"), "valid")]), [0, 0, 1]
        ),
        (
            "X25519",
            file(
                "XDH", #""type":"XdhComp","curve":"curve25519""#,
                [
                    test(shared(agreed), "valid"), test(shared(agreed), "acceptable"),
                    test(shared("00" + agreed.dropFirst(2)), "valid"),
                    test(shared("00" + agreed.dropFirst(2)), "acceptable"),
                ]), [2, 2, 0]
        ),
        (
            "X448 and other encodings",
            file("XDH", #""type":"XdhComp","curve":"curve448""#, [test(shared(""), "valid")]),
            [0, 0, 1]
        ),
        (
            "AES-256-GCM",
            file(
                "AES-GCM", #""type":"AeadTest","keySize":256,"ivSize":96,"tagSize":128"#,
                [
                    test(sealed("cea7403d4d606b6e074ec5d3baf39d18"), "valid"),
                    test(sealed("cea7403d4d606b6e074ec5d3baf39d19"), "invalid"),
                    test(sealed("cea7403d4d606b6e074ec5d3baf39d19"), "valid"),
                ]), [2, 1, 0]
        ),
        (
            "AES-128-GCM",
            file(
                "AES-GCM", #""type":"AeadTest","keySize":128,"ivSize":96,"tagSize":128"#,
                [test(sealed(""), "valid"), test(sealed(""), "invalid")]), [0, 0, 2]
        ),
        (
            "HKDF",
            file(
                "HKDF-SHA-256", #""type":"HkdfTest","keySize":176"#,
                [
                    test(derived(output), "valid"), test(derived("", count: 8161), "invalid"),
                    test(derived("", count: -1), "invalid"),
                    test(derived("00" + output.dropFirst(2)), "valid"),
                ]), [3, 1, 0]
        ),
        (
            "HMAC",
            file(
                "HMACSHA256", #""type":"MacTest","keySize":32,"tagSize":256"#,
                [
                    test(code(code2), "valid"), test(code("00" + code2.dropFirst(2)), "invalid"),
                    test(code(code2), "invalid"),
                ]), [2, 1, 0]
        ),
        (
            "ECDSA, r ‖ s",
            file(
                "ECDSA", #""type":"EcdsaP1363Verify","publicKey":\#(ellipticKey)"#,
                [
                    test(elliptic("74657374", low.r + low.s), "valid"),
                    test(elliptic("73616d706c65", high.r + high.s), "valid"),
                    test(elliptic("74657375", low.r + low.s), "invalid"),
                    test(elliptic("74657375", low.r + low.s), "valid"),
                ]), [2, 1, 1]
        ),
        (
            "ECDSA, DER",
            file(
                "ECDSA", #""type":"EcdsaVerify","key":\#(ellipticKey)"#,
                [
                    test(
                        elliptic("74657374", "3045022100" + low.r + "0220" + low.s), "valid"),
                    test(
                        elliptic("74657374", "308145022100" + low.r + "0220" + low.s), "invalid"),
                    test(
                        elliptic("74657374", "3046022100" + low.r + "022100" + low.s), "invalid"),
                    test(elliptic("74657374", "30"), "invalid"),
                    test(elliptic("74657374", ""), "valid"),
                ]), [4, 1, 0]
        ),
        (
            "another algorithm", file("SLH-DSA", #""type":"X""#, [test("\"a\":1", "valid")]),
            [0, 0, 1]
        ),
    ]

    @Test("counts right, wrong and foreign vectors", arguments: files)
    func vectors(_ file: (name: String, text: String, counts: [Int])) throws {
        let folder = try SuiteFolder([("a/b/x_test.json", file.text)])
        let report = try folder.run(.wycheproof)
        #expect(report.counts == file.counts, "\(file.name) \(report)")
        #expect(try folder.run(.wycheproof, "a/b/x_test.json").counts == file.counts)
    }

    @Test(
        "passes nothing that it does not know",
        arguments: [
            "", "{", "[]", "null", #"{"algorithm":"EDDSA"}"#, #"{"testGroups":[]}"#,
            #"{"algorithm":"EDDSA","testGroups":[]}"#,
            #"{"algorithm":"EDDSA","testGroups":[1]}"#,
            #"{"algorithm":"EDDSA","testGroups":[{"type":"EddsaVerify","tests":[{}]}]}"#,
            #"{"algorithm":"EDDSA","testGroups":[{"tests":[{}]}]}"#,
            #"{"algorithm":"EDDSA","algorithm":"EDDSA","testGroups":[]}"#,
            file("HKDF-SHA-256", #""type":"HkdfTest""#, ["1", "{}"]),
            file("HKDF-SHA-256", #""type":"HkdfTest""#, [test(derived("0"), "valid")]),
            file("HKDF-SHA-256", #""type":"HkdfTest""#, [test(derived(output), "fine")]),
            String(repeating: "[", count: 100_000),
        ])
    func unknownShapes(_ text: String) throws {
        let report = try SuiteFolder([("x_test.json", text)]).run(.wycheproof)
        #expect(report.passed == 0 && report.failed > 0)
        #expect(report.failures.allSatisfy { $0.reason.contains("unknown shape") }, "\(report)")
    }

    @Test("notices that tests are missing")
    func missingTests() throws {
        let text = Self.file(
            "HKDF-SHA-256", #""type":"HkdfTest""#,
            [
                Self.test(Self.derived(Self.output), "valid")
            ]
        ).replacing(#""numberOfTests":1"#, with: #""numberOfTests":2"#)
        #expect(try SuiteFolder([("x.json", text)]).run(.wycheproof).counts == [1, 1, 0])
    }

    @Test(
        "passes the published files",
        .enabled(if: TestData.isPresent, "needs the shared data folder"))
    func published() throws {
        let folder = try #require(TestData.folder)
        let report = try Conformance.run(.wycheproof, path: folder + "/wycheproof") { _ in }
        #expect(report.failures.isEmpty && report.failed == 0)
        #expect(report.passed > 800 && report.passed + report.skipped == 1071)
        #expect(report.skips.allSatisfy { $0.name.hasPrefix("aes_gcm_test.json") })
    }
}
