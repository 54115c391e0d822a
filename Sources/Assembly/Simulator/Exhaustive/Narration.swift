import Base
import Finality

/// Steps in words: what a validator was told and what it then signed.
enum Narration {
    static func line(
        _ step: Step, _ index: Int, _ after: HonestValidator, _ world: SmallWorld
    ) -> String {
        let arena = world.arenas[after.arena]
        var text = "height \(arena.height): \(voter(index)) \(event(step, arena))"
        if step.stop > 0 { text += ", dies after \(step.stop) ballots and starts again" }
        let ballots = after.ballots.map { ballot($0, arena) }
        if !ballots.isEmpty { text += " → " + ballots.joined(separator: ", ") }
        if let decided = after.decided { text += " → final: \(proposal(decided))" }
        return text
    }

    private static func event(_ step: Step, _ arena: Arena) -> String {
        let block = proposal(step.proposal)
        switch step.kind {
        case .begin: return "begins"
        case .candidate: return "gets \(block) from the engine"
        case .expired: return "waits in vain"
        case .executed: return "has executed \(block)"
        case .crash: return "crashes and starts again"
        case .prepares:
            return "hears PREPARE(view \(step.view), \(block)) of \(voters(step.voters))"
        case .commits:
            return "hears COMMIT(view \(step.view), \(block)) of \(voters(step.voters))"
        case .timeouts:
            let names = (0..<3).compactMap { step.timeout($0) }.map {
                "\(voter($0.voter))'s TIMEOUT(\($0.target), \(mark($0.mark)))"
            }
            return "hears \(names.joined(separator: " and "))"
        case .lead:
            let leader = voter(arena.leaders[step.view])
            return "hears LEAD(view \(step.view), \(block), \(mark(step.mark))) of \(leader)"
        }
    }

    private static func ballot(_ ballot: Ballot, _ arena: Arena) -> String {
        switch ballot {
        case .prepare(let view, let proposal):
            "PREPARE(view \(view), \(name(proposal, arena)))"
        case .commit(let view, _, let proposal, _):
            "COMMIT(view \(view), \(name(proposal, arena)))"
        case .timeout(let target, let high): "TIMEOUT(\(target), \(mark(arena.mark(high))))"
        case .lead(let view, let proposal, let proof):
            "LEAD(view \(view), \(name(proposal, arena)), \(mark(arena.mark(proof?.high))))"
        }
    }

    private static func name(_ block: Proposal, _ arena: Arena) -> String {
        proposal(arena.number(ofProposal: block.digest))
    }

    private static func proposal(_ number: Int) -> String {
        number < 2 ? ["A", "B"][number] : "\(voter(number - 2))'s block"
    }

    private static func voter(_ index: Int) -> String {
        index == Arena.byzantine ? "the Byzantine" : "V\(index)"
    }

    private static func voters(_ mask: Int) -> String {
        (0..<Arena.count).filter { mask >> $0 & 1 == 1 }.map(voter).joined(separator: ", ")
    }

    private static func mark(_ mark: Mark) -> String {
        mark.isNone ? "nothing prepared" : "view \(mark.view) prepared \(proposal(mark.proposal))"
    }
}
