import Encoding
import Simulator
import System

/// Searching the voting's states for what must never be.
enum ExploreCommands {
    static let all = [
        Command(
            words: ["explore"],
            summary: Localized(
                "search every state of a small set of validators for forks and dead ends",
                "穷举小规模验证者的全部状态，寻找分叉与死局"),
            options: [
                .value(
                    "views", "N", "views of a height, 1 to 3 (default 2)", "每个高度的视图数，1 至 3（默认 2）"),
                .value("heights", "N", "heights, 1 or 2 (default 2)", "高度数，1 或 2（默认 2）"),
                .value(
                    "crashes", "N", "crashes of honest validators in all, 0 to 2 (default 0)",
                    "诚实验证者崩溃总次数，0 至 2（默认 0）"),
                .value(
                    "states", "N", "give up after so many states (default 150000000)",
                    "超过此状态数即放弃（默认 150000000）"),
                .flag(
                    "late", "blocks may also be executed late: many times more states",
                    "区块也可能延迟执行：状态多出许多倍"),
                .flag("json", "the same as --output json", "等同于 --output json"),
            ],
            run: run)
    ]

    private static func run(_ invocation: Invocation) throws {
        var scope = Scope()
        scope.views = try bounded(invocation, "views", 1...3, default: 2)
        scope.heights = try bounded(invocation, "heights", 1...2, default: 2)
        scope.crashes = try bounded(invocation, "crashes", 0...2, default: 0)
        scope.stateLimit = try bounded(
            invocation, "states", 1...1_000_000_000, default: 150_000_000)
        scope.executesLate = invocation.flag("late")
        let isJSON = invocation.output == .json || invocation.flag("json")
        var total = Exploration()
        total.isComplete = true
        let start = SystemClock.monotonicNanoseconds
        for role in scope.roles {
            scope.role = role
            let progress = Progress()
            let found = Explorer.run(scope) { states, depth in
                progress.show("… \(role.rawValue): \(states), \(depth)")
            }
            progress.end()
            if !isJSON { Output.line(line(found, role, invocation)) }
            total.add(found)
            if found.violation != nil { break }
        }
        let seconds = Double(SystemClock.monotonicNanoseconds - start) / 1e9
        if isJSON {
            Output.json(json(total, seconds))
        } else {
            for step in total.trace { Output.line("  " + step) }
            Output.line(
                invocation.say(
                    "\(total.states) states in \(Int(seconds)) s, violations: \(total.violations)",
                    "共 \(total.states) 个状态，\(Int(seconds)) 秒，违规：\(total.violations)"))
        }
        try judge(total)
    }

    private static func bounded(
        _ invocation: Invocation, _ name: String, _ range: ClosedRange<UInt64>,
        default fallback: UInt64
    ) throws -> Int {
        let number = try invocation.number(name, default: fallback)
        guard range.contains(number) else {
            throw CommandError.usage(
                "--\(name) must be from \(range.lowerBound) to \(range.upperBound).",
                "--\(name) 必须在 \(range.lowerBound) 到 \(range.upperBound) 之间。")
        }
        return Int(number)
    }

    private static func line(
        _ found: Exploration, _ role: ByzantineRole, _ invocation: Invocation
    ) -> String {
        invocation.say(
            "the Byzantine validator \(role.rawValue): states \(found.states), transitions "
                + "\(found.transitions), depth \(found.depth), decided \(found.decidedStates), "
                + (found.isComplete ? "complete" : "not complete"),
            "拜占庭验证者（\(role.rawValue)）：状态 \(found.states)，转换 \(found.transitions)，深度 "
                + "\(found.depth)，已决定 \(found.decidedStates)，\(found.isComplete ? "完整" : "未穷尽")")
    }

    private static func json(_ total: Exploration, _ seconds: Double) -> JSONValue {
        .object([
            JSONMember("states", .integer(total.states)),
            JSONMember("transitions", .integer(total.transitions)),
            JSONMember("depth", .integer(total.depth)),
            JSONMember("decided", .integer(total.decidedStates)),
            JSONMember("settled", .integer(total.settled)),
            JSONMember("complete", .bool(total.isComplete)),
            JSONMember("violations", .integer(total.violations)),
            JSONMember("violation", total.violation.map { .string($0.rawValue) } ?? .null),
            JSONMember("trace", .array(total.trace.map { .string($0) })),
            JSONMember("seconds", .integer(Int(seconds))),
        ])
    }

    private static func judge(_ total: Exploration) throws {
        if let violation = total.violation {
            throw CommandError(
                .verification, "explore.violation",
                "Found: \(violation.rawValue). The steps above lead there; please report them.",
                "发现违规：\(violation.rawValue)。以上步骤可重现，请报告。")
        }
        if !total.isComplete {
            throw CommandError(
                .failure, "explore.incomplete",
                "There are more states than --states allows; nothing is shown for the rest.",
                "状态数超过 --states 的上限，其余部分未得到验证。")
        }
    }
}
