import Base
import Ledger

/// What the height's voting wants, done.
extension Participant {
    /// Hands an input to the voting and does what it wants.
    mutating func vote(_ input: VotingInput, _ effects: inout [ParticipantEffect]) {
        for effect in voting.receive(input) { perform(effect, &effects) }
    }

    private mutating func perform(
        _ effect: VotingEffect, _ effects: inout [ParticipantEffect]
    ) {
        switch effect {
        case .cast(let ballot): cast(ballot, &effects)
        case .judge(let proposal, let isProven): judge(proposal, isProven, &effects)
        case .execute(let proposal):
            guard let body = bodies[proposal.body] else { return }
            effects.append(.execute(proposal, body))
        case .seek(let digest): ask(for: .proposal(digest), &effects)
        case .draft(let view): draft(view, &effects)
        case .arm(let view, let attempt):
            let doublings = UInt64(min(attempt, 16))
            let time = min(timing.viewLimit, timing.view << doublings)
            viewDeadline = (view, now.monotonic + time)
        case .decided(let proposal, let header, let certificate):
            guard let body = bodies[proposal.body] else { return }
            isCommitting = true
            effects.append(.commit(proposal, body, header: header, certificate))
        case .behind:
            behindSince = 0
        case .diverged(let proposal, let header, let certified, _):
            standing = .diverged
            effects.append(
                .alarm(
                    .diverged(height: proposal.height, own: header, certified: certified)))
            behindSince = 0
        }
    }

    // MARK: Signing

    /// Records, signs and sends a ballot, if this node may vote and the guard lets it, and counts
    /// it.
    private mutating func cast(_ ballot: Ballot, _ effects: inout [ParticipantEffect]) {
        if let input = speak(ballot, &effects) { vote(input, &effects) }
    }

    /// Records, signs and sends a ballot, if this node may vote and the guard lets it.
    ///
    /// - Returns: how the own voting hears of it; nil when it was not signed.
    mutating func speak(_ ballot: Ballot, _ effects: inout [ParticipantEffect]) -> VotingInput? {
        guard standing == .voting, replaying == nil, let voter = rules.own,
            voteGuard.permit(ballot, height: rules.height)
        else { return nil }
        effects.append(.record(voteGuard.record, body(of: ballot)))
        switch ballot {
        case .prepare(let view, let proposal):
            let vote = sign(.prepare, view, proposal.digest, voter)
            say(.prepare(vote, proposal), ballot.slot, &effects)
            return .vote(vote)
        case .commit(let view, let header, _, _):
            let vote = sign(.commit, view, header, voter)
            say(.commit(vote), ballot.slot, &effects)
            return .vote(vote)
        case .timeout(let target, let high):
            let mark = high.map(HighMark.init)
            let message = SignedTimeout.message(rules, target: target, high: mark)
            let timeout = SignedTimeout(
                height: rules.height, target: target, high: mark, voter: voter,
                signature: authenticator.sign(message))
            say(.timeout(timeout, high), ballot.slot, &effects)
            return .timeout(timeout, high)
        case .lead(let view, let proposal, let justification):
            let message = LeaderProposal.message(rules, view: view, proposal.digest)
            let lead = LeaderProposal(
                view: view, proposal: proposal, justification: justification, leader: voter,
                signature: authenticator.sign(message))
            say(.lead(lead), ballot.slot, &effects)
            return .lead(lead)
        }
    }

    /// The body that must be durable together with a ballot (R4).
    private func body(of ballot: Ballot) -> BatchBody? {
        switch ballot {
        case .prepare(_, let proposal), .commit(_, _, let proposal, _): bodies[proposal.body]
        case .timeout, .lead: nil
        }
    }

    private func sign(
        _ phase: VotePhase, _ view: UInt64, _ digest: Hash256, _ voter: Int
    ) -> SignedVote {
        let message = rules.vote(phase, view: view, digest: digest).message
        return SignedVote(
            phase: phase, height: rules.height, view: view, digest: digest, voter: voter,
            signature: authenticator.sign(message))
    }

    private mutating func say(
        _ message: FinalityMessage, _ slot: WritableKeyPath<OwnMessages, FinalityMessage?>,
        _ effects: inout [ParticipantEffect]
    ) {
        said[keyPath: slot] = message
        said.rounds = 0
        said.nextResend = now.monotonic + timing.resend
        effects.append(.broadcast(message))
    }

