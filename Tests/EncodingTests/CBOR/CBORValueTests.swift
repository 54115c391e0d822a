import Base
import Encoding
import Testing

@Suite("CBOR")
struct CBORValueTests {
    /// Appendix A of RFC 8949: what deterministic Kanglian CBOR has a form for.
    static let published: [(hex: String, notation: String)] = [
        ("00", "0"), ("01", "1"), ("0a", "10"), ("17", "23"), ("1818", "24"), ("1819", "25"),
        ("1864", "100"), ("1903e8", "1000"), ("1a000f4240", "1000000"),
        ("1b000000e8d4a51000", "1000000000000"), ("1bffffffffffffffff", "18446744073709551615"),
        ("3bffffffffffffffff", "-18446744073709551616"), ("20", "-1"), ("29", "-10"),
        ("3863", "-100"), ("3903e7", "-1000"), ("f4", "false"), ("f5", "true"), ("f6", "null"),
        ("40", "h''"), ("4401020304", "h'01020304'"), ("60", #""""#), ("6161", #""a""#),
        ("6449455446", #""IETF""#), ("62225c", #""\"\\""#), ("62c3bc", "\"\u{FC}\""),
        ("63e6b0b4", "\"\u{6C34}\""), ("64f0908591", "\"\u{10151}\""), ("80", "[]"),
        ("83010203", "[1, 2, 3]"), ("8301820203820405", "[1, [2, 3], [4, 5]]"),
        (
            "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
            "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, "
                + "24, 25]"
        ),
        ("a0", "{}"), ("a201020304", "{1: 2, 3: 4}"),
        ("a26161016162820203", #"{"a": 1, "b": [2, 3]}"#),
        ("826161a161626163", #"["a", {"b": "c"}]"#),
        (
            "a56161614161626142616361436164614461656145",
            #"{"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"}"#
        ),
    ]

    @Test("reads and writes the examples of RFC 8949", arguments: published)
    func publishedExamples(_ hex: String, _ notation: String) throws {
        let bytes = try #require(Hex.decode(hex))
        let value = try CBORValue(decoding: bytes)
        #expect(value.diagnosticNotation == notation)
        #expect(value.encoded == bytes)
        var reader = try CBORReader(bytes)
        #expect(try reader.rawItem() == bytes)
        try reader.finish()
    }

    /// Appendix A of RFC 8949: floats, tags, undefined and simple values, which we do not use.
    @Test(
        "refuses kinds that Kanglian does not use",
        arguments: [
            "c249010000000000000000", "c349010000000000000000", "f90000", "f98000", "f93c00",
            "fb3ff199999999999a", "f97bff", "fa47c35000", "fa7f7fffff", "fb7e37e43c8800759c",
            "f97c00", "f97e00", "f9fc00", "fa7f800000", "fa7fc00000", "f7", "f0", "f8ff",
            "c074323031332d30332d32315432303a30343a30305a", "c11a514b67b0", "d74401020304",
            "d818456449455446", "ff",
        ])
    func unsupported(_ hex: String) throws {
        let bytes = try #require(Hex.decode(hex))
        #expect(throws: CBORError.unsupported(offset: 0)) { try CBORValue(decoding: bytes) }
        #expect(throws: CBORError.unsupported(offset: 0)) { try raw(bytes) }
    }

    /// Appendix A's indefinite lengths, and longer forms than needed.
    @Test(
        "refuses every form but the shortest",
        arguments: [
            ("5f42010243030405ff", CBORError.notCanonical(offset: 0)),
            ("7f657374726561646d696e67ff", .notCanonical(offset: 0)),
            ("9fff", .notCanonical(offset: 0)), ("9f018202039f0405ffff", .notCanonical(offset: 0)),
            ("83018202039f0405ff", .notCanonical(offset: 5)),
            ("83019f0203ff820405", .notCanonical(offset: 2)),
            ("bf61610161629f0203ffff", .notCanonical(offset: 0)),
            ("826161bf61626163ff", .notCanonical(offset: 3)), ("1817", .notCanonical(offset: 0)),
            ("1900ff", .notCanonical(offset: 0)), ("1a0000ffff", .notCanonical(offset: 0)),
            ("1b00000000ffffffff", .notCanonical(offset: 0)), ("3817", .notCanonical(offset: 0)),
            ("5803010203", .notCanonical(offset: 0)), ("7801 61", .notCanonical(offset: 0)),
            ("980101", .notCanonical(offset: 0)), ("b8010101", .notCanonical(offset: 0)),
            ("1c", .notCanonical(offset: 0)), ("3e", .notCanonical(offset: 0)),
            ("a203040102", .mapKeys(offset: 3)), ("a201020102", .mapKeys(offset: 3)),
            ("a2616201616101", .mapKeys(offset: 4)), ("a2200118180 1", .mapKeys(offset: 3)),
            ("62c328", .invalidText(offset: 0)), ("63eda080", .invalidText(offset: 0)),
            ("0000", .trailingBytes(offset: 1)), ("", .truncated(offset: 0)),
            ("18", .truncated(offset: 0)), ("420 1", .truncated(offset: 0)),
            ("8201", .truncated(offset: 0)), ("a10 1", .truncated(offset: 0)),
            ("5bffffffffffffffff", .tooLarge(offset: 0)),
            ("5b7fffffffffffffff", .truncated(offset: 0)),
            ("9bffffffffffffffff", .tooLarge(offset: 0)),
            ("bbffffffffffffffff", .tooLarge(offset: 0)),
            ("9a000f4240", .truncated(offset: 0)),
        ])
    func refuses(_ hex: String, _ error: CBORError) throws {
        let bytes = try #require(Hex.decode(hex.filter { $0 != " " }))
        #expect(throws: error) { try CBORValue(decoding: bytes) }
        #expect(throws: error) { try raw(bytes) }
    }

    @Test("never traps on one or two bytes, and writes what it read")
    func exhaustive() throws {
        var accepted = 0
        for first in 0...UInt8.max {
            accepted += check([first]) ? 1 : 0
            for second in 0...UInt8.max { accepted += check([first, second]) ? 1 : 0 }
        }
        // 24 + 24 integers, 2 empty strings, [] {} and 3 simple values; then two bytes: 232 + 232
        // integers, 256 byte strings, 128 texts, 55 lists of one. A map of one pair has three.
        #expect(accepted == 24 + 24 + 2 + 2 + 3 + 232 + 232 + 256 + 128 + 55)
    }

    @Test("of limited depth stops the recursion")
    func depth() throws {
        let limits = CBORLimits(byteCount: 1 << 20, depth: 4, elementCount: 10)
        for opening in [[0x81], [0xA1, 0x00]] as [[UInt8]] {
            let good = Array(repeatElement(opening, count: 4).joined()) + [0x00]
            _ = try CBORValue(decoding: good, limits: limits)
            let bad = Array(repeatElement(opening, count: 5).joined()) + [0x00]
            let error = CBORError.tooDeep(offset: 4 * opening.count)
            #expect(throws: error) { try CBORValue(decoding: bad, limits: limits) }
            #expect(throws: error) { try raw(bad, limits: limits) }
        }
        let hostile = [UInt8](repeating: 0x81, count: 1 << 20)
        #expect(throws: CBORError.tooDeep(offset: 32)) { try CBORValue(decoding: hostile) }
        #expect(throws: CBORError.tooLarge(offset: 0)) {
            try CBORValue(decoding: [0x8B] + [UInt8](repeating: 0, count: 11), limits: limits)
        }
        #expect(throws: CBORError.tooLarge(offset: 4)) {
            try CBORReader(
                [0, 0, 0, 0, 0], limits: CBORLimits(byteCount: 4, depth: 1, elementCount: 1))
        }
    }

    @Test("survives writing and reading, from seeds", arguments: 0..<200 as Range<UInt64>)
    func roundTrip(_ seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let value = Self.random(&generator, depth: 0)
        let bytes = value.encoded
        #expect(try CBORValue(decoding: bytes) == value)
        #expect(try raw(bytes) == bytes)
    }

    @Test("read from mutated bytes is written as it was read", arguments: 0..<200 as Range<UInt64>)
    func mutations(_ seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        let original = Self.random(&generator, depth: 0).encoded
        for _ in 0..<100 {
            var bytes = original
            for _ in 0...generator.next() % 3 {
                let index = Int(generator.next() % UInt64(bytes.count + 1))
                let byte = UInt8(truncatingIfNeeded: generator.next())
                switch generator.next() % 4 {
                case 0: bytes.insert(byte, at: index)
                case 1 where index < bytes.count: bytes.remove(at: index)
                case 2 where index < bytes.count: bytes[index] = byte
                default: bytes.removeSubrange(index...)
                }
            }
            _ = check(bytes)
        }
    }

    @Test("in indented notation has a line for each element of a nested container")
    func indented() throws {
        let value: CBORValue = .array([
            .unsigned(1), .array([.unsigned(2), .unsigned(3)]),
            .map([.init(.text("a"), .byteString([0xFF])), .init(.text("b"), .array([]))]),
        ])
        #expect(
            value.indentedNotation
                == "[\n  1,\n  [2, 3],\n  {\n    \"a\": h'ff',\n    \"b\": []\n  }\n]")
        #expect(
            CBORValue.map(sorting: [.init(.text("b"), .null), .init(.unsigned(9), .null)])
                == .map([.init(.unsigned(9), .null), .init(.text("b"), .null)]))
        #expect(CBORValue.map(sorting: [.init(.null, .null), .init(.null, .null)]) == nil)
        #expect(CBORValue.text("\u{E9}") != .text("e\u{301}"))
    }

