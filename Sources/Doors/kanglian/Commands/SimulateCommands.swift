import Base
import Encoding
import Simulator
import System

/// Whole zones on one thread, with faults, from a seed or from a scenario.
enum SimulateCommands {
    static let all = [
        Command(
            words: ["simulate"],
            summary: Localized(
                "run a simulated zone with faults and check what the ledger promises",
                "运行带故障的模拟区，并检查账本承诺"),
            options: [
                .value("seed", "N", "one seed, and all about it", "单个种子，输出详情"),
                .value("seeds", "A..B", "many seeds", "一批种子"),
                .value(
                    "steps", "M", "events before the faults end (default 2000)", "故障期事件数（默认 2000）"),
                .value("scenario", "FILE", "a scenario instead of a seed", "运行场景文件"),
                .value(
                    "profile", "NAME", "which faults are likely", "故障分布",
                    choices: WorldPlan.Profile.allCases.map(\.rawValue)),
                .value("jobs", "N", "threads for many seeds (default 2)", "线程数（默认 2）"),
                .flag("trace", "print every event", "打印每个事件"),
                .flag("json", "the same as --output json", "等同于 --output json"),
            ],
            run: run)
    ]

    private static func run(_ invocation: Invocation) throws {
        if let path = invocation.value("scenario") { return try runScenario(path, invocation) }
        let steps = try invocation.number("steps", default: 2000)
        let profile = invocation.value("profile").flatMap(WorldPlan.Profile.init) ?? .mixed
        let seeds = try range(invocation)
        let start = SystemClock.monotonicNanoseconds
        var report: RangeReport
        if invocation.flag("trace") {
            guard seeds.count == 1 else {
                throw CommandError.usage(
                    "--trace needs --seed, not a range.", "--trace 需要 --seed，而非范围。")
            }
            report = RangeReport(
                Simulation.run(seed: seeds.lowerBound, steps: steps, profile: profile) {
                    Output.line($0)
                })
        } else {
            let jobs = Int(clamping: try invocation.number("jobs", default: 2))
            let progress = Progress()
            report = Simulation.run(
                seeds: seeds, steps: steps, profile: profile, jobs: min(max(1, jobs), 64)
            ) { done, failed in
                progress.show("\(done) of \(seeds.count) seeds, \(failed) failed")
            }
            progress.end()
        }
        let milliseconds = (SystemClock.monotonicNanoseconds - start) / 1_000_000
        show(report, milliseconds, steps, profile, invocation)
        guard report.failures.isEmpty else {
            throw CommandError(
                .verification, "simulate.broken",
                "\(report.violationCount) seeds broke a promise, \(report.stallCount) stalled.",
                "\(report.violationCount) 个种子违反承诺，\(report.stallCount) 个停滞。")
        }
    }

    private static func range(_ invocation: Invocation) throws -> ClosedRange<UInt64> {
        guard let text = invocation.value("seeds") else {
            let seed = try invocation.number("seed", default: 1)
            return seed...seed
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[1].isEmpty, let first = UInt64(parts[0]),
            let last = UInt64(parts[2]), first <= last, last - first < 1 << 32
        else {
            throw CommandError.usage(
                "--seeds is a range such as 1..1000.", "--seeds 为范围，例如 1..1000。")
        }
        return first...last
    }

    private static func show(
        _ report: RangeReport, _ milliseconds: UInt64, _ steps: UInt64,
        _ profile: WorldPlan.Profile, _ invocation: Invocation
    ) {
        let seconds = "\(milliseconds / 1000).\(milliseconds % 1000 / 100)"
        if invocation.output == .json || invocation.flag("json") {
            return Output.json(
                .object([
                    JSONMember("seeds", .number("\(report.seeds)")),
                    JSONMember("steps", .number("\(report.steps)")),
                    JSONMember("heights", .number("\(report.heights)")),
                    JSONMember("violations", .number("\(report.violationCount)")),
                    JSONMember("stalled", .number("\(report.stallCount)")),
                    JSONMember("seconds", .number(seconds)),
                    JSONMember("profile", .string(profile.rawValue)),
                    JSONMember(
                        "coverage",
                        .object(
                            report.coverage.named.map {
                                JSONMember($0.name, .number("\($0.count)"))
                            })),
                    JSONMember(
                        "failures",
                        .array(
                            report.failures.map { failure in
                                .object([
                                    JSONMember("seed", .number("\(failure.seed)")),
                                    JSONMember("step", .number("\(failure.steps)")),
                                    JSONMember("what", .string(failure.text)),
                                    JSONMember(
                                        "command",
                                        .string(failure.command(steps: steps, profile: profile))),
                                ])
                            })),
                    JSONMember("commit", .string(Build.commit)),
                ]))
        }
        for failure in report.failures {
            Output.line("seed \(failure.seed), commit \(Build.commit), step \(failure.steps)")
            Output.line("  \(failure.text)")
            Output.line("  \(failure.command(steps: steps, profile: profile))")
        }
        Output.line(
            "seeds \(report.seeds), steps \(report.steps), heights \(report.heights), violations "
                + "\(report.violationCount), stalled \(report.stallCount), seconds \(seconds)")
    }

    private static func runScenario(_ path: String, _ invocation: Invocation) throws {
        let bytes = try Files.read(path, limit: 1 << 20)
        do {
            let scenario = try Scenario(String(decoding: bytes, as: UTF8.self))
            var tracer: (@Sendable (String) -> Void)?
            if invocation.flag("trace") { tracer = { @Sendable line in Output.line(line) } }
            try scenario.run(trace: tracer)
        } catch {
            throw CommandError(
                .verification, "simulate.scenario", "\(path): \(error).", "\(path)：\(error)。")
        }
        Output.line(invocation.say("\(path): all as expected", "\(path)：全部符合预期"))
    }
}
