package import Base
package import Ledger

/// What a height's voting is told; everything from others has been authenticated before.
package enum VotingInput: Sendable {
    /// The engine's batch for view 0, checked and with its body at hand.
    case candidate(Proposal)
    /// The content of a proposal that somebody voted for; it claims nothing.
    case known(Proposal)
    /// A vote with a right signature; also this validator's own.
    case vote(SignedVote)
    /// A TIMEOUT with a right signature and the proof of its mark; also this validator's own.
    case timeout(SignedTimeout, PrepareProof?)
    /// A leader's proposal with right signatures and justification; also this validator's own.
    case lead(LeaderProposal)
    /// The verdict that ``VotingEffect/judge(_:proven:)`` asked for.
    case judged(Hash256, isValid: Bool)
    /// The header that ``VotingEffect/execute(_:)`` came to.
    case executed(Hash256, header: Hash256)
    /// The block that ``VotingEffect/draft(view:)`` asked for.
    case drafted(Proposal, view: UInt64)
    /// There is work: the first view's time begins.
    case begin
    /// The time of a view is over.
    case expired(view: UInt64)
    /// The engine cannot serve view 0: no need to wait for it.
    case engineLost
    /// Peers came back: waiting times begin small again.
    case reconnected
    /// Votes that were cast may not have been signed, and no execution is at hand any more: the
    /// record says what was signed.
    case restarted(VoteRecord?)
}

/// What a validator is about to sign: to be recorded durably before.
package enum Ballot: Hashable, Sendable {
    case prepare(view: UInt64, Proposal)
    case commit(view: UInt64, header: Hash256, Proposal, lock: PrepareProof)
    case timeout(target: UInt64, high: PrepareProof?)
    case lead(view: UInt64, Proposal, TimeoutProof?)
}

/// What a height's voting wants done, in this order.
package enum VotingEffect: Hashable, Sendable {
    /// Record, sign, send to all, and feed back: each step only when the one before succeeded.
    case cast(Ballot)
    /// Get the body and check it; a `proven` block was prepared by a quorum, so that only its
    /// body's presence counts.
    case judge(Proposal, proven: Bool)
    /// Run the transactions in an overlay and report the header's digest.
    case execute(Proposal)
    /// Ask peers for the content of a proposal of which only the digest is known.
    case seek(Hash256)
    /// Make a block from the transactions at hand: this validator leads the view.
    case draft(view: UInt64)
    /// Wait for a view to end; the attempt says how often waiting was in vain.
    case arm(view: UInt64, attempt: Int)
    /// The block is final.
    case decided(Proposal, header: Hash256, Certificate)
    /// A quorum certified a header that this node cannot make: get the block from a peer.
    case behind(header: Hash256, Certificate)
    /// A quorum certified another header for a block that this node has executed.
    case diverged(Proposal, own: Hash256, certified: Hash256, Certificate)
}

/// The votes of one view.
struct ViewTally: Sendable {
    let view: UInt64
    private(set) var prepares: [SignedVote?]
    private(set) var commits: [SignedVote?]

    init(view: UInt64, count: Int) {
        self.view = view
        prepares = Array(repeating: nil, count: count)
        commits = prepares
    }

    /// Keeps the first vote of each voter and phase; a second one changes nothing.
    mutating func add(_ vote: SignedVote) {
        switch vote.phase {
        case .prepare: prepares[vote.voter] = prepares[vote.voter] ?? vote
        case .commit: commits[vote.voter] = commits[vote.voter] ?? vote
        }
    }

    /// The digest that a quorum voted for in a phase, as a certificate.
    func quorum(_ phase: VotePhase, _ rules: HeightRules) -> Certificate? {
        let votes = phase == .prepare ? prepares : commits
        for candidate in votes {
            guard let digest = candidate?.digest else { continue }
            guard rules.isQuorum(weight(of: digest, in: votes, rules)) else { continue }
            let signatures = votes.compactMap { vote in
                vote?.digest == digest ? vote.map { (index: $0.voter, bytes: $0.signature) } : nil
            }
            return Certificate(
                header: digest, view: view, signatures: signatures, of: rules.count)
        }
        return nil
    }

    /// The weight that prepared a proposal.
    func prepareWeight(_ digest: Hash256, _ rules: HeightRules) -> UInt64 {
        weight(of: digest, in: prepares, rules)
    }

    /// True when no proposal can be prepared in this view any more, whatever is still to come.
    func isSplit(_ rules: HeightRules) -> Bool {
        let heard = prepares.reduce(0) { $0 + ($1.map { rules.weight($0.voter) } ?? 0) }
        guard heard > 0 else { return false }
        return prepares.allSatisfy { vote in
            guard let digest = vote?.digest else { return true }
            let weight = weight(of: digest, in: prepares, rules)
            return !rules.mayReachQuorum(weight, unheard: rules.totalWeight - heard)
        }
    }

    private func weight(
        of digest: Hash256, in votes: [SignedVote?], _ rules: HeightRules
    ) -> UInt64 {
        var sum: UInt64 = 0
        for vote in votes {
            if let vote, vote.digest == digest { sum += rules.weight(vote.voter) }
        }
        return sum
    }
}