    /// Says the own messages again, ever more seldom, until the height is decided.
    mutating func resend(_ effects: inout [ParticipantEffect]) {
        guard let time = said.nextResend, time <= now.monotonic, !isCommitting else { return }
        said.rounds += 1
        said.nextResend = now.monotonic + timing.resend << UInt64(min(said.rounds, 3))
        for message in said.all { effects.append(.broadcast(message)) }
    }

    // MARK: Judging

    private mutating func judge(
        _ proposal: Proposal, _ isProven: Bool, _ effects: inout [ParticipantEffect]
    ) {
        // A block that a quorum prepared cannot be wrong: one that does not fit here waits for the
        // blocks that this node lacks.
        guard fits(proposal), isProven || isAcceptable(proposal) else {
            if isProven { return }
            return vote(.judged(proposal.digest, isValid: false), &effects)
        }
        if let verdict = verdict(on: proposal, isProven) {
            return vote(.judged(proposal.digest, isValid: verdict), &effects)
        }
        ask(for: .body(proposal.body), judging: proposal, isProven: isProven, &effects)
    }

    /// The block extends this node's tip.
    private func fits(_ proposal: Proposal) -> Bool {
        proposal.height == rules.height && proposal.parent == tip.digest
            && proposal.epoch == rules.epoch && proposal.validators == rules.setDigest
            && proposal.maker < rules.count
    }

    /// What a validator demands of a block that no quorum has prepared (R1).
    func isAcceptable(_ proposal: Proposal) -> Bool {
        let position = proposal.position
        let last = tip.position.last
        let isNext =
            position.first == last + 1
            && (proposal.isFromEngine
                ? position.last == last + 1 && position.stream == tip.position.stream
                : position.last == last && position.stream == tip.position.stream + 1)
        let clock = now.wall.milliseconds
        let time = proposal.time.milliseconds
        return isNext && time <= clock + FinalityLimits.clockLead
            && time + FinalityLimits.clockLag >= clock
    }

    /// Whether the body is as it must be; nil while it is not here or not checked.
    private func verdict(on proposal: Proposal, _ isProven: Bool) -> Bool? {
        guard let body = bodies[proposal.body] else { return nil }
        if isProven { return true }
        guard UInt64(body.transactions.count) == proposal.count else { return false }
        switch bodies.verdict(of: proposal.body) {
        case .valid: return true
        case .invalid: return false
        case .checking, nil: return nil
        }
    }

    /// Judges what waited for a body.
    mutating func judgeAwaited(_ digest: Hash256, _ effects: inout [ParticipantEffect]) {
        let waiting = awaited.filter { $0.item == .body(digest) }
        for item in waiting {
            guard let proposal = item.judging, proposal.height == rules.height,
                let verdict = verdict(on: proposal, item.isProven)
            else { continue }
            awaited.removeAll { $0.item == item.item && $0.judging == item.judging }
            vote(.judged(proposal.digest, isValid: verdict), &effects)
        }
    }

    // MARK: Leading

    /// Makes the block of a view from everything that waits here (R7).
    private mutating func draft(_ view: UInt64, _ effects: inout [ParticipantEffect]) {
        guard let voter = rules.own else { return }
        let transactions = pool.drawAll()
        let body = BatchBody(transactions.map(\.bytes))
        let position = OrderingPosition(
            stream: tip.position.stream + 1, first: tip.position.last + 1,
            last: tip.position.last)
        let proposal = Proposal(
            height: rules.height, parent: tip.digest, epoch: rules.epoch,
            validators: rules.setDigest, position: position,
            time: max(now.wall, tip.time), body: body.digest,
            count: UInt64(transactions.count), maker: voter)
        if keep(body, from: nil, isWanted: true, verdict: .valid), !body.transactions.isEmpty {
            effects.append(.broadcast(.body(body)))
        }
        vote(.drafted(proposal, view: view), &effects)
    }
}

extension Ballot {
    /// Where the signed message of such a ballot is kept.
    var slot: WritableKeyPath<OwnMessages, FinalityMessage?> {
        switch self {
        case .prepare: \.prepare
        case .commit: \.commit
        case .timeout: \.timeout
        case .lead: \.lead
        }
    }
}