    /// Both readers must agree, and what is accepted has one encoding only.
    private func check(_ bytes: [UInt8]) -> Bool {
        let value = Result { try CBORValue(decoding: bytes) }
        let item = Result { try raw(bytes) }
        switch (value, item) {
        case (.success(let value), .success(let item)):
            #expect(value.encoded == bytes)
            #expect(item == bytes)
            return true
        case (.failure(let left), .failure(let right)):
            #expect(left as? CBORError == right as? CBORError, "\(Hex.encode(bytes))")
            return false
        default:
            Issue.record("the readers disagree on \(Hex.encode(bytes))")
            return false
        }
    }

    @discardableResult
    private func raw(_ bytes: [UInt8], limits: CBORLimits = .standard) throws -> [UInt8] {
        var reader = try CBORReader(bytes, limits: limits)
        let item = try reader.rawItem()
        try reader.finish()
        return item
    }

    static func random(_ generator: inout SplitMix64, depth: Int) -> CBORValue {
        switch generator.next() % (depth < 4 ? 9 : 6) {
        case 0: return .unsigned(generator.next() >> (generator.next() % 64))
        case 1: return .negative(generator.next() >> (generator.next() % 64))
        case 2:
            let count = Int(generator.next() % 40)
            return .byteString(SeededRandom(seed: generator.next()).bytes(count))
        case 3: return .text(["", "a", "汉字", "e\u{301}", "\"\\\n", "😀"][Int(generator.next() % 6)])
        case 4: return .bool(generator.next() % 2 == 0)
        case 5: return .null
        case 6, 7:
            return .array(
                (0..<generator.next() % 30).map { _ in random(&generator, depth: depth + 1) })
        default:
            let pairs = (0..<generator.next() % 6).map { _ in
                CBORValue.CBORPair(
                    random(&generator, depth: 4), random(&generator, depth: depth + 1))
            }
            return .map(sorting: pairs) ?? .map([])
        }
    }
}
