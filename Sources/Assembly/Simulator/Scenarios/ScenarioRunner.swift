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
        guard let world = SimulatedZone(plan: plan, seed: seed, trace: trace) else {
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
    let world: SimulatedZone
    var names: [String: Int] = [:]

    init(world: SimulatedZone) { self.world = world }

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
}
