import Base
import Finality
import Ledger

/// The small world's fixed part: the scope and the heights that can be.
struct SmallWorld {
    let scope: Scope
    let chain: Hash256
    /// The first height, then one second height for each block that the first can end with.
    let arenas: [Arena]
    /// The permutations of the validators under which the world looks the same.
    let symmetries: [[Int]]

    init(scope: Scope) {
        self.scope = scope
        chain = Arena.chain(scope.role)
        var arenas = [
            Arena(
                number: 0, height: 1, parent: Arena.name("parent", 0), chain: chain, firstView: 0,
                views: scope.views)
        ]
        if scope.heights > 1 {
            for proposal in 0..<Arena.proposalCount {
                // After a block that is not from the engine, the engine is not asked.
                arenas.append(
                    Arena(
                        number: 1 + proposal, height: 2, parent: arenas[0].headers[proposal],
                        chain: chain, firstView: arenas[0].proposals[proposal].isFromEngine ? 0 : 1,
                        views: scope.views))
            }
        }
        self.arenas = arenas
        symmetries = Self.symmetries(arenas, views: scope.views)
    }

    /// Honest validators that lead no view within reach, at any height, can be exchanged.
    private static func symmetries(_ arenas: [Arena], views: Int) -> [[Int]] {
        let leaders = Set(
            arenas.flatMap { arena in (1...max(1, arena.lastView)).map { arena.leaders[$0] } })
        let free = (0..<Arena.honest).filter { !leaders.contains($0) }
        return permutations(free).map { order in
            var place = Array(0..<Arena.count)
            for (from, to) in zip(free, order) { place[from] = to }
            return place
        }
    }

    private static func permutations(_ items: [Int]) -> [[Int]] {
        guard let first = items.first else { return [[]] }
        return permutations(Array(items.dropFirst())).flatMap { rest in
            (0...rest.count).map { Array(rest[..<$0]) + [first] + Array(rest[$0...]) }
        }
    }

    /// The validator after a step, and how many ballots it cast in it.
    func outcome(_ step: Step, of validator: HonestValidator) -> (HonestValidator, ballots: Int) {
        if step.kind == .crash { return (validator.restarted(self), 0) }
        var copy = validator
        copy.ballots = []
        let arena = arenas[validator.arena]
        var performer = Performer(world: self, arena: arena, stop: step.stop)
        for input in inputs(of: step, arena, &copy) { performer.feed(input, &copy) }
        return (step.stop > 0 ? copy.restarted(self) : copy, performer.count)
    }

    private func inputs(
        of step: Step, _ arena: Arena, _ validator: inout HonestValidator
    ) -> [VotingInput] {
        switch step.kind {
        case .begin, .crash:
            validator.hasBegun = true
            return [.begin]
        case .candidate:
            validator.hasCandidate = true
            validator.valid |= 1 << UInt8(step.proposal)
            return [.candidate(arena.proposals[step.proposal])]
        case .expired: return [.expired(view: validator.voting.view)]
        case .executed:
            validator.running &= ~(1 << UInt8(step.proposal))
            return [
                .executed(
                    arena.proposals[step.proposal].digest, header: arena.headers[step.proposal])
            ]
        case .prepares: return prepares(step.view, step.proposal, step.voters, arena)
        case .commits:
            let commits = voters(step.voters).map {
                VotingInput.vote(arena.vote(.commit, step.view, step.proposal, by: $0))
            }
            return prepares(step.view, step.proposal, step.helpers, arena) + commits
        case .timeouts:
            let names = (0..<3).compactMap { step.timeout($0) }
            for name in names where name.voter == Arena.byzantine {
                validator.byzantineTarget = max(validator.byzantineTarget, name.target)
            }
            return prepares(step.helperView, step.helped, step.helpers, arena)
                + names.map { name in
                    let (timeout, proof) = arena.timeout(name)
                    return .timeout(timeout, proof)
                }
        case .lead: return [.lead(arena.lead(step.view, step.proposal, step.mark))]
        }
    }

    /// PREPAREs as they travel: each with the proposal that it names.
    private func prepares(
        _ view: Int, _ proposal: Int, _ mask: Int, _ arena: Arena
    ) -> [VotingInput] {
        voters(mask).flatMap { voter -> [VotingInput] in
            [
                .known(arena.proposals[proposal]),
                .vote(arena.vote(.prepare, view, proposal, by: voter)),
            ]
        }
    }

    private func voters(_ mask: Int) -> [Int] { (0..<Arena.count).filter { mask >> $0 & 1 == 1 } }
}
