/// Finds what may happen to one honest validator next: everything that the network holds, all
/// that the Byzantine validator can make of it, the engine, the clock and crashes.
///
/// Votes arrive in bundles that reach a quorum. That loses nothing: a vote below the quorum changes
/// nothing that others can see, and what was sent can arrive at any later time. The exception is
/// whom a free leader proposes; `helpers` brings such PREPAREs before it begins to lead.
struct StepFinder {
    typealias Summary = LocalTable.Summary

    let world: SmallWorld
    let arena: Arena
    let all: [Summary]
    let index: Int
    private(set) var steps: [Step] = []
    private let own: Summary

    init(world: SmallWorld, all: [Summary], index: Int) {
        (self.world, self.all, self.index) = (world, all, index)
        own = all[index]
        arena = world.arenas[own.arena]
        guard !own.isOver else { return }
        findEngineAndClock()
        findVotes()
        findTimeouts()
        findLeads()
    }

    private mutating func findEngineAndClock() {
        if !own.hasBegun { steps.append(Step(.begin)) }
        if !own.hasCandidate {
            for proposal in 0..<2 { add(.candidate, proposal: proposal) }
        }
        if own.hasBegun, own.view < arena.lastView, own.target <= own.view {
            steps.append(Step(.expired))
        }
        for proposal in 0..<Arena.proposalCount where own.running >> UInt8(proposal) & 1 == 1 {
            add(.executed, proposal: proposal)
        }
    }

    private mutating func add(_ kind: Step.Kind, proposal: Int) {
        var step = Step(kind)
        step.proposal = proposal
        steps.append(step)
    }

    // MARK: Votes

    private mutating func findVotes() {
        for view in arena.firstView...arena.lastView {
            for proposal in 0..<Arena.proposalCount {
                let prepared = mask { $0.sent.prepares[view] >> UInt8(proposal) & 1 == 1 }
                guard prepared.nonzeroBitCount >= Arena.quorum - 1 else { continue }
                var step = Step(.prepares)
                (step.view, step.proposal) = (view, proposal)
                step.voters = quorum(of: prepared)
                if own.lock < view { steps.append(step) }
                addCommits(view, proposal, prepares: step.voters)
            }
        }
        if world.scope.tampering.mixesViews { addMixedCommits() }
    }

    private mutating func addCommits(_ view: Int, _ proposal: Int, prepares: Int) {
        let committed = mask { $0.sent.commits[view] >> UInt8(proposal) & 1 == 1 }
        guard committed.nonzeroBitCount >= Arena.quorum - 1 else { return }
        var step = Step(.commits)
        (step.view, step.proposal) = (view, proposal)
        step.voters = quorum(of: committed)
        steps.append(step)
        if own.lock > view {
            step.helpers = prepares
            (step.helped, step.helperView) = (proposal, view)
            steps.append(step)
        }
    }

    /// Broken on purpose: commits of different views make one certificate.
    private mutating func addMixedCommits() {
        for proposal in 0..<Arena.proposalCount {
            let committed = mask { summary in
                (arena.firstView...arena.lastView).contains {
                    summary.sent.commits[$0] >> UInt8(proposal) & 1 == 1
                }
            }
            guard committed.nonzeroBitCount >= Arena.quorum - 1 else { continue }
            var step = Step(.commits)
            (step.view, step.proposal) = (arena.lastView, proposal)
            step.voters = committed | 1 << Arena.byzantine
            steps.append(step)
        }
    }

    private func mask(_ holds: (Summary) -> Bool) -> Int {
        var mask = 0
        for other in 0..<Arena.honest where all[other].arena == own.arena && holds(all[other]) {
            mask |= 1 << other
        }
        return mask
    }

    /// All honest votes but the own, which it has; the Byzantine one when they are too few.
    private func quorum(of honest: Int) -> Int {
        let helper = honest.nonzeroBitCount < Arena.quorum ? 1 << Arena.byzantine : 0
        return honest & ~(1 << index) | helper
    }

    // MARK: TIMEOUTs

