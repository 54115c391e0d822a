import Base
import Ledger

/// How one height is decided: two-phase voting with views, as a pure state machine.
///
/// The engine's batch is the proposal of view 0; validators lead the views after it. Safety does
/// not depend on the engine, on time or on the order of messages:
/// - one PREPARE in a view, and none in a view that was left by a TIMEOUT (R2, R4);
/// - COMMIT only for a block that a quorum prepared in the same view and that was executed here,
///   after this lock and the body are durable (R3, R4);
/// - commits are counted for each view alone (R4);
/// - a leader shows TIMEOUTs of a quorum and proposes the highest prepared block among them, if
///   there is one (R7). Each quorum of commits shares an honest validator with them.
package struct HeightVoting: Sendable {
    package let rules: HeightRules
    /// The view that this validator is in.
    package internal(set) var view: UInt64
    /// The highest view that it asked to enter by a TIMEOUT; it votes in none below.
    package internal(set) var target: UInt64
    /// The proof of the highest block that was prepared, as far as is known here.
    package internal(set) var lock: PrepareProof?
    /// True when the height is final: nothing is done any more.
    package internal(set) var isDecided = false

    var prepared: (view: UInt64, proposal: Hash256)?
    var committed: (view: UInt64, header: Hash256)?
    var led: (view: UInt64, proposal: Hash256)?
    var candidate: Hash256?
    /// The proposal of the current view.
    var accepted: Hash256?
    /// What let this validator enter the current view.
    var justification: TimeoutProof?
    var drafting: UInt64?
    /// Proposals that peers were asked for.
    var sought: [Hash256] = []
    var tallies: [ViewTally] = []
    var timeouts: [(timeout: SignedTimeout, proof: PrepareProof?)?]
    var proposals = ProposalBook()
    var certified: Certificate?
    /// It was said that a certified block is missing here.
    var isBehind = false
    var hasBegun = false
    var attempt = 0

    /// Begins a height; `record` is what this validator had signed for it before a restart.
    package init(rules: HeightRules, record: VoteRecord? = nil) {
        self.rules = rules
        view = rules.firstView
        target = 0
        timeouts = Array(repeating: nil, count: rules.count)
        guard let record, record.height == rules.height else { return }
        target = record.left?.target ?? 0
        lock = record.lock
        prepared = record.prepared.map { ($0.view, $0.proposal.digest) }
        committed = record.committed.map { ($0.view, $0.header) }
        led = record.led.map { ($0.view, $0.proposal.digest) }
        view = max(view, record.prepared?.view ?? 0, record.committed?.view ?? 0)
        for proposal in [record.prepared?.proposal, record.committed?.proposal] {
            if let proposal { proposals.add(proposal) }
        }
        if let led = record.led { proposals.add(led.proposal) }
    }

    /// Takes one input and returns what is to be done, in order.
    package mutating func receive(_ input: VotingInput) -> [VotingEffect] {
        guard !isDecided else { return [] }
        var effects: [VotingEffect] = []
        take(input, &effects)
        while step(&effects) {}
        return effects
    }

    private mutating func take(_ input: VotingInput, _ effects: inout [VotingEffect]) {
        switch input {
        case .candidate(let proposal):
            proposals.add(proposal)
            proposals.judge(proposal.digest, isValid: true)
            if candidate == nil { candidate = proposal.digest }
            begin(&effects)
        case .known(let proposal): proposals.add(proposal)
        case .vote(let vote): add(vote)
        case .timeout(let timeout, let proof): add(timeout, proof)
        case .lead(let lead): accept(lead, &effects)
        case .judged(let digest, let isValid): proposals.judge(digest, isValid: isValid)
        case .executed(let digest, let header): proposals.executed(digest, header: header)
        case .drafted(let proposal, let view):
            guard view == self.view, drafting == view, mayVote else { return }
            proposals.add(proposal)
            proposals.judge(proposal.digest, isValid: true)
            lead(proposal, &effects)
        case .begin: begin(&effects)
        case .expired(let view):
            guard view == self.view, hasBegun else { return }
            attempt += 1
            leave(for: max(view + 1, target), &effects)
            effects.append(.arm(view: view, attempt: attempt))
        case .engineLost:
            if view == 0, prepared == nil { leave(for: 1, &effects) }
        case .reconnected:
            attempt = 0
            if hasBegun { effects.append(.arm(view: view, attempt: 0)) }
        case .restarted(let record):
            restart(from: record)
            if hasBegun { effects.append(.arm(view: view, attempt: attempt)) }
        }
    }

    /// Forgets what this validator wanted to sign and could not, and what it had executed; what
    /// others said stays.
    private mutating func restart(from record: VoteRecord?) {
        let signed = HeightVoting(rules: rules, record: record)
        target = signed.target
        (prepared, committed, led) = (signed.prepared, signed.committed, signed.led)
        view = max(view, signed.view)
        if let lock = signed.lock { raise(lock) }
        for known in signed.proposals.all { proposals.add(known.proposal) }
        proposals.forgetProgress()
        (drafting, sought, isBehind) = (nil, [], false)
    }

    private mutating func begin(_ effects: inout [VotingEffect]) {
        guard !hasBegun else { return }
        hasBegun = true
        effects.append(.arm(view: view, attempt: attempt))
    }

    // MARK: What others said

    private mutating func add(_ vote: SignedVote) {
        guard vote.height == rules.height, vote.voter < rules.count,
            let index = tallyIndex(vote.view)
        else { return }
        tallies[index].add(vote)
    }

    /// The place of a view's votes; nil for views too far away to be kept.
    private mutating func tallyIndex(_ view: UInt64) -> Int? {
        if let index = tallies.firstIndex(where: { $0.view == view }) { return index }
        let reach = UInt64(FinalityLimits.keptViews / 2)
        guard view <= self.view + reach, view + reach >= self.view else { return nil }
        tallies.removeAll { $0.view + reach < self.view }
        tallies.append(ViewTally(view: view, count: rules.count))
        return tallies.count - 1
    }

    private mutating func add(_ timeout: SignedTimeout, _ proof: PrepareProof?) {
        guard timeout.height == rules.height, timeout.voter < rules.count,
            timeout.target < FinalityLimits.viewCount,
            timeout.high == proof.map(HighMark.init)
        else { return }
        let known = timeouts[timeout.voter]?.timeout.target ?? 0
        if timeout.target > known { timeouts[timeout.voter] = (timeout, proof) }
        if let proof { raise(proof) }
    }

    /// Takes over a proof of a higher view than the lock's.
    mutating func raise(_ proof: PrepareProof) {
        if let lock, lock.view >= proof.view { return }
        lock = proof
    }

    private mutating func accept(_ lead: LeaderProposal, _ effects: inout [VotingEffect]) {
        let digest = lead.proposal.digest
        guard lead.proposal.height == rules.height, lead.view >= max(view, 1),
            lead.leader == rules.leader(of: lead.view)
        else { return }
        if let justification = lead.justification {
            if let high = justification.high, high.header != digest { return }
        } else if lead.view != rules.firstView {
            return
        }
        proposals.add(lead.proposal)
        if let high = lead.justification?.high { raise(high) }
        if lead.view > view { enter(lead.view, lead.justification, &effects) }
        if accepted == nil {
            accepted = digest
            begin(&effects)
        }
    }

    // MARK: Views

    /// Asks to leave the views below `next`: no vote in them from now on.
    mutating func leave(for next: UInt64, _ effects: inout [VotingEffect]) {
        guard rules.own != nil, next > target, next > view, next < FinalityLimits.viewCount
        else { return }
        target = next
        begin(&effects)
        effects.append(.cast(.timeout(target: next, high: lock)))
    }

    mutating func enter(
        _ next: UInt64, _ proof: TimeoutProof?, _ effects: inout [VotingEffect]
    ) {
        view = next
        accepted = nil
        drafting = nil
        justification = proof
        hasBegun = true
        effects.append(.arm(view: next, attempt: attempt))
    }

    /// True while this validator may vote in its current view.
    var mayVote: Bool { rules.own != nil && target <= view }
}
