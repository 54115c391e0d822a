import Base
import Finality
import Ledger

/// Does for a validator what its node would do: records, signs, sends and feeds back, in the order
/// of `Participant`, and checks each ballot against the rules on the way.
struct Performer {
    let world: SmallWorld
    let arena: Arena
    /// After how many ballots the process dies; 0 for never.
    let stop: Int
    private(set) var count = 0

    init(world: SmallWorld, arena: Arena, stop: Int) {
        (self.world, self.arena, self.stop) = (world, arena, stop)
    }

    private var isDead: Bool { stop > 0 && count >= stop }

    mutating func feed(_ input: VotingInput, _ validator: inout HonestValidator) {
        guard !isDead else { return }
        let before = validator.voting
        let effects = validator.voting.receive(input)
        if let lock = before.lock, validator.voting.lock.map({ $0.view < lock.view }) ?? true {
            report(.lockWentBack, &validator)
        }
        for effect in effects { perform(effect, before, &validator) }
    }

    private mutating func perform(
        _ effect: VotingEffect, _ before: HeightVoting, _ validator: inout HonestValidator
    ) {
        guard !isDead else { return }
        switch effect {
        case .cast(let ballot):
            if case .timeout = ballot, world.scope.tampering.votesAfterTimeout {
                validator.voting = before
            }
            cast(ballot, &validator)
        case .judge(let proposal, _):
            validator.valid |= 1 << UInt8(arena.number(ofProposal: proposal.digest))
            feed(.judged(proposal.digest, isValid: true), &validator)
        case .execute(let proposal):
            let number = arena.number(ofProposal: proposal.digest)
            if world.scope.executesLate {
                validator.running |= 1 << UInt8(number)
            } else {
                feed(.executed(proposal.digest, header: arena.headers[number]), &validator)
            }
        case .seek(let digest):
            feed(.known(arena.proposals[arena.number(ofProposal: digest)]), &validator)
        case .draft(let view):
            validator.valid |= 1 << UInt8(2 + validator.index)
            feed(.drafted(arena.proposals[2 + validator.index], view: view), &validator)
        case .arm: break
        case .decided(_, let header, _): validator.decided = arena.number(ofHeader: header)
        case .behind: break
        case .diverged: report(.diverged, &validator)
        }
    }

    mutating func cast(_ ballot: Ballot, _ validator: inout HonestValidator) {
        guard !isDead else { return }
        let ballot = tampered(ballot)
        check(ballot, &validator)
        if !validator.voteGuard.permit(ballot, height: arena.height) {
            guard world.scope.tampering.isActive else {
                return report(.refusedByGuard, &validator)
            }
        }
        count += 1
        validator.ballots.append(ballot)
        let index = validator.index
        switch ballot {
        case .prepare(let view, let proposal):
            let number = arena.number(ofProposal: proposal.digest)
            if view < 8 { validator.sent.addPrepare(Int(view), number) }
            feed(.vote(arena.vote(.prepare, Int(view), number, by: index)), &validator)
        case .commit(let view, let header, _, _):
            let number = arena.number(ofHeader: header)
            if view < 8 { validator.sent.addCommit(Int(view), number) }
            feed(.vote(arena.vote(.commit, Int(view), number, by: index)), &validator)
        case .timeout(let target, let high):
            let mark = high.map(HighMark.init)
            if target < 8 {
                validator.sent.add(
                    TimeoutName(voter: index, target: Int(target), mark: arena.mark(high)))
            }
            let message = SignedTimeout.message(arena.rules[index], target: target, high: mark)
            let timeout = SignedTimeout(
                height: arena.height, target: target, high: mark, voter: index,
                signature: arena.authenticators[index].sign(message))
            guard !world.scope.tampering.votesAfterTimeout else { return }
            feed(.timeout(timeout, high), &validator)
        case .lead(let view, let proposal, let justification):
            let number = arena.number(ofProposal: proposal.digest)
            if view < 8 {
                validator.sent.add(
                    Sent.Lead(
                        view: Int(view), proposal: number, mark: arena.mark(justification?.high)))
            }
            let lead = LeaderProposal(
                view: view, proposal: proposal, justification: justification, leader: index,
                signature: [])
            feed(.lead(lead), &validator)
        }
    }

    private func tampered(_ ballot: Ballot) -> Ballot {
        if world.scope.tampering.forgetsLock, case .timeout(let target, _) = ballot {
            return .timeout(target: target, high: nil)
        }
        return ballot
    }

    private func report(_ violation: Violation, _ validator: inout HonestValidator) {
        guard !world.scope.tampering.isActive else { return }
        validator.violation = validator.violation ?? violation
    }

    /// Checks a ballot against all that the validator has sent before.
    private func check(_ ballot: Ballot, _ validator: inout HonestValidator) {
        let sent = validator.sent
        let rules = arena.rules[validator.index]
        let authenticator = arena.authenticators[validator.index]
        switch ballot {
        case .prepare(let view, let proposal):
            guard view < 8 else { return }
            let bit = UInt8(1) << UInt8(arena.number(ofProposal: proposal.digest))
            let others = sent.prepares[Int(view)]
            if others & ~bit != 0 { report(.secondPrepare, &validator) }
            if others == 0, view < sent.target { report(.voteBelowTarget, &validator) }
        case .commit(let view, let header, let proposal, let lock):
            guard view < 8 else { return }
            let bit = UInt8(1) << UInt8(arena.number(ofHeader: header))
            let others = sent.commits[Int(view)]
            if others & ~bit != 0 { report(.secondCommit, &validator) }
            guard others == 0 else { return }
            if view < sent.target { report(.voteBelowTarget, &validator) }
            guard lock.view == view, lock.header == proposal.digest,
                lock.proves(.prepare, rules, authenticator)
            else { return report(.commitWithoutLock, &validator) }
        case .timeout(let target, let high):
            let isAbove = sent.committedView < Int(clamping: target)
            if isAbove, (high.map { Int($0.view) } ?? -1) < sent.committedView {
                report(.timeoutBelowLock, &validator)
            }
        case .lead(let view, let proposal, let justification):
            if let high = justification?.high, high.header != proposal.digest {
                return report(.unjustifiedLead, &validator)
            }
            let isJustified =
                justification.map { $0.isValid(for: view, rules, authenticator) }
                ?? (view == rules.firstView)
            if !isJustified { report(.unjustifiedLead, &validator) }
        }
    }
}
