import Base
import Ledger

/// The rules that fire when their conditions hold, whatever input made them hold.
extension HeightVoting {
    /// Fires the first rule that can; false when none can.
    mutating func step(_ effects: inout [VotingEffect]) -> Bool {
        finish(&effects) || lockIn() || follow(&effects) || join(&effects)
            || enterByQuorum(&effects) || abandonSplit(&effects) || leadView(&effects)
            || judgeAccepted(&effects) || prepare(&effects) || executeLocked(&effects)
            || commit(&effects)
    }

    // MARK: Final

    /// A quorum of commits in one view is final, whichever view this validator is in.
    private mutating func finish(_ effects: inout [VotingEffect]) -> Bool {
        guard !isDecided else { return false }
        if certified == nil {
            certified = tallies.lazy.compactMap { [rules] in $0.quorum(.commit, rules) }.first
        }
        guard let certified else { return false }
        if let proposal = proposals.first(withHeader: certified.header) {
            isDecided = true
            effects.append(.decided(proposal, header: certified.header, certified))
            return true
        }
        let tally = tallies.first { $0.view == certified.view }
        let lock = lock.flatMap { $0.view == certified.view ? $0.header : nil }
        let digest = tally?.quorum(.prepare, rules)?.header ?? lock
        guard let digest, let known = proposals[digest] else {
            // Peers may need this validator's votes to come to a certificate themselves, and it
            // may yet hear which block this one is about: it goes on.
            if !isBehind {
                isBehind = true
                effects.append(.behind(header: certified.header, certified))
            }
            return digest.map { seek($0, &effects) } ?? false
        }
        if let own = known.header {
            isDecided = true
            effects.append(
                .diverged(
                    known.proposal, own: own, certified: certified.header, certified))
            return true
        }
        return ready(digest, &effects)
    }

    /// A quorum prepared a block in a view above the lock's: it is the lock now.
    private mutating func lockIn() -> Bool {
        for tally in tallies where lock == nil || tally.view > lock?.view ?? 0 {
            if let proof = tally.quorum(.prepare, rules) {
                raise(proof)
                return true
            }
        }
        return false
    }

    // MARK: Leaving and entering views

    /// A quorum voted in a later view: that is where the others are.
    ///
    /// Without its leader's proposal this validator only commits there.
    private mutating func follow(_ effects: inout [VotingEffect]) -> Bool {
        guard let lock, lock.view > view else { return false }
        enter(lock.view, nil, &effects)
        return true
    }

    /// More than a third wants to be further: at least one of them is honest.
    private mutating func join(_ effects: inout [VotingEffect]) -> Bool {
        let next = highestTarget { [rules] in rules.hasHonest($0) }
        guard let next, rules.own != nil, next > max(view, target) else { return false }
        leave(for: next, &effects)
        return true
    }

    /// A quorum wants to be further: that is the right to enter.
    private mutating func enterByQuorum(_ effects: inout [VotingEffect]) -> Bool {
        guard let next = highestTarget({ [rules] in rules.isQuorum($0) }), next > view else {
            return false
        }
        let leaving = timeouts.compactMap { item in
            item.flatMap { $0.timeout.target >= next ? $0 : nil }
        }.filter { ($0.timeout.high?.view ?? 0) < next }
        let weight = leaving.reduce(0) { $0 + rules.weight($1.timeout.voter) }
        guard rules.isQuorum(weight) else { return false }
        let high = leaving.compactMap(\.proof).max { $0.view < $1.view }
        enter(next, TimeoutProof(timeouts: leaving.map(\.timeout), high: high), &effects)
        return true
    }

    /// The highest view that validators of enough weight want to enter.
    private func highestTarget(_ isEnough: (UInt64) -> Bool) -> UInt64? {
        let sorted = timeouts.compactMap { $0?.timeout }.sorted { $0.target > $1.target }
        var weight: UInt64 = 0
        for timeout in sorted {
            weight += rules.weight(timeout.voter)
            if isEnough(weight) { return timeout.target }
        }
        return nil
    }

    /// An engine that told validators different things cannot get its view through.
    private mutating func abandonSplit(_ effects: inout [VotingEffect]) -> Bool {
        guard mayVote, view == 0, target == 0,
            tallies.first(where: { $0.view == 0 })?.isSplit(rules) ?? false
        else { return false }
        leave(for: 1, &effects)
        return true
    }

    // MARK: Leading

