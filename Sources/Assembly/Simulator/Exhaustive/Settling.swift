import Finality
import Ledger

/// The end of all faults: from a state on, every message arrives, clocks run out when nothing else
/// happens, the Byzantine validator and the engine are silent.
///
/// What was sent before counts as lost: only what a node says again by itself, the newest ballots
/// of its record, is there. Somebody must decide then; the others get the block from it.
struct Settling {
    private let world: SmallWorld
    private var validators: [HonestValidator]
    /// Views beyond the scope that may pass before nobody having decided counts as stuck: two
    /// rounds of leaders.
    private static let rounds = 12

    init(world: SmallWorld, validators: [HonestValidator]) {
        (self.world, self.validators) = (world, validators)
    }

    /// Whether an honest validator decides.
    mutating func decides() -> Bool {
        for _ in 0..<Self.rounds {
            if isDecided { return true }
            deliver(
                validators.map {
                    $0.voteGuard.record.height == $0.voting.rules.height
                        ? $0.voteGuard.record.ballots : []
                })
            if isDecided { return true }
            expire()
        }
        return isDecided
    }

    private var isDecided: Bool { validators.contains { $0.decided != nil } }

    /// Delivers ballots to all others, then what they cast upon them, until nothing is left.
    private mutating func deliver(_ first: [[Ballot]]) {
        var waiting = first
        while waiting.contains(where: { !$0.isEmpty }) {
            var next: [[Ballot]] = Array(repeating: [], count: validators.count)
            for (sender, ballots) in waiting.enumerated() {
                for ballot in ballots {
                    for receiver in validators.indices where receiver != sender {
                        next[receiver] += hear(ballot, of: sender, receiver)
                    }
                }
            }
            for index in validators.indices { next[index] += finishExecutions(index) }
            waiting = next
        }
    }

    private mutating func hear(_ ballot: Ballot, of sender: Int, _ receiver: Int) -> [Ballot] {
        let arena = world.arenas[validators[sender].arena]
        guard validators[receiver].arena == validators[sender].arena else { return [] }
        return feed(receiver, arena.inputs(for: ballot, of: sender))
    }

    private mutating func finishExecutions(_ index: Int) -> [Ballot] {
        let arena = world.arenas[validators[index].arena]
        var ballots: [Ballot] = []
        for number in 0..<Arena.proposalCount
        where validators[index].running >> UInt8(number) & 1 == 1 {
            validators[index].running &= ~(1 << UInt8(number))
            let digest = arena.proposals[number].digest
            ballots += feed(index, [.executed(digest, header: arena.headers[number])])
        }
        return ballots
    }

    private mutating func expire() {
        var ballots: [[Ballot]] = []
        for index in validators.indices {
            let view = validators[index].voting.view
            ballots.append(feed(index, [.begin, .expired(view: view)]))
        }
        deliver(ballots)
    }

    private mutating func feed(_ index: Int, _ inputs: [VotingInput]) -> [Ballot] {
        let arena = world.arenas[validators[index].arena]
        var performer = Performer(world: world, arena: arena, stop: 0)
        validators[index].ballots = []
        for input in inputs { performer.feed(input, &validators[index]) }
        return validators[index].ballots
    }
}

extension Arena {
    /// A ballot as its receivers hear it.
    func inputs(for ballot: Ballot, of sender: Int) -> [VotingInput] {
        switch ballot {
        case .prepare(let view, let proposal):
            let number = number(ofProposal: proposal.digest)
            return [
                .known(proposal), .vote(vote(.prepare, Int(view), number, by: sender)),
            ]
        case .commit(let view, let header, _, _):
            return [.vote(vote(.commit, Int(view), number(ofHeader: header), by: sender))]
        case .timeout(let target, let high):
            return [
                .timeout(
                    SignedTimeout(
                        height: height, target: target, high: high.map(HighMark.init),
                        voter: sender, signature: []), high)
            ]
        case .lead(let view, let proposal, let justification):
            return [
                .lead(
                    LeaderProposal(
                        view: view, proposal: proposal, justification: justification,
                        leader: sender, signature: []))
            ]
        }
    }
}
