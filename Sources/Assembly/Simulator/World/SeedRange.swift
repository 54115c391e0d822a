import System

/// What came of many seeds.
package struct RangeReport: Sendable {
    package var seeds: UInt64 = 0
    package var steps: UInt64 = 0
    package var heights: UInt64 = 0
    package var coverage = SeedCoverage()
    /// Seeds that broke a promise or did not come to rest, in ascending order; the first hundred.
    package var failures: [SeedResult] = []
    package var violationCount = 0
    package var stallCount = 0

    package init() {}

    /// The report of one seed.
    package init(_ result: SeedResult) { add(result) }

    mutating func add(_ result: SeedResult) {
        seeds += 1
        steps += result.steps
        heights += UInt64(result.heights)
        coverage += result.coverage
        if result.violation != nil { violationCount += 1 }
        if result.stall != nil { stallCount += 1 }
        if !result.isGood, failures.count < 100 { failures.append(result) }
    }
}

extension Simulation {
    /// Runs many seeds on several threads; the report does not depend on their number.
    ///
    /// - Parameters:
    ///   - stopsAtFailure: ends after the first part of the seeds in which one fails.
    ///   - progress: told after each part how many seeds are done, and how many failed.
    package static func run(
        seeds: ClosedRange<UInt64>, steps: UInt64, profile: WorldPlan.Profile, jobs: Int,
        stopsAtFailure: Bool = false, progress: (UInt64, Int) -> Void = { _, _ in }
    ) -> RangeReport {
        let pool = WorkerPool(threads: max(0, jobs - 1))
        defer { pool.close() }
        var report = RangeReport()
        var next = seeds.lowerBound
        while next <= seeds.upperBound {
            let last = next + min(seeds.upperBound - next, 127)
            let results = pool.map(Array(next...last), chunk: 4) { seed in
                run(seed: seed, steps: steps, profile: profile)
            }
            for result in results { report.add(result) }
            progress(report.seeds, report.failures.count)
            guard last < seeds.upperBound, !stopsAtFailure || report.failures.isEmpty else {
                break
            }
            next = last + 1
        }
        return report
    }
}

extension SeedResult {
    /// What went wrong, in a sentence.
    package var text: String {
        if let violation { return "\(violation.kind.rawValue): \(violation.text)" }
        return stall.map { "stalled: \($0)" } ?? "good"
    }

    /// The command that shows it again.
    package func command(steps: UInt64, profile: WorldPlan.Profile) -> String {
        "kanglian simulate --seed \(seed) --steps \(steps)"
            + (profile == .mixed ? "" : " --profile \(profile.rawValue)") + " --trace"
    }
}
