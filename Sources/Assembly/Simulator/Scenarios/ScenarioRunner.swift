import Base
import Cryptography
import Finality
import Ledger

extension Scenario {
    /// Reads a scenario; `docs/guides/scenarios.md` says how it is written.
    package init(_ text: String) throws(ScenarioError) { self = try ScenarioParser.read(text) }

    /// Lets everything happen, and checks all that is expected and every promise besides.
    ///
    /// - Parameter trace: gets a line for each event, when it is not nil.
    package func run(trace: (@Sendable (String) -> Void)? = nil) throws(ScenarioError) {
        guard let world = World(plan: plan, seed: seed, trace: trace) else {
            throw ScenarioError(line: 0, text: "the zone cannot be made")
        }
        for (machine, skew) in skews { world.machines[machine].skew = skew }
        for machine in world.machines { world.start(machine) }
        for machine in world.machines where machine.character == .dishonest {
            world.schedule(.mischief(machine.number), in: 100)
        }
        var runner = ScenarioRunner(world: world)
        for line in lines {
            trace?("— \(line.text)")
            try runner.run(line)
            if let violation = world.violation {
                throw ScenarioError(
                    line: line.number, text: "\(violation.kind.rawValue): \(violation.text)")
            }
        }
    }
}

/// Carries out the lines of a scenario in a world.
struct ScenarioRunner {
    let world: World
    private var names: [String: Int] = [:]

    init(world: World) { self.world = world }

    mutating func run(_ line: Scenario.Line) throws(ScenarioError) {
        switch line.command {
        case .submit(let machine, let name):
            guard names[name] == nil,
                let item = world.transactions.write(UInt64(names.count), validUntil: 5000)
            else { throw ScenarioError(line: line.number, text: "`\(name)` was submitted before") }
            names[name] = world.clients.items.count
            world.submit(item, to: machine)
        case .resubmit(let machine, let name):
            guard let index = names[name] else {
                throw ScenarioError(line: line.number, text: "`\(name)` was never submitted")
            }
            world.hand(index, to: machine)
        case .run(let time): pass(time) { false }
        case .wait(let time, let expectation):
            let runner = self
            pass(time) { runner.failure(of: expectation) == nil }
            try check(expectation, line)
        case .expect(let expectation): try check(expectation, line)
        case .validators(let isEmergency, let weights):
            try change(isEmergency, weights, line)
        default: act(line.command)
        }
    }

    /// Lets virtual time pass, at most so many milliseconds, until something holds.
    private func pass(_ time: UInt64, until holds: () -> Bool) {
        let end = world.now + time
        while !holds(), let next = world.queue.firstTime, next <= end, world.step() {}
        if !holds() { world.now = max(world.now, end) }
    }

    private func act(_ command: ScenarioCommand) {
        let machines = world.machines
        switch command {
        case .cut(let left, let right): world.cut(machines[left], machines[right])
        case .cutOneWay(let from, let to): world.setCut(from, to, from != to)
        case .isolate(let number):
            for other in machines { world.cut(machines[number], other) }
        case .heal(let left, let right): world.heal(machines[left], machines[right])
        case .healAll: world.healEverything()
        case .lose(let kind): world.lostKinds.insert(kind)
        case .loseNone: world.lostKinds = []
        case .drop(let share): world.drop = share
        case .duplicate(let share): world.duplicate = share
        case .crash(let number, let power): world.crash(machines[number], losesPower: power)
        case .crashAll(let power):
            for machine in machines { world.crash(machine, losesPower: power) }
        case .start(let number): world.start(machines[number])
        case .startAll: for machine in machines { world.start(machine) }
        case .copy(let number): world.keepCopy(of: machines[number])
        case .restore(let number, let isMarked):
            world.restore(machines[number], isMarked: isMarked)
            // Here it must be found out by the echoes of others.
            machines[number].isUnmarkedRestored = false
        case .breakProgram(let number, let height):
            machines[number].brokenFrom = height
            machines[number].chain.breakProgram(from: height)
        case .release(let number, let isForced):
            world.give(machines[number], .release(force: isForced))
        default: actOnEngine(command)
        }
    }

    private func actOnEngine(_ command: ScenarioCommand) {
        switch command {
        case .engineUp(let isUp): world.setEngine(isUp: isUp)
        case .engineStalls(let stalls):
            if stalls { world.engine.isStalled = true } else { world.engineResumes() }
        case .engineCopy: world.engine.keepCopy()
        case .engineRewind: world.engine.rewind()
        case .engineTail(let count): world.engine.loseTail(count)
        case .engineVice(let vice, let share):
            switch vice {
            case .equivocate: world.engine.vices.equivocates = share
            case .lie: world.engine.vices.lies = share
            case .garble: world.engine.vices.garbles = share
            case .hide: world.engine.vices.hides = share
            case .repeats: world.engine.vices.repeats = share
            }
        default: break
        }
    }

