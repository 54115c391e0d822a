import Base
import Cryptography
import Ledger

/// What peers say: authenticated here, field by field, before the voting hears of it.
extension Participant {
    mutating func connected(_ peer: PublicKey, _ effects: inout [ParticipantEffect]) {
        peers.change(peer) {
            $0.isConnected = true
            $0.doubtedUntil = 0
        }
        pool.forgetForwarding()
        nextHeartbeat = now.monotonic
        let before = viewDeadline
        vote(.reconnected, &effects)
        // Waiting becomes shorter, never longer: a peer that comes back all the time must not keep
        // the others in a view.
        if let before, let after = viewDeadline, before.view == after.view {
            viewDeadline = (after.view, min(before.time, after.time))
        }
        for message in said.all { effects.append(.send(message, to: peer)) }
    }

    /// Takes a peer's message; `peer` is nil for one that was kept until its height began.
    mutating func take(
        _ message: FinalityMessage, from peer: PublicKey?, _ effects: inout [ParticipantEffect]
    ) {
        switch message {
        case .prepare(let vote, let proposal):
            guard proposal.digest == vote.digest, vote.phase == .prepare else {
                return offend(peer, .malformed, &effects)
            }
            guard isCurrent(vote.height, vote.voter, message, peer), voting.isNews(vote)
            else { return }
            guard verify(vote) else { return offend(peer, .signature, &effects) }
            self.vote(.known(proposal), &effects)
            self.vote(.vote(vote), &effects)
        case .commit(let vote):
            guard vote.phase == .commit else { return offend(peer, .malformed, &effects) }
            guard isCurrent(vote.height, vote.voter, message, peer), voting.isNews(vote)
            else { return }
            guard verify(vote) else { return offend(peer, .signature, &effects) }
            self.vote(.vote(vote), &effects)
        case .timeout(let timeout, let proof):
            take(timeout, proof, message, from: peer, &effects)
        case .lead(let lead): take(lead, message, from: peer, &effects)
        case .heartbeat(let heartbeat): take(heartbeat, from: peer, &effects)
        case .bodyRequest(let digest):
            guard let peer, let body = bodies[digest] else { return }
            effects.append(.send(.body(body), to: peer))
        case .body(let body): take(body, from: peer, &effects)
        case .blocksRequest(let first, let count):
            guard let peer, first >= 1, first <= tip.height else { return }
            let last = min(FinalityLimits.blockRange, count)
            effects.append(.serve(from: first, count: last, to: peer))
        case .blocks(let blocks): take(blocks, from: peer, &effects)
        case .transactions(let transactions):
            guard pool.count < FinalityLimits.pendingCount else { return }
            effects.append(.admit(transactions))
        case .proposalRequest(let height, let digest):
            guard let peer, height == rules.height,
                let proposal = voting.proposal(digest)
            else { return }
            effects.append(.send(.proposal(proposal), to: peer))
        case .proposal(let proposal):
            let item = Awaited.Item.proposal(proposal.digest)
            guard awaited.contains(where: { $0.item == item }) else { return }
            awaited.removeAll { $0.item == item }
            self.vote(.known(proposal), &effects)
        case .blobRequest, .blob:
            // The vault's own business: the host takes these before they come here.
            break
        }
    }

    private mutating func take(
        _ timeout: SignedTimeout, _ proof: PrepareProof?, _ message: FinalityMessage,
        from peer: PublicKey?, _ effects: inout [ParticipantEffect]
    ) {
        guard timeout.high == proof.map(HighMark.init) else {
            return offend(peer, .malformed, &effects)
        }
        guard isCurrent(timeout.height, timeout.voter, message, peer),
            voting.isNews(timeout)
        else { return }
        guard verify(timeout), proof.map({ $0.proves(.prepare, rules, authenticator) }) ?? true
        else { return offend(peer, .signature, &effects) }
        vote(.timeout(timeout, proof), &effects)
    }

    private mutating func take(
        _ lead: LeaderProposal, _ message: FinalityMessage, from peer: PublicKey?,
        _ effects: inout [ParticipantEffect]
    ) {
        guard isCurrent(lead.proposal.height, lead.leader, message, peer),
            lead.view >= max(voting.view, 1), lead.leader == rules.leader(of: lead.view),
            lead.view > voting.view || voting.accepted == nil
        else { return }
        let signed = LeaderProposal.message(rules, view: lead.view, lead.proposal.digest)
        let key = rules.set.validators[lead.leader].key
        guard authenticator.isValid(lead.signature, by: key, for: signed),
            lead.justification.map({ $0.isValid(for: lead.view, rules, authenticator) })
                ?? (lead.view == rules.firstView)
        else { return offend(peer, .signature, &effects) }
        vote(.lead(lead), &effects)
    }

    // MARK: Checks

    /// Whether a message belongs to the height that is being decided; one of the next height is
    /// kept, and one of a later height says that its sender is ahead.
    private mutating func isCurrent(
        _ height: UInt64, _ voter: Int, _ message: FinalityMessage, _ peer: PublicKey?
    ) -> Bool {
        if height == rules.height {
            return voter < rules.count && !voting.isDecided
        }
        guard height > rules.height, let peer else { return false }
        peers.change(peer) { $0.height = max($0.height, height - 1) }
        if height == rules.height + 1 {
            // The voter is only a claim here: the sender is known.
            let count = early.count { $0.peer == peer }
            if count < FinalityLimits.earlyMessageCount { early.append((message, peer)) }
        }
        return false
    }

    private func verify(_ vote: SignedVote) -> Bool {
        let message = rules.vote(vote.phase, view: vote.view, digest: vote.digest).message
        let key = rules.set.validators[vote.voter].key
        return authenticator.isValid(vote.signature, by: key, for: message)
    }

    private func verify(_ timeout: SignedTimeout) -> Bool {
        let message = SignedTimeout.message(rules, target: timeout.target, high: timeout.high)
        let key = rules.set.validators[timeout.voter].key
        return authenticator.isValid(timeout.signature, by: key, for: message)
    }

    private mutating func offend(
        _ peer: PublicKey?, _ offence: Offence, _ effects: inout [ParticipantEffect]
    ) {
        guard let peer else { return }
        peers.change(peer) { $0.offences += 1 }
        effects.append(.offence(peer, offence))
    }
}

extension HeightVoting {
    /// Whether a vote would be counted: the first of its voter in a view near enough.
    func isNews(_ vote: SignedVote) -> Bool {
        guard let tally = tallies.first(where: { $0.view == vote.view }) else {
            let reach = UInt64(FinalityLimits.keptViews / 2)
            return vote.view <= view + reach && vote.view + reach >= view
        }
        return (vote.phase == .prepare ? tally.prepares : tally.commits)[vote.voter] == nil
    }

    /// Whether a TIMEOUT goes further than what its voter said before.
    func isNews(_ timeout: SignedTimeout) -> Bool {
        timeout.target > timeouts[timeout.voter]?.timeout.target ?? 0
    }

    /// The content of a proposal of this height, if it is known.
    func proposal(_ digest: Hash256) -> Proposal? { proposals[digest]?.proposal }

    /// The newest signatures of a voter for this height.
    func echo(of voter: Int) -> Echo {
        let newest = tallies.sorted { $0.view > $1.view }
        return Echo(
            prepare: newest.lazy.compactMap { $0.prepares[voter] }.first,
            commit: newest.lazy.compactMap { $0.commits[voter] }.first,
            timeout: timeouts[voter]?.timeout)
    }
}
