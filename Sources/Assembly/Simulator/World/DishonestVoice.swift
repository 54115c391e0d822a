import Base
import Finality
import Ledger

/// The mouth of a dishonest validator: honest code thinks, and this decides what is said, and to
/// whom.
struct DishonestVoice {
    let rules: HeightRules
    let authenticator: SimulatedAuthenticator
    let voter: Int

    func vote(_ phase: VotePhase, _ view: UInt64, _ digest: Hash256) -> SignedVote {
        let message = rules.vote(phase, view: view, digest: digest).message
        return SignedVote(
            phase: phase, height: rules.height, view: view, digest: digest, voter: voter,
            signature: authenticator.sign(message))
    }

    func timeout(_ target: UInt64, _ high: PrepareProof?) -> FinalityMessage {
        let mark = high.map(HighMark.init)
        let message = SignedTimeout.message(rules, target: target, high: mark)
        return .timeout(
            SignedTimeout(
                height: rules.height, target: target, high: mark, voter: voter,
                signature: authenticator.sign(message)),
            high)
    }

    func lead(
        _ view: UInt64, _ proposal: Proposal, _ justification: TimeoutProof?
    ) -> FinalityMessage {
        let message = LeaderProposal.message(rules, view: view, proposal.digest)
        return .lead(
            LeaderProposal(
                view: view, proposal: proposal, justification: justification, leader: voter,
                signature: authenticator.sign(message)))
    }

    /// TIMEOUTs of a quorum that give a leader as free a hand as possible; nil when too few are
    /// known.
    func justification(
        for view: UInt64, from known: [(timeout: SignedTimeout, proof: PrepareProof?)]
    ) -> TimeoutProof? {
        var best: [Int: (timeout: SignedTimeout, proof: PrepareProof?)] = [:]
        for item in known where item.timeout.target >= view {
            if let high = item.timeout.high, high.view >= view { continue }
            let before = best[item.timeout.voter]
            let isFreer = before?.timeout.high.map { high in
                item.timeout.high.map { $0.view < high.view } ?? true
            }
            if isFreer ?? (before == nil) { best[item.timeout.voter] = item }
        }
        var chosen: [(timeout: SignedTimeout, proof: PrepareProof?)] = []
        var weight: UInt64 = 0
        let order = best.values.sorted { left, right in
            let (first, second) = (left.timeout.high?.view, right.timeout.high?.view)
            if first != second { return first.map { $0 < second ?? 0 } ?? true }
            return left.timeout.voter < right.timeout.voter
        }
        for item in order where !rules.isQuorum(weight) {
            chosen.append(item)
            weight += rules.weight(item.timeout.voter)
        }
        guard rules.isQuorum(weight) else { return nil }
        chosen.sort { $0.timeout.voter < $1.timeout.voter }
        let high = chosen.compactMap(\.proof).max { $0.view < $1.view }
        return TimeoutProof(timeouts: chosen.map(\.timeout), high: high)
    }

    /// Another block in the place of one.
    func variant(of proposal: Proposal, emptied: Bool) -> Proposal {
        Proposal(
            height: proposal.height, parent: proposal.parent, epoch: proposal.epoch,
            validators: proposal.validators, position: proposal.position,
            time: Timestamp(milliseconds: proposal.time.milliseconds + 1),
            body: emptied ? BatchBody.empty.digest : proposal.body,
            count: emptied ? 0 : proposal.count, maker: proposal.maker)
    }
}
