/// One line of a scenario.
enum ScenarioCommand: Hashable, Sendable {
    /// How a number is compared with the one that is expected.
    enum Comparison: String, Sendable {
        case equal = "="
        case atLeast = ">="
        case atMost = "<="
    }

    enum Standing: String, Sendable {
        case voting, observing, quarantined, follower, diverged
    }

    enum AlarmKind: String, Sendable {
        case quarantined, releasable, released, diverged
        case conflictingRecords = "conflicting-records"
    }

    enum Expectation: Hashable, Sendable {
        case final(String, Bool)
        case height(Int, Comparison, UInt64)
        case view(Int, Comparison, UInt64)
        case decided(UInt64, Comparison, UInt64)
        case engineBlock(UInt64, Bool)
        case standing(Int, Standing)
        case alarm(Int, AlarmKind, Bool)
        case epoch(Int, Comparison, UInt64)
        case stream(Int, Comparison, UInt64)
        case fresh(Int, Bool)
        case sameTip
        case settled
    }

    case submit(Int, String)
    case resubmit(Int, String)
    case run(UInt64)
    /// Lets time pass until it is as expected, at most that many milliseconds.
    case wait(UInt64, Expectation)
    case cut(Int, Int)
    case cutOneWay(Int, Int)
    case isolate(Int)
    case heal(Int, Int)
    case healAll
    case lose(MessageKind)
    case loseNone
    case drop(UInt64)
    case duplicate(UInt64)
    case crash(Int, losesPower: Bool)
    case crashAll(losesPower: Bool)
    case start(Int)
    case startAll
    case copy(Int)
    case restore(Int, isMarked: Bool)
    case breakProgram(Int, UInt64)
    case engineUp(Bool)
    case engineStalls(Bool)
    case engineCopy
    case engineRewind
    case engineTail(UInt64)
    case engineVice(WritableKeyPathName, UInt64)
    case validators(isEmergency: Bool, [UInt64])
    case release(Int, isForced: Bool)
    case expect(Expectation)

    /// Which vice of the engine a line sets.
    enum WritableKeyPathName: String, Sendable {
        case equivocate, lie, garble, hide
        case repeats = "repeat"
    }
}

/// A scenario that was read: a zone, and what happens in it.
package struct Scenario: Sendable {
    struct Line: Sendable {
        let number: Int
        let text: String
        let command: ScenarioCommand
    }

    var plan = WorldPlan()
    var seed: UInt64 = 1
    var skews: [(machine: Int, skew: Int64)] = []
    var lines: [Line] = []
}

/// What is wrong with a scenario, or with the zone in it.
package struct ScenarioError: Error, Hashable, Sendable, CustomStringConvertible {
    package let line: Int
    package let text: String

    package var description: String { "line \(line): \(text)" }
}