    private mutating func leadView(_ effects: inout [VotingEffect]) -> Bool {
        guard mayVote, view >= 1, rules.own == rules.leader(of: view), accepted == nil,
            drafting != view, justification != nil || view == rules.firstView, hasBegun
        else { return false }
        if let led, led.view == view {
            // Signed before a restart; what was heard since may demand another block, for which
            // this validator may not sign any more.
            if let high = justification?.high, high.header != led.proposal { return false }
            guard let known = proposals[led.proposal] else { return false }
            return lead(known.proposal, &effects)
        }
        if let high = justification?.high {
            guard let known = proposals[high.header] else { return seek(high.header, &effects) }
            return lead(known.proposal, &effects)
        }
        if let best = mostPrepared() { return lead(best, &effects) }
        drafting = view
        effects.append(.draft(view: view))
        return true
    }

    @discardableResult
    mutating func lead(_ proposal: Proposal, _ effects: inout [VotingEffect]) -> Bool {
        drafting = view
        led = (view, proposal.digest)
        effects.append(.cast(.lead(view: view, proposal, justification)))
        return true
    }

    /// The valid proposal with the most weight in any view, the lowest digest among equals.
    private func mostPrepared() -> Proposal? {
        var best: (weight: UInt64, proposal: Proposal)?
        for known in proposals.all where known.verdict == .valid {
            let digest = known.proposal.digest
            let weight = tallies.reduce(0) { max($0, $1.prepareWeight(digest, rules)) }
            guard let current = best else {
                best = (weight, known.proposal)
                continue
            }
            if weight > current.weight
                || (weight == current.weight && digest < current.proposal.digest)
            {
                best = (weight, known.proposal)
            }
        }
        return best?.proposal
    }

    private mutating func seek(_ digest: Hash256, _ effects: inout [VotingEffect]) -> Bool {
        guard !sought.contains(digest), sought.count < FinalityLimits.keptProposals else {
            return false
        }
        sought.append(digest)
        effects.append(.seek(digest))
        return true
    }

    // MARK: Voting

    private var viewProposal: Hash256? { view == 0 ? candidate : accepted }

    private mutating func judgeAccepted(_ effects: inout [VotingEffect]) -> Bool {
        guard let digest = viewProposal, let known = proposals[digest] else { return false }
        switch known.verdict {
        case .unknown:
            effects.append(.judge(known.proposal, proven: isProven(digest)))
            proposals.ask(digest)
            return true
        case .invalid where isProven(digest):
            // It was too early or too late for this clock; a quorum found it right.
            effects.append(.judge(known.proposal, proven: true))
            proposals.ask(digest)
            return true
        case .invalid:
            guard mayVote, target <= view else { return false }
            leave(for: view + 1, &effects)
            return target > view
        case .asked, .valid:
            return false
        }
    }

    private func isProven(_ digest: Hash256) -> Bool {
        justification?.high?.header == digest || lock?.header == digest
    }

    private mutating func prepare(_ effects: inout [VotingEffect]) -> Bool {
        guard mayVote, let digest = viewProposal, let known = proposals[digest],
            known.verdict == .valid
        else { return false }
        if let prepared {
            guard prepared.view < view else { return false }
        }
        prepared = (view, digest)
        effects.append(.cast(.prepare(view: view, known.proposal)))
        if known.execution == .none {
            proposals.startExecution(digest)
            effects.append(.execute(known.proposal))
        }
        return true
    }

    /// A prepared block must be executed before it can be committed to.
    private mutating func executeLocked(_ effects: inout [VotingEffect]) -> Bool {
        guard let lock, lock.view == view else { return false }
        guard proposals[lock.header] != nil else { return seek(lock.header, &effects) }
        return ready(lock.header, &effects)
    }

    /// Works towards the header of a proven block; false when there is nothing to begin.
    private mutating func ready(_ digest: Hash256, _ effects: inout [VotingEffect]) -> Bool {
        guard let known = proposals[digest], known.header == nil else { return false }
        switch known.verdict {
        case .unknown, .invalid:
            effects.append(.judge(known.proposal, proven: true))
            proposals.ask(digest)
            return true
        case .asked: return false
        case .valid:
            guard known.execution == .none else { return false }
            proposals.startExecution(digest)
            effects.append(.execute(known.proposal))
            return true
        }
    }

    private mutating func commit(_ effects: inout [VotingEffect]) -> Bool {
        guard mayVote, let lock, lock.view == view, let known = proposals[lock.header],
            let header = known.header
        else { return false }
        if let committed {
            guard committed.view < view else { return false }
        }
        committed = (view, header)
        effects.append(.cast(.commit(view: view, header: header, known.proposal, lock: lock)))
        return true
    }
}
