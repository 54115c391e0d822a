import FHIRPath
import FHIRSearch
import Testing

/// Numbers of searches at the ends of their range.
@Suite(
    "Numbers in searches",
    .enabled(if: InstalledDefinitions.isPresent, InstalledDefinitions.absence))
struct NumberTests {
    /// Found by the fuzz target `search`: zero with an exponent was rounded beyond the range.
    @Test(
        "have any exponent, and are read or refused without a trap",
        arguments: [
            "0e38", "-0e040", "0e39", "0e-38", "0e-40", "0e9223372036854775807",
            "0e-9223372036854775808", "1e37", "1e38", "-1e38", "1e-37",
            "170141183460469231731687303715884105727",
        ])
    func exponents(text: String) throws {
        for prefix in ["", "ne", "ap", "gt"] {
            for query in ["value-quantity=", "_has:Observation:subject:value-quantity="] {
                _ = try? InstalledDefinitions.query(
                    query + prefix + text, query.first == "v" ? "Observation" : "Patient")
            }
        }
        for digit in [-1000, -39, -38, 37, 38, 1000] {
            _ = ExactDecimal(text)?.neighbours(digit: digit)
        }
    }

    @Test("a digit too far to the left has no neighbours, one within has")
    func digits() throws {
        let one = try #require(ExactDecimal("1"))
        #expect(one.neighbours(digit: -39) == nil)
        #expect(one.neighbours(digit: 0)?.low == ExactDecimal("0.5"))
        #expect(one.neighbours(digit: 0)?.high == ExactDecimal("1.5"))
    }
}
