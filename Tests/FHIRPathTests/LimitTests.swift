import Base
import Encoding
import FHIRPath
import Testing

/// Expressions that ask for too much end with an error, never with the process.
@Suite("FHIRPath limits")
struct LimitTests {
    private func repeated(_ text: String, _ count: Int) -> String {
        String(repeating: text, count: count)
    }

    @Test("nesting of every kind is bounded")
    func depth() {
        let deep = [
            repeated("(", 5000) + "1" + repeated(")", 5000), repeated("-", 5000) + "1",
            "a" + repeated(".a", 5000), "1" + repeated(" + 1", 5000), "a" + repeated("[0]", 5000),
            repeated("iif(true, ", 3000) + "1" + repeated(")", 3000), "1" + repeated(" | 1", 5000),
            "a" + repeated(" is b", 5000), "a" + repeated(".first()", 5000),
        ]
        for text in deep {
            #expect(throws: PathError.limit(.depth)) { try CompiledPath(text) }
        }
        #expect(throws: Never.self) { try CompiledPath("a" + self.repeated(".a", 150)) }
    }

    @Test("a longer expression than allowed is not read")
    func length() {
        #expect(throws: PathError.limit(.byteCount)) {
            try CompiledPath(self.repeated(" ", 70_000))
        }
    }

    @Test(
        "work is counted",
        arguments: [
            "repeat($this.combine('x' & $this))", "repeat($this & 'x')",
            "(1|2|3|4|5|6|7|8|9|10).repeat($this + 1)",
        ])
    func steps(_ expression: String) {
        #expect {
            var environment = SmallTable.environment()
            environment.limits = PathLimits(steps: 100_000, itemCount: 10_000, textLength: 10_000)
            _ = try CompiledPath(expression).evaluate(
                on: [.string("x")], in: environment)
        } throws: { error in
            guard case PathError.limit = error else { return false }
            return true
        }
    }

    @Test("texts that grow are bounded")
    func growth() {
        let doubling = "'" + repeated("x", 1000) + "'" + repeated(".replace('x', 'xxxxxxxxxx')", 5)
        #expect(throws: PathError.limit(.textLength)) { try SmallTable.texts(doubling) }
    }

    @Test(
        "regular expressions that run away are stopped",
        arguments: ["(a+)+b", "(a|a)*b", "(a*)*b", "(.*)(.*)(.*)(.*)(.*)b"])
    func patterns(_ regex: String) {
        let text = repeated("a", 2000)
        #expect {
            _ = try SmallTable.texts("'\(text)'.matches('\(regex)')")
        } throws: { error in
            if case PathError.limit = error { true } else { false }
        }
    }

    @Test("large numbers overflow to nothing, and never trap")
    func numbers() throws {
        let huge = "9999999999999999999999999999999999999.0"
        for expression in [
            "\(huge) * \(huge)", "\(huge) + \(huge) * 9", "10.power(1000)", "1000.exp()",
            "(-9223372036854775807 - 1).abs()", "-(-9223372036854775807 - 1)",
            "(-9223372036854775807 - 1) div -1", "@9999-12-31 + 1 day", "@0001-01-01 - 1 day",
            "@2014 + 9223372036854775807 years", "@T10:00 + 9223372036854775807 hours",
            "@2014-01-01T10:00:00 + 1099511627775 hours",
        ] {
            let found = try SmallTable.texts(expression)
            #expect(found.count <= 1, "\(expression)")
        }
    }

    @Test("changed and cut expressions are read or refused", arguments: 0..<20 as Range<UInt64>)
    func mutations(_ seed: UInt64) throws {
        let samples = EvaluationTests.patient + EvaluationTests.values
        var random = SplitMix64(seed: seed)
        let node = try SmallTable.node(SmallTable.patient)
        for _ in 0..<500 {
            let sample = samples[Int.random(in: 0..<samples.count, using: &random)]
            var bytes = Array(sample.expression.utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(UInt8.random(in: 32...126, using: &random), at: place)
                default: bytes = Array(bytes[..<place])
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            do throws(PathError) {
                _ = try CompiledPath(text).evaluate(on: node, in: SmallTable.environment())
            } catch {
                #expect(!error.refusal.english.isEmpty, "seed \(seed): \(text)")
            }
        }
    }
}
