import Base
import Encoding
import Testing

/// RFC 8785, with the examples of its text and of cyberphone/json-canonicalization.
@Suite("Canonical JSON")
struct JSONCanonicalTests {
    @Test(
        "writes the published canonical texts",
        .enabled(if: TestData.isPresent, "needs the shared data folder"),
        arguments: ["arrays", "french", "structures", "unicode", "values", "weird"])
    func publishedTexts(_ name: String) throws {
        let input = try #require(TestData.read("jcs/testdata/input/\(name).json"))
        let output = try #require(TestData.read("jcs/testdata/output/\(name).json"))
        let hex = try #require(TestData.read("jcs/testdata/outhex/\(name).txt"))
        let canonical = try JSONCanonical.canonicalize(JSONValue(parsing: input))
        #expect(canonical == output)
        let digits = String(decoding: hex.filter { $0 > 0x20 }, as: UTF8.self)
        #expect(Hex.encode(canonical) == digits)
        #expect(try JSONCanonical.canonicalize(JSONValue(parsing: canonical)) == canonical)
    }

    @Test("formats doubles as ECMAScript does", arguments: numbers)
    func formatsNumbers(_ bits: UInt64, _ expected: String?) {
        #expect(JSONCanonical.number(bits) == expected)
    }

    /// RFC 8785 appendix B, and sample lines of the test data's README.
    static let numbers: [(UInt64, String?)] = [
        (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"),
        (0x0000_0000_0000_0001, "5e-324"), (0x8000_0000_0000_0001, "-5e-324"),
        (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
        (0xFFEF_FFFF_FFFF_FFFF, "-1.7976931348623157e+308"),
        (0x4340_0000_0000_0000, "9007199254740992"), (0xC340_0000_0000_0000, "-9007199254740992"),
        (0x4430_0000_0000_0000, "295147905179352830000"), (0x7FFF_FFFF_FFFF_FFFF, nil),
        (0x7FF0_0000_0000_0000, nil), (0xFFF0_0000_0000_0000, nil),
        (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"), (0x44B5_2D02_C7E1_4AF6, "1e+23"),
        (0x44B5_2D02_C7E1_4AF7, "1.0000000000000001e+23"),
        (0x444B_1AE4_D6E2_EF4E, "999999999999999700000"),
        (0x444B_1AE4_D6E2_EF4F, "999999999999999900000"), (0x444B_1AE4_D6E2_EF50, "1e+21"),
        (0x3EB0_C6F7_A0B5_ED8C, "9.999999999999997e-7"), (0x3EB0_C6F7_A0B5_ED8D, "0.000001"),
        (0x41B3_DE43_5555_5553, "333333333.3333332"), (0x41B3_DE43_5555_5554, "333333333.33333325"),
        (0x41B3_DE43_5555_5555, "333333333.3333333"), (0x41B3_DE43_5555_5556, "333333333.3333334"),
        (0x41B3_DE43_5555_5557, "333333333.33333343"),
        (0xBECB_F647_612F_3696, "-0.0000033333333333333333"),
        (0x4314_3FF3_C1CB_0959, "1424953923781206.2"), (0x4340_0000_0000_0001, "9007199254740994"),
        (0x4340_0000_0000_0002, "9007199254740996"),
    ]

    @Test("reads its own numbers back to the same bits, from seed 8785")
    func readsNumbersBack() throws {
        var generator = SplitMix64(seed: 8785)
        for _ in 0..<20_000 {
            let bits = generator.next()
            guard let text = JSONCanonical.number(bits) else { continue }
            let double = try #require(Double(text))
            #expect(double.bitPattern == bits, "\(Hex.encode(withUnsafeBytes(of: bits) { $0 }))")
            #expect(text.utf8.count <= 25)
        }
    }

    @Test("orders names by UTF-16 units, not by code points")
    func ordersNames() throws {
        let text = #"{"\ufb33":1,"\ud83d\ude00":2,"\u20ac":3,"\r":4,"1":5,"\u0080":6,"\u00f6":7}"#
        let canonical = try JSONCanonical.canonicalize(JSONValue(parsing: Array(text.utf8)))
        let keys = try JSONValue(parsing: canonical).members.map(\.value)
        #expect(keys == [4, 5, 6, 7, 3, 2, 1])
    }

    @Test("refuses numbers beyond double precision and trees that no text can hold")
    func refuses() {
        #expect(throws: JSONError.numberOutOfRange(offset: 1)) {
            try JSONCanonical.canonicalize([.number("1e309")])
        }
        #expect(throws: JSONError.invalidNumber(offset: 0)) {
            try JSONCanonical.canonicalize(.number("0x10"))
        }
        #expect(throws: JSONError.invalidNumber(offset: 0)) {
            try JSONCanonical.canonicalize(.number("nan"))
        }
        #expect(throws: JSONError.duplicateKey(offset: 6)) {
            try JSONCanonical.canonicalize(["a": 1, "a": 2])
        }
        #expect((try? JSONCanonical.canonicalize(.number("1e-400"))) == Array("0".utf8))
    }
}