    private mutating func findTimeouts() {
        guard own.view < arena.lastView else { return }
        for next in own.view + 1...arena.lastView {
            let isEntering = own.target >= next
            guard isEntering || next > own.view + 1 else { continue }
            var groups = (0..<Arena.honest).filter { $0 != index }.map { timeouts(of: $0, next) }
            groups.append(byzantineTimeouts(next))
            for (place, group) in groups.enumerated() {
                for first in group {
                    if world.scope.views > 2 { addTimeouts([first], next) }
                    for other in groups.dropFirst(place + 1) {
                        for second in other { addTimeouts([first, second], next) }
                    }
                }
            }
            guard isEntering, own.lock >= next else { continue }
            for first in groups[0] {
                for second in groups[1] {
                    for third in groups[2] { addTimeouts([first, second, third], next) }
                }
            }
        }
    }

    private func timeouts(of voter: Int, _ next: Int) -> [TimeoutName] {
        guard all[voter].arena == own.arena else { return [] }
        return all[voter].sent.timeouts.filter { $0.target >= next }
    }

    /// With every mark that can be proven and would count, or none.
    private func byzantineTimeouts(_ next: Int) -> [TimeoutName] {
        let target = max(next, own.byzantineTarget + 1)
        guard target <= 7 else { return [] }
        return ([.none] + provable(below: next)).map {
            TimeoutName(voter: Arena.byzantine, target: target, mark: $0)
        }
    }

    private func provable(below view: Int) -> [Mark] {
        var marks: [Mark] = []
        for view in arena.firstView..<max(view, arena.firstView) {
            for proposal in 0..<Arena.proposalCount {
                let prepared = mask { $0.sent.prepares[view] >> UInt8(proposal) & 1 == 1 }
                if prepared.nonzeroBitCount >= Arena.quorum - 1 {
                    marks.append(Mark(view: view, proposal: proposal))
                }
            }
        }
        return marks
    }

    private mutating func addTimeouts(_ names: [TimeoutName], _ next: Int) {
        var step = Step(.timeouts)
        for (place, name) in names.enumerated() { step.setTimeout(place, name) }
        steps.append(step)
        guard arena.leaders[next] == index, own.valid.nonzeroBitCount > 1 else { return }
        for proposal in 0..<Arena.proposalCount where own.valid >> UInt8(proposal) & 1 == 1 {
            for view in arena.firstView..<next {
                let prepared = mask { $0.sent.prepares[view] >> UInt8(proposal) & 1 == 1 }
                var helped = step
                helped.helpers = prepared & ~(1 << index) | 1 << Arena.byzantine
                (helped.helped, helped.helperView) = (proposal, view)
                steps.append(helped)
            }
        }
    }

    // MARK: Leaders

    private mutating func findLeads() {
        let lowest = max(own.view, 1)
        for (other, summary) in all.enumerated()
        where other != index && summary.arena == own.arena {
            for lead in summary.sent.leads where lead.view >= lowest {
                addLead(lead.view, lead.proposal, lead.mark)
            }
        }
        guard lowest <= arena.lastView else { return }
        for view in lowest...arena.lastView where arena.leaders[view] == Arena.byzantine {
            if view == arena.firstView || world.scope.tampering.trustsLeaders {
                for proposal in 0..<2 { addLead(view, proposal, .none) }
            }
            guard view > arena.firstView else { continue }
            for mark in [.none] + provable(below: view) where canJustify(view, mark) {
                for proposal in mark.isNone ? [0, 1] : [mark.proposal] {
                    addLead(view, proposal, mark)
                }
            }
        }
    }

    /// Whether TIMEOUTs of two honest validators, and one of the Byzantine with that mark, let it
    /// lead a view with this as the highest mark.
    private func canJustify(_ view: Int, _ mark: Mark) -> Bool {
        (0..<Arena.honest).filter { voter in
            timeouts(of: voter, view).contains {
                $0.mark.view < mark.view || $0.mark == mark
            }
        }.count >= Arena.quorum - 1
    }

    private mutating func addLead(_ view: Int, _ proposal: Int, _ mark: Mark) {
        var step = Step(.lead)
        (step.view, step.proposal, step.mark) = (view, proposal, mark)
        steps.append(step)
    }
}
