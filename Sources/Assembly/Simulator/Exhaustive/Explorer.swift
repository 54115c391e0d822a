import Finality
import Ledger

/// Searches all states of the small world, the nearest first.
package struct Explorer {
    private struct Node {
        var locals: (UInt32, UInt32, UInt32)
        var parent: UInt32
    }

    private let world: SmallWorld
    private var table: LocalTable
    private var nodes: [Node] = []
    private var visited = VisitedSet()
    private var result = Exploration()

    private init(scope: Scope) {
        world = SmallWorld(scope: scope)
        table = LocalTable(world: world)
    }

    /// Runs a whole search.
    ///
    /// - Parameter progress: is told the number of states now and then.
    package static func run(
        _ scope: Scope, progress: (_ states: Int, _ depth: Int) -> Void = { _, _ in }
    ) -> Exploration {
        var explorer = Explorer(scope: scope)
        explorer.search(progress)
        return explorer.result
    }

    private mutating func search(_ progress: (Int, Int) -> Void) {
        let arena = world.arenas[0]
        let start = (0..<Arena.honest).map { index in
            table.number(
                of: HonestValidator(
                    index: index, arena: arena,
                    voteGuard: VoteGuard(record: VoteRecord(height: 0)), crashes: 0,
                    world: world))
        }
        _ = enter((start[0], start[1], start[2]), from: .max)
        var next = 0
        var levelEnd = nodes.count
        while next < nodes.count, result.violation == nil {
            if next == levelEnd {
                result.depth += 1
                levelEnd = nodes.count
                progress(nodes.count, result.depth)
            }
            expand(next)
            next += 1
            if nodes.count >= world.scope.stateLimit { break }
        }
        result.isComplete = result.violation == nil && next == nodes.count
        result.states = nodes.count
        result.localStates = table.count
    }

    private mutating func expand(_ number: Int) {
        let locals = nodes[number].locals
        let isMoving = forEachStep(locals) { explorer, step, index, target in
            explorer.result.transitions += 1
            _ = explorer.enter(Self.replacing(locals, index, target), from: UInt32(number))
            return explorer.result.violation == nil
        }
        guard result.violation == nil else { return }
        let summaries = summaries(locals)
        if !isMoving {
            result.terminalStates += 1
            if summaries[0].arena == 0, world.scope.heights > 1 { begin(number, summaries) }
        }
        let interval = world.scope.livenessInterval
        if interval > 0, !isMoving || number % interval == 0 { settle(number) }
    }

    /// Calls `body` for each step that changes something; stops when it says false.
    ///
    /// - Returns: whether there was a step other than a crash.
    @discardableResult
    private mutating func forEachStep(
        _ locals: (UInt32, UInt32, UInt32),
        _ body: (inout Explorer, Step, Int, UInt32) -> Bool
    ) -> Bool {
        let summaries = summaries(locals)
        let mayCrash = summaries.reduce(0) { $0 + $1.crashes } < world.scope.crashes
        var isMoving = false
        for (index, own) in [locals.0, locals.1, locals.2].enumerated() {
            let steps = StepFinder(world: world, all: summaries, index: index).steps
            for step in steps {
                let outcome = table.outcome(step, from: own)
                if step.kind.mayWait, outcome.ballots == 0,
                    table.summaries[Int(outcome.local)].decided == nil
                {
                    continue
                }
                if outcome.local != own {
                    isMoving = true
                    if !body(&self, step, index, outcome.local) { return true }
                }
                guard mayCrash, outcome.ballots > 1 else { continue }
                for stop in 1..<outcome.ballots {
                    var crashing = step
                    crashing.stop = stop
                    let after = table.outcome(crashing, from: own).local
                    if !body(&self, crashing, index, after) { return true }
                }
            }
            guard mayCrash, !summaries[index].isOver else { continue }
            let after = table.outcome(Step(.crash), from: own).local
            if !body(&self, Step(.crash), index, after) { return isMoving }
        }
        return isMoving
    }

    private func summaries(_ locals: (UInt32, UInt32, UInt32)) -> [LocalTable.Summary] {
        [
            table.summaries[Int(locals.0)], table.summaries[Int(locals.1)],
            table.summaries[Int(locals.2)],
        ]
    }

    private static func replacing(
        _ locals: (UInt32, UInt32, UInt32), _ index: Int, _ local: UInt32
    ) -> (UInt32, UInt32, UInt32) {
        var copy = locals
        switch index {
        case 0: copy.0 = local
        case 1: copy.1 = local
        default: copy.2 = local
        }
        return copy
    }

    /// Adds a state that is new, and checks it.
    private mutating func enter(
        _ locals: (UInt32, UInt32, UInt32), from parent: UInt32
    ) -> Bool {
        guard visited.insert(fingerprint(locals)) else { return false }
        nodes.append(Node(locals: locals, parent: parent))
        let summaries = summaries(locals)
        if summaries.contains(where: { $0.decided != nil }) { result.decidedStates += 1 }
        if let violation = Invariants.violation(
            summaries, forksOnly: world.scope.tampering.isActive)
        {
            fail(violation, at: nodes.count - 1)
        }
        return true
    }

    /// The least over all symmetries of what stands for the three local states at their places.
    private func fingerprint(_ locals: (UInt32, UInt32, UInt32)) -> (UInt64, UInt64) {
        var best = (UInt64.max, UInt64.max)
        for (symmetry, place) in world.symmetries.enumerated() {
            var sum: (UInt64, UInt64) = (0, 0)
            for (index, local) in [locals.0, locals.1, locals.2].enumerated() {
                let key = table.keys[Int(local)][symmetry]
                let factor = Self.factors[place[index]]
                sum.0 = sum.0 &+ key.0 &* factor
                sum.1 = sum.1 &+ key.1 &* (factor &+ 2)
            }
            if sum < best { best = sum }
        }
        return best
    }

    /// Odd numbers, so that multiplying loses nothing.
    private static let factors: [UInt64] = [
        0x9E37_79B9_7F4A_7C15, 0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB, 1,
    ]

    // MARK: The second height

    /// Nothing more can happen at the first height: whoever has not decided gets the block from
    /// one who has, and all begin the second.
    ///
    /// Nothing of a height depends on what happens at the next one, so that letting the first come
    /// to its end before the second begins only changes the order of independent steps.
    private mutating func begin(_ number: Int, _ summaries: [LocalTable.Summary]) {
        guard let decided = summaries.lazy.compactMap(\.decided).first else { return }
        let arena = world.arenas[1 + decided]
        let locals = nodes[number].locals
        let next = [locals.0, locals.1, locals.2].map { local in
            let old = table.states[Int(local)]
            return table.number(
                of: HonestValidator(
                    index: old.index, arena: arena, voteGuard: old.voteGuard, crashes: old.crashes,
                    world: world))
        }
        result.transitions += 1
        _ = enter((next[0], next[1], next[2]), from: UInt32(number))
    }

    // MARK: Liveness and reports

    private mutating func settle(_ number: Int) {
        let locals = nodes[number].locals
        let states = [locals.0, locals.1, locals.2].map { table.states[Int($0)] }
        result.settled += 1
        var settling = Settling(world: world, validators: states)
        if !settling.decides() { fail(.stuck, at: number) }
    }

    private mutating func fail(_ violation: Violation, at number: Int) {
        guard result.violation == nil else { return }
        result.violation = violation
        result.trace = trace(to: number)
    }

    /// The steps from the start to a state, as lines.
    private mutating func trace(to number: Int) -> [String] {
        var path = [number]
        while let first = path.first, nodes[first].parent != .max {
            path.insert(Int(nodes[first].parent), at: 0)
        }
        var lines: [String] = []
        for (from, to) in zip(path, path.dropFirst()) {
            let locals = nodes[from].locals
            let target = nodes[to].locals
            var line = "all begin the next height"
            forEachStep(locals) { explorer, step, index, local in
                guard Self.replacing(locals, index, local) == target else { return true }
                line = Narration.line(
                    step, index, explorer.table.states[Int(local)], explorer.world)
                return false
            }
            lines.append(line)
        }
        return lines
    }
}
