/// The lines behind the zone: what happens, and what is expected.
extension ScenarioParser {
    mutating func readCommand(
        _ name: Substring
    ) throws(ScenarioError) -> ScenarioCommand {
        switch name {
        case "submit": return .submit(try machine(), try word("the transaction's name"))
        case "resubmit": return .resubmit(try machine(), try word("the transaction's name"))
        case "run": return .run(try whole("the milliseconds"))
        case "wait":
            let time = try whole("the milliseconds")
            return .wait(time, try expectation())
        case "cut": return .cut(try machine(), try machine())
        case "cut-one-way": return .cutOneWay(try machine(), try machine())
        case "isolate": return .isolate(try machine())
        case "heal":
            if words.dropFirst() == ["all"] {
                next += 1
                return .healAll
            }
            return .heal(try machine(), try machine())
        case "lose":
            if words.dropFirst() == ["none"] {
                next += 1
                return .loseNone
            }
            return .lose(try choice("kind of message", MessageKind.self))
        case "drop": return .drop(try whole("the share", atMost: 1000))
        case "duplicate": return .duplicate(try whole("the share", atMost: 1000))
        case "crash":
            if words.count > 1, words[1] == "all" {
                next += 1
                return .crashAll(losesPower: try flag("the crash", "power", "process"))
            }
            return .crash(try machine(), losesPower: try flag("the crash", "power", "process"))
        case "start":
            if words.dropFirst() == ["all"] {
                next += 1
                return .startAll
            }
            return .start(try machine())
        case "copy": return .copy(try machine())
        case "restore":
            return .restore(try machine(), isMarked: try flag("the disk", "marked", "unmarked"))
        case "break": return .breakProgram(try machine(), try whole("the height"))
        case "engine": return try engine()
        case "validators":
            let isEmergency = try flag("the change", "emergency", "scheduled")
            let weights = try rest(atMost: 100)
            guard weights.count == scenario.plan.weights.count else {
                throw error("a weight for each node, 0 for those outside")
            }
            return .validators(isEmergency: isEmergency, weights)
        case "release":
            let machine = try machine()
            guard next < words.count else { return .release(machine, isForced: false) }
            guard try word("`forced`") == "forced" else { throw error("`forced` or nothing") }
            return .release(machine, isForced: true)
        case "expect": return .expect(try expectation())
        default: throw error("`\(name)` is no command")
        }
    }

    private mutating func engine() throws(ScenarioError) -> ScenarioCommand {
        switch try word("what the engine does") {
        case "up": return .engineUp(true)
        case "down": return .engineUp(false)
        case "stall": return .engineStalls(true)
        case "flow": return .engineStalls(false)
        case "copy": return .engineCopy
        case "rewind": return .engineRewind
        case "lose-tail": return .engineTail(try whole("the number of records", atMost: 1000))
        default:
            next -= 1
            let vice = try choice("deed of the engine", ScenarioCommand.WritableKeyPathName.self)
            return .engineVice(vice, try whole("the share", atMost: 1000))
        }
    }

    private mutating func expectation() throws(ScenarioError) -> ScenarioCommand.Expectation {
        switch try word("what is expected") {
        case "final": return .final(try word("the transaction's name"), true)
        case "open": return .final(try word("the transaction's name"), false)
        case "height": return .height(try machine(), try comparison(), try whole("the height"))
        case "view": return .view(try machine(), try comparison(), try whole("the view"))
        case "decided":
            let height = try whole("the height")
            guard try word("`view`") == "view" else { throw error("`view` is missing") }
            return .decided(height, try comparison(), try whole("the view"))
        case "engine-block": return .engineBlock(try whole("the height"), true)
        case "leader-block": return .engineBlock(try whole("the height"), false)
        case "standing":
            return .standing(
                try machine(), try choice("standing", ScenarioCommand.Standing.self))
        case "alarm":
            return .alarm(
                try machine(), try choice("alarm", ScenarioCommand.AlarmKind.self), true)
        case "no-alarm":
            return .alarm(
                try machine(), try choice("alarm", ScenarioCommand.AlarmKind.self), false)
        case "epoch": return .epoch(try machine(), try comparison(), try whole("the epoch"))
        case "stream": return .stream(try machine(), try comparison(), try whole("the stream"))
        case "fresh": return .fresh(try machine(), true)
        case "stale": return .fresh(try machine(), false)
        case "same-tip": return .sameTip
        case "settled": return .settled
        default: throw error("`\(words[next - 1])` cannot be expected")
        }
    }

    private mutating func comparison() throws(ScenarioError) -> ScenarioCommand.Comparison {
        try choice("comparison", ScenarioCommand.Comparison.self)
    }
}
