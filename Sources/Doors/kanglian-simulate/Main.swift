import Base
@preconcurrency import Glibc
import Simulator

/// The simulator alone: a small program, quick to build, for seeds by the thousand and mutants.
@main
enum Main {
    static func main() {
        setvbuf(stdout, nil, _IOLBF, 0)
        let words = Array(CommandLine.arguments.dropFirst())
        let first = UInt64(words.first ?? "") ?? 1
        let last = UInt64(words.dropFirst().first ?? "") ?? first
        let steps = UInt64(words.dropFirst(2).first ?? "") ?? 2000
        let profile = WorldPlan.Profile(rawValue: words.dropFirst(3).first ?? "") ?? .mixed
        var tracer: (@Sendable (String) -> Void)?
        if words.contains("trace") { tracer = { @Sendable line in print(line) } }
        var total: UInt64 = 0
        var bad = 0
        for seed in first...last {
            let result = Simulation.run(
                seed: seed, steps: steps, profile: profile,
                trace: tracer)
            total += result.steps
            if !result.isGood {
                bad += 1
                print(
                    "seed \(seed) step \(result.steps) heights \(result.heights): ",
                    result.violation.map { "\($0.kind.rawValue): \($0.text)" } ?? "",
                    result.stall.map { "stalled: \($0)" } ?? "")
            }
            if first == last { print(result) }
        }
        print("seeds \(last - first + 1) steps \(total) bad \(bad)")
    }
}