    private func change(
        _ isEmergency: Bool, _ weights: [UInt64], _ line: Scenario.Line
    ) throws(ScenarioError) {
        let validators = zip(world.seats, weights).filter { $0.1 > 0 }.map {
            Validator(account: $0.0.account, key: $0.0.key, weight: $0.1)
        }
        guard let set = ValidatorSet(validators),
            let item = world.transactions.change(
                to: set, kind: isEmergency ? .emergency : .scheduled, validUntil: 5000)
        else { throw ScenarioError(line: line.number, text: "these are no validators") }
        world.sets.append(weights)
        world.submit(item, to: 0)
    }

    // MARK: Expectations

    private func check(
        _ expectation: ScenarioCommand.Expectation, _ line: Scenario.Line
    ) throws(ScenarioError) {
        if let failure = failure(of: expectation) {
            throw ScenarioError(
                line: line.number,
                text: "\(line.text.split(separator: " ").joined(separator: " ")): \(failure)")
        }
    }

    private var live: [Machine] {
        world.machines.filter { $0.character != .dishonest && $0.brokenFrom == nil && $0.isUp }
    }

    /// Why something is not as expected; nil when it is.
    private func failure(of expectation: ScenarioCommand.Expectation) -> String? {
        let machines = world.machines
        switch expectation {
        case .final(let name, let isFinal):
            guard let index = names[name] else { return "it was never submitted" }
            let id = world.clients.items[index].transaction.transaction.id
            let count = live.reduce(0) { $0 + ($1.chain.isKnown(id) ? 1 : 0) }
            let isMet = isFinal ? count == live.count && count > 0 : count == 0
            return isMet ? nil : "final at \(count) of \(live.count)"
        case .height(let number, let comparison, let height):
            return compare(machines[number].chain.head.height, comparison, height)
        case .view(let number, let comparison, let view):
            guard let voting = machines[number].process?.participant.voting else { return "it is down" }
            return compare(voting.view, comparison, view)
        case .decided(let height, let comparison, let view):
            guard let block = block(height) else { return "there is no such block" }
            return compare(block.certificate.view, comparison, view)
        case .engineBlock(let height, let isExpected):
            guard let position = block(height)?.header.position else {
                return "there is no such block"
            }
            let isFromEngine = position.first <= position.last
            return isFromEngine == isExpected ? nil : "it is from the other"
        case .epoch(let number, let comparison, let epoch):
            return compare(machines[number].chain.head.epoch, comparison, epoch)
        case .stream(let number, let comparison, let stream):
            return compare(machines[number].chain.head.position.stream, comparison, stream)
        case .sameTip:
            let tips = Set(live.map(\.chain.head.digest))
            return tips.count == 1 ? nil : "heights \(live.map(\.chain.head.height))"
        case .settled: return world.settle()
        default: return failureOfStanding(expectation)
        }
    }

    private func failureOfStanding(_ expectation: ScenarioCommand.Expectation) -> String? {
        let machines = world.machines
        switch expectation {
        case .standing(let number, let standing):
            guard let found = machines[number].process?.participant.standing else { return "it is down" }
            let name: ScenarioCommand.Standing =
                switch found {
                case .follower: .follower
                case .observing: .observing
                case .voting: .voting
                case .quarantined: .quarantined
                case .diverged: .diverged
                }
            return name == standing ? nil : "it is \(name.rawValue)"
        case .alarm(let number, let kind, let isExpected):
            let isRaised = machines[number].alarms.contains { alarm in
                switch alarm {
                case .quarantined: kind == .quarantined
                case .releasable: kind == .releasable
                case .released: kind == .released
                case .diverged: kind == .diverged
                case .conflictingRecords: kind == .conflictingRecords
                default: false
                }
            }
            return isRaised == isExpected ? nil : isRaised ? "it is raised" : "it is not raised"
        case .fresh(let number, let isFresh):
            guard let participant = machines[number].process?.participant else { return "it is down" }
            return participant.isFresh == isFresh ? nil : "it is not"
        default: return nil
        }
    }

    private func block(_ height: UInt64) -> Block? {
        let blocks = live.map(\.disk.blocks).max { $0.count < $1.count } ?? []
        return height >= 1 && height <= UInt64(blocks.count) ? blocks[Int(height) - 1] : nil
    }

    private func compare(
        _ found: UInt64, _ comparison: ScenarioCommand.Comparison, _ expected: UInt64
    ) -> String? {
        let isMet =
            switch comparison {
            case .equal: found == expected
            case .atLeast: found >= expected
            case .atMost: found <= expected
            }
        return isMet ? nil : "it is \(found)"
    }
}
