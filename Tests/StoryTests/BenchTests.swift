import Encoding
import System
import Testing

/// `kanglian bench`, short: the numbers mean nothing, that they are there does.
@Suite("Benchmarks")
struct BenchTests {
    private func run(_ name: String) throws -> JSONValue {
        let result = try ProcessRunner.run(
            [Program.path, "bench", name, "--smoke", "--json"],
            environment: Program.environment(), milliseconds: 180_000)
        #expect(result.end == .exited(0), "\(result.errorText)")
        return try JSONValue(parsing: result.output)
    }

    @Test(
        "print what was measured, with seed, machine and a hash of the result",
        arguments: [
            ("ledger", ["transactions_per_second", "ratio", "final_p99_ms", "growth_cost_ratio"]),
            ("import", ["resources_per_second", "megabytes_per_second"]),
            ("join", ["state_keys", "join_ms", "serves_after_ms"]),
        ])
    func members(_ name: String, _ members: [String]) throws {
        let result = try run(name)
        #expect(result["benchmark"]?.stringValue == name)
        for member in members + ["seed"] {
            #expect(result[member]?.numberText != nil, "\(member)")
        }
        for member in ["machine", "result_hash", "commit"] {
            #expect(result[member]?.stringValue?.isEmpty == false, "\(member)")
        }
    }

    @Test("a joining node refuses a snapshot in which one bit is wrong")
    func corruptedSnapshot() throws {
        let refusal = try #require(try run("join")["corrupted_snapshot"]?.stringValue)
        #expect(refusal.hasPrefix("snapshot."))
    }
}
