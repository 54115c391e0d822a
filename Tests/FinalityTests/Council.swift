import Base
import Cryptography
import Finality
import Ledger
import Testing

/// Validators with real keys of all suites, and the messages that they can make at one height.
struct Council {
    let rules: [HeightRules]
    let authenticators: [KeyAuthenticator]

    init(weights: [UInt64] = [1, 1, 1, 1], height: UInt64 = 1, firstView: UInt64 = 0) throws {
        let suites: [SignatureSuite] = [.ed25519, .p256, .sm2]
        let random = SeededRandom(seed: 7)
        var pairs: [(validator: Validator, key: SigningKey)] = []
        for (index, weight) in weights.enumerated() {
            let key = try SigningKey(suite: suites[index % suites.count], random: random)
            let account = AccountID(Hash256(words: (UInt64(index + 1), 0, 0, 0)))
            pairs.append(
                (Validator(account: account, key: key.publicKey, weight: weight), key))
        }
        let set = try #require(ValidatorSet(pairs.map(\.validator)))
        rules = pairs.map {
            HeightRules(
                chain: .zero, height: height, epoch: 0, set: set, own: $0.validator.key,
                firstView: firstView)
        }
        authenticators = pairs.map { KeyAuthenticator(key: $0.key) }
    }

    func proposal(_ name: UInt64, isFromEngine: Bool = true) -> Proposal {
        let height = rules[0].height
        return Proposal(
            height: height, parent: .zero, epoch: 0, validators: rules[0].setDigest,
            position: OrderingPosition(stream: 0, first: 1, last: isFromEngine ? 1 : 0),
            time: Timestamp(milliseconds: 1), body: Hash256(words: (name, 1, 2, 3)), count: 1,
            maker: 0)
    }

    func header(_ proposal: Proposal) -> Hash256 {
        HashSuite.sha256.hash(proposal.digest.bytes)
    }

    func vote(
        _ phase: VotePhase, _ view: UInt64, _ digest: Hash256, by voter: Int
    ) -> SignedVote {
        let message = rules[voter].vote(phase, view: view, digest: digest).message
        return SignedVote(
            phase: phase, height: rules[voter].height, view: view, digest: digest, voter: voter,
            signature: authenticators[voter].sign(message))
    }

    func proof(
        _ view: UInt64, _ proposal: Proposal, by voters: [Int], _ phase: VotePhase = .prepare
    ) -> PrepareProof {
        PrepareProof(
            header: proposal.digest, view: view,
            signatures: voters.map {
                (index: $0, bytes: vote(phase, view, proposal.digest, by: $0).signature)
            }, of: rules.count)
    }

    func timeout(_ target: UInt64, _ high: PrepareProof? = nil, by voter: Int) -> SignedTimeout {
        let mark = high.map(HighMark.init)
        let message = SignedTimeout.message(rules[voter], target: target, high: mark)
        return SignedTimeout(
            height: rules[voter].height, target: target, high: mark, voter: voter,
            signature: authenticators[voter].sign(message))
    }

    func lead(
        _ view: UInt64, _ proposal: Proposal, _ justification: TimeoutProof?
    ) -> LeaderProposal {
        LeaderProposal(
            view: view, proposal: proposal, justification: justification,
            leader: rules[0].leader(of: view), signature: [])
    }

    /// A justification without any mark.
    func free(_ view: UInt64) -> TimeoutProof {
        TimeoutProof(timeouts: (0..<3).map { timeout(view, by: $0) }, high: nil)
    }
}

/// One validator's machine, with a node around it that answers at once.
struct Seat {
    let council: Council
    let index: Int
    var voting: HeightVoting
    var voteGuard: VoteGuard
    /// The verdict on proposals that no quorum prepared.
    var finds: (Proposal) -> Bool = { _ in true }
    private(set) var ballots: [Ballot] = []
    private(set) var effects: [VotingEffect] = []
    private(set) var refused: [Ballot] = []

    init(_ council: Council, _ index: Int, record: VoteRecord? = nil) {
        (self.council, self.index) = (council, index)
        let rules = council.rules[index]
        voteGuard = VoteGuard(record: record ?? VoteRecord(height: rules.height))
        voting = HeightVoting(rules: rules, record: record)
    }

    mutating func hear(_ inputs: VotingInput...) {
        for input in inputs {
            for effect in voting.receive(input) { perform(effect) }
        }
    }

    private mutating func perform(_ effect: VotingEffect) {
        effects.append(effect)
        switch effect {
        case .cast(let ballot): cast(ballot)
        case .judge(let proposal, let isProven):
            hear(.judged(proposal.digest, isValid: isProven || finds(proposal)))
        case .execute(let proposal):
            hear(.executed(proposal.digest, header: council.header(proposal)))
        default: break
        }
    }

    private mutating func cast(_ ballot: Ballot) {
        guard voteGuard.permit(ballot, height: council.rules[index].height) else {
            refused.append(ballot)
            return
        }
        ballots.append(ballot)
        for input in council.inputs(ballot, by: index) { hear(input) }
    }

    var decided: Hash256? {
        effects.lazy.compactMap { if case .decided(_, let header, _) = $0 { header } else { nil } }
            .first
    }
}

extension Council {
    /// A ballot as it is heard.
    func inputs(_ ballot: Ballot, by voter: Int) -> [VotingInput] {
        switch ballot {
        case .prepare(let view, let proposal):
            [.known(proposal), .vote(vote(.prepare, view, proposal.digest, by: voter))]
        case .commit(let view, let header, _, _):
            [.vote(vote(.commit, view, header, by: voter))]
        case .timeout(let target, let high):
            [.timeout(timeout(target, high, by: voter), high)]
        case .lead(let view, let proposal, let justification):
            [.lead(lead(view, proposal, justification))]
        }
    }

    /// Delivers everything that was cast to everybody who is not cut off, until all is quiet.
    func deliver(_ seats: inout [Seat], except silent: Set<Int> = []) {
        var told = seats.map { _ in 0 }
        var isQuiet = false
        while !isQuiet {
            isQuiet = true
            for sender in seats.indices where !silent.contains(sender) {
                while told[sender] < seats[sender].ballots.count {
                    isQuiet = false
                    let ballot = seats[sender].ballots[told[sender]]
                    told[sender] += 1
                    for receiver in seats.indices
                    where receiver != sender && !silent.contains(receiver) {
                        for input in inputs(ballot, by: sender) { seats[receiver].hear(input) }
                    }
                }
            }
        }
    }
}
