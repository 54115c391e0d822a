import Base
import Simulator
import System
import Testing

/// Zones with faults drawn from seeds: nothing that the ledger promises is broken.
@Suite("Simulated zones")
struct SeedTests {
    @Test(
        "Fifty fixed seeds of each kind of fault keep every promise",
        arguments: WorldPlan.Profile.allCases)
    func fixed(profile: WorldPlan.Profile) {
        let report = Simulation.run(seeds: 1...50, steps: 1500, profile: profile, jobs: 2)
        #expect(report.seeds == 50)
        #expect(report.heights > 50, "hardly any block became final")
        for failure in report.failures { record(failure, 1500, profile) }
    }

    @Test("Five hundred seeds from a random start keep every promise")
    func random() {
        let start = SystemRandomNumberGenerator.start
        print("simulated zones: seeds from \(start)")
        let report = Simulation.run(
            seeds: start...(start + 499), steps: 2000, profile: .mixed, jobs: 2)
        #expect(report.seeds == 500)
        for failure in report.failures { record(failure, 2000, .mixed) }
    }

    /// From a hundred thousand seeds: a recorded vote that was said again after a TIMEOUT, and a
    /// validator that waited for nothing after it had taken over a peer's blocks.
    @Test(
        "Seeds that once failed keep every promise",
        arguments: [4458, 5666, 12792, 48937, 63023, 71242, 90283] as [UInt64])
    func regressions(seed: UInt64) {
        let result = Simulation.run(seed: seed, steps: 2000, profile: .mixed)
        if !result.isGood { record(result, 2000, .mixed) }
    }

    private func record(_ failure: SeedResult, _ steps: UInt64, _ profile: WorldPlan.Profile) {
        let command = failure.command(steps: steps, profile: profile)
        Issue.record("step \(failure.steps): \(failure.text); \(command)")
    }

    @Test("A seed is the same world each time")
    func repeats() {
        for seed: UInt64 in [3, 17, 40] {
            let first = Simulation.run(seed: seed, steps: 1500, profile: .nasty)
            let second = Simulation.run(seed: seed, steps: 1500, profile: .nasty)
            #expect(first.traceHash == second.traceHash)
            #expect(first.steps == second.steps)
        }
    }

    @Test("A trace does not change the world that it shows")
    func traced() {
        let quiet = Simulation.run(seed: 5, steps: 800, profile: .mixed)
        let shown = Simulation.run(seed: 5, steps: 800, profile: .mixed) { line in
            #expect(!line.isEmpty)
        }
        #expect(quiet.traceHash == shown.traceHash)
    }

    /// Taken from a release build; a debug build must come to the same.
    ///
    /// They change whenever what validators say changes.
    @Test(
        "A seed is the same world in debug and in release",
        arguments: StoredTrace.all)
    func stored(trace: StoredTrace) {
        let result = Simulation.run(seed: trace.seed, steps: 1000, profile: trace.profile)
        #expect(
            result.traceHash == trace.hash,
            "seed \(trace.seed): 0x\(String(result.traceHash, radix: 16, uppercase: true))")
    }
}

struct StoredTrace: Sendable, CustomTestStringConvertible {
    let seed: UInt64
    let profile: WorldPlan.Profile
    let hash: UInt64

    var testDescription: String { "seed \(seed), \(profile.rawValue)" }

    static let all = [
        StoredTrace(seed: 1, profile: .mixed, hash: 0xFB9F_CECD_37B2_C4F1),
        StoredTrace(seed: 2, profile: .nasty, hash: 0x834C_C3B0_5DC9_DB46),
        StoredTrace(seed: 3, profile: .crashes, hash: 0x85AB_E120_EC7C_FD0A),
        StoredTrace(seed: 4, profile: .views, hash: 0xB37D_6603_A524_AC2D),
    ]
}

extension SystemRandomNumberGenerator {
    /// Where the random seeds of this run begin.
    fileprivate static var start: UInt64 {
        var generator = SystemRandomNumberGenerator()
        return generator.next() >> 24
    }
}
