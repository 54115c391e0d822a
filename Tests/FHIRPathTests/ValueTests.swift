import FHIRPath
import Testing

/// Dates with precision, quantities with units, and regular expressions.
@Suite("FHIRPath values")
struct ValueTests {
    /// An expression with one truth value, nil for none.
    static let truths: [(expression: String, truth: Bool?)] = [
        // Dates: what is not known leaves the answer open.
        ("@2012 = @2012", true), ("@2012 = @2012-01", nil), ("@2012 = @2013-01", false),
        ("@2012-04-15T10:00 < @2012-04-15T10:00:30", nil),
        ("@2012-04-15T10:00:00 = @2012-04-15T10:00:00.000", true),
        ("@2012-04-15T15:00:00+02:00 = @2012-04-15T16:00:00+03:00", true),
        ("@2012-04-15T15:00:00Z = @2012-04-15T15:00:00", nil),
        ("@2012-04-15T15:00:00Z < @2012-04-17T15:00:00", true),
        ("@2012-04-15 != @T12:00", true), ("@T10:30 < @T10:31", true),
        ("@2012 ~ @2012-01", false),
        ("@2012-01-31 + 1 month = @2012-02-29", true), ("@2012 + 18 months = @2013", true),
        ("@2012-02-28 + 48 hours = @2012-03-01", true), ("@T23:00 + 2 hours = @T01:00", true),
        ("@2012-01-01T00:00:00Z - 1 millisecond = @2011-12-31T23:59:59.999Z", true),
        // Quantities.
        ("1 'g' = 1000 'mg'", true), ("1 'm' = 100 'cm'", true), ("1 'g' = 1 'm'", false),
        ("1 '[in_i]' = 2.54 'cm'", true), ("1 'mmol/L' = 1 'mol/m3'", true),
        ("1 'mm[Hg]' = 133.322 'Pa'", true), ("1 year = 1 'a'", nil), ("1 year ~ 1 'a'", true),
        ("1 week = 7 'd'", true), ("2 'cm' * 3 'cm' = 6 'cm2'", true),
        ("4 'g' / 2 'm' = 2 'g/m'", true), ("1 'kg' + 1 'g' = 1001 'g'", true),
        ("1 'mg' > 1 'ug'", true), ("1 'g' > 1 'm'", nil), ("5 'x' = 5 'x'", true),
        ("4 'g' ~ 4040 'mg'", true), ("4040 'mg' ~ 4 'g'", true),
        ("1 '10*3/uL' = 1 '10*9/L'", true), ("1 '%' = 0.01 '1'", true),
        ("1 'kg.m/s2' = 1 'N'", true), ("1 '(g' = 1 'g'", false),
        // Regular expressions.
        ("'abc'.matches('b')", true), ("'abc'.matchesFull('b')", false),
        ("'abc'.matchesFull('a.c')", true), ("'ab12'.matchesFull('[a-z]+\\\\d{2,}')", true),
        ("'ac'.matchesFull('a(b|)c')", true), ("'foobar'.matches('foo(?!baz)')", true),
        ("'x-y'.matchesFull('[\\\\w-]+')", true), ("'a\\nb'.matches('a.b')", true),
        ("'aXbX'.replaceMatches('(\\\\w)X', '$1') = 'ab'", true),
        ("'a.b'.matches('^a\\\\.b$')", true), ("'word'.matches('\\\\bword\\\\b')", true),
        ("'aaa'.matchesFull('a{2}')", false), ("'aab'.matchesFull('a*?b')", true),
    ]

    @Test("compares and computes", arguments: truths)
    func truth(_ sample: (expression: String, truth: Bool?)) throws {
        let found = try SmallTable.texts(sample.expression)
        #expect(found == (sample.truth.map { [String($0)] } ?? []))
    }

    @Test(
        "decimals keep their digits",
        arguments: [
            ("1.50", "1.50"), ("-0.001", "-0.001"), ("1e2", "100"), ("1.5e-1", "0.15"),
            ("12345678901234567890.12345", "12345678901234567890.12345"),
        ])
    func decimals(_ text: String, _ expected: String) {
        #expect(ExactDecimal(text)?.text == expected)
    }

    @Test("what is no decimal is refused", arguments: ["", ".", "1.", ".5", "1e", "1e999", "0x1"])
    func noDecimals(_ text: String) {
        #expect(ExactDecimal(text) == nil)
    }

    @Test("decimals are ordered by value")
    func order() throws {
        let values = ["-10", "-9.99", "-0.1", "0", "0.0001", "1", "1.01", "9999999999999999999"]
        let decimals = values.compactMap { ExactDecimal($0) }
        #expect(decimals.count == values.count)
        #expect(decimals.reversed().sorted() == decimals)
        #expect(ExactDecimal("1.10") == ExactDecimal("1.1"))
    }
}
