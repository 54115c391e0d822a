import Base
@preconcurrency import Glibc
import Simulator
import System

/// The simulator alone: a small program, quick to build again for each mutant.
///
/// - `kanglian-simulate FIRST LAST [STEPS [PROFILE [all|trace]]]`: seeds until one fails, or all.
/// - `kanglian-simulate FILE…`: scenarios.
///
/// It exits with 4 when a promise is broken, as `kanglian simulate` does.
@main
enum Main {
    static func main() {
        setvbuf(stdout, nil, _IOLBF, 0)
        let words = Array(CommandLine.arguments.dropFirst())
        guard let first = UInt64(words.first ?? "") else { exit(runScenarios(words)) }
        exit(runSeeds(first, Array(words.dropFirst())))
    }

    private static func runSeeds(_ first: UInt64, _ words: [String]) -> Int32 {
        let last = max(first, UInt64(words.first ?? "") ?? first)
        let steps = UInt64(words.dropFirst().first ?? "") ?? 2000
        let profile = WorldPlan.Profile(rawValue: words.dropFirst(2).first ?? "") ?? .mixed
        if words.last == "trace" {
            let result = Simulation.run(seed: first, steps: steps, profile: profile) {
                @Sendable line in print(line)
            }
            print(result.text)
            print("hash 0x\(String(result.traceHash, radix: 16, uppercase: true))")
            return result.isGood ? 0 : 4
        }
        let start = SystemClock.monotonicNanoseconds
        let report = Simulation.run(
            seeds: first...last, steps: steps, profile: profile, jobs: 2,
            stopsAtFailure: words.last != "all")
        for failure in report.failures {
            print("seed \(failure.seed), step \(failure.steps): \(failure.text)")
            print("  \(failure.command(steps: steps, profile: profile))")
        }
        let milliseconds = (SystemClock.monotonicNanoseconds - start) / 1_000_000
        print(
            "seeds \(report.seeds), steps \(report.steps), heights \(report.heights), violations "
                + "\(report.violationCount), stalled \(report.stallCount), ms \(milliseconds)")
        print(report.coverage.named.map { "\($0.name) \($0.count)" }.joined(separator: ", "))
        return report.failures.isEmpty ? 0 : 4
    }

    private static func runScenarios(_ words: [String]) -> Int32 {
        var status: Int32 = 0
        let isTraced = words.first == "trace"
        for path in isTraced ? Array(words.dropFirst()) : words {
            do {
                let bytes = try FileSystem.read(path, limit: 1 << 20)
                let scenario = try Scenario(String(decoding: bytes, as: UTF8.self))
                if isTraced {
                    try scenario.run { @Sendable line in print(line) }
                } else {
                    try scenario.run()
                }
                print("\(path): all as expected")
            } catch {
                print("\(path): \(error)")
                status = 4
            }
        }
        return status
    }
}
