import Base
import Finality
import Ledger

/// What came of one seed.
package struct SeedResult: Sendable {
    package let seed: UInt64
    package let steps: UInt64
    package let heights: Int
    package let traceHash: UInt64
    package let coverage: SeedCoverage
    package let violation: SimulationViolation?
    /// What was still open when the time after the last fault was over; nil when all was well.
    package let stall: String?

    package var isGood: Bool { violation == nil && stall == nil }
}

/// Runs seeds: faults for a number of steps, then quiet until everybody agrees.
package enum Simulation {
    /// Virtual milliseconds within which everybody must agree after the last fault.
    package static let patience: UInt64 = 300_000

    /// Runs one seed to its end.
    ///
    /// - Parameter trace: gets a line for each event, when it is not nil.
    package static func run(
        seed: UInt64, steps: UInt64, profile: WorldPlan.Profile = .mixed,
        trace: (@Sendable (String) -> Void)? = nil
    ) -> SeedResult {
        let plan = WorldPlan.draw(seed: seed, profile: profile)
        guard let world = SimulatedZone(plan: plan, seed: seed, trace: trace) else {
            preconditionFailure("a drawn plan always makes a world")
        }
        trace?("plan: \(plan.summary)")
        world.begin()
        while world.steps < steps, world.step() {}
        let stall = world.violation == nil ? world.settle() : nil
        world.coverage.contradictions = world.votes.contradictions
        return SeedResult(
            seed: seed, steps: world.steps, heights: world.finals.count,
            traceHash: world.traceHash, coverage: world.coverage, violation: world.violation,
            stall: stall)
    }
}

extension WorldPlan {
    /// The plan in one line.
    var summary: String {
        "weights \(weights), followers \(followerCount), dishonest \(byzantine.map { $0 + 1 }) "
            + "(\(mischief.rawValue)), twins \(twins.map { $0 + 1 }), delay \(delay), "
            + "drop \(drop), duplicate \(duplicate), sync \(syncDelay), "
            + "faults every \(faultEvery ?? 0) "
            + "\(faults.map { "\($0.fault):\($0.share)" }), vices \(vices), "
            + "engine stays bad: \(engineStaysBad)"
    }
}

extension SimulatedZone {
    /// Starts every machine, the clients and the faults.
    func begin() {
        for machine in machines { start(machine) }
        schedule(.submit, in: 20)
        schedule(.retry, in: 2000)
        if plan.changesValidators { schedule(.change, in: 1000) }
        if plan.faultEvery != nil { schedule(.fault, in: 500) }
        for machine in machines where machine.character == .dishonest {
            schedule(.mischief(machine.number), in: 100)
        }
    }

    /// Ends the faults, starts everybody, and waits until all agree.
    ///
    /// - Returns: what was still open at the end of the patience.
    func settle() -> String? {
        say("faults end")
        isSettling = true
        (drop, duplicate) = (0, 0)
        lostKinds = []
        healEverything()
        if !plan.engineStaysBad {
            engine.vices = SimulatedEngine.Vices()
            setEngine(isUp: true)
            if engine.isStalled { engineResumes() }
        }
        for machine in machines where !machine.isUp { start(machine) }
        schedule(.retry, in: 1)
        let end = now + Simulation.patience
        var looked = steps
        while now < end {
            guard step() else { break }
            guard steps >= looked + 32 else { continue }
            looked = steps
            if openText == nil {
                replaySomebody()
                return nil
            }
        }
        return violation == nil ? openText : nil
    }

    /// Runs one machine's whole log again from the genesis document.
    private func replaySomebody() {
        guard let machine = chance.pick(machines.filter { $0.character == .honest }),
            machine.brokenFrom == nil
        else { return }
        let chain = freshChain(brokenFrom: nil)
        for block in machine.disk.blocks.prefix(machine.disk.durableCount) {
            guard let executed = chain.follow(block) else {
                return fail(
                    .replay, "the log of machine \(machine.number + 1) does not replay")
            }
            chain.adopt(executed)
        }
        guard chain.head == machine.chain.head else {
            return fail(
                .replay, "the log of machine \(machine.number + 1) replays to another head")
        }
    }

    /// What keeps the zone from rest; nil when everybody agrees and nothing waits.
    var openText: String? {
        let honest = machines.filter { $0.character != .dishonest }
        let heights = honest.map { $0.chain.head.height }
        guard let first = heights.first, heights.allSatisfy({ $0 == first }) else {
            return "heights \(heights)"
        }
        if honest.contains(where: { !$0.isUp }) { return "a machine is down" }
        let open = openCount
        return open == 0 ? nil : "\(open) transactions are open at height \(first)"
    }
}
