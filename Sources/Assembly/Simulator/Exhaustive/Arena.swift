import Base
import Cryptography
import Finality
import Ledger

/// One height of the small world: its rules, its proposals and every message that can exist.
///
/// Validators 0 to 2 are honest, 3 is Byzantine; each has weight 1. Proposals 0 and 1 are the two
/// batches of an engine that equivocates; 2 to 5 are what each validator makes when it leads.
struct Arena {
    static let count = 4
    static let honest = 3
    static let byzantine = 3
    static let quorum = 3
    static let proposalCount = 6

    let number: Int
    let height: UInt64
    let firstView: Int
    let lastView: Int
    let rules: [HeightRules]
    let proposals: [Proposal]
    /// What executing each proposal gives.
    let headers: [Hash256]
    let authenticators: [StandInAuthenticator]
    /// Leaders by view.
    let leaders: [Int]
    private let proposalNumbers: [Hash256: Int]
    private let headerNumbers: [Hash256: Int]

    init(
        number: Int, height: UInt64, parent: Hash256, chain: Hash256, firstView: Int, views: Int
    ) {
        let set = Self.set
        (self.number, self.height, self.firstView) = (number, height, firstView)
        lastView = firstView + views - 1
        rules = set.validators.map {
            HeightRules(
                chain: chain, height: height, epoch: 0, set: set, own: $0.key,
                firstView: UInt64(firstView))
        }
        authenticators = set.validators.map { StandInAuthenticator(key: $0.key) }
        proposals = (0..<Self.proposalCount).map { index in
            Proposal(
                height: height, parent: parent, epoch: 0, validators: set.digest,
                position: OrderingPosition(
                    stream: index < 2 ? 0 : 1, first: height,
                    last: index < 2 ? height : height - 1),
                time: Timestamp(milliseconds: height), body: Self.name("body", index),
                count: 1, maker: max(0, index - 2))
        }
        headers = proposals.map {
            HashSuite.sha256.hash(Array("header".utf8) + $0.digest.bytes)
        }
        proposalNumbers = Self.numbers(proposals.map(\.digest))
        headerNumbers = Self.numbers(headers)
        let first = rules[0]
        leaders = (0...lastView + 16).map { first.leader(of: UInt64($0)) }
    }

    private static func numbers(_ digests: [Hash256]) -> [Hash256: Int] {
        Dictionary(digests.enumerated().map { ($1, $0) }) { first, _ in first }
    }

    static func name(_ label: String, _ index: Int) -> Hash256 {
        HashSuite.sha256.hash(Array("\(label) \(index)".utf8))
    }

    private static let set: ValidatorSet = {
        let validators = (0..<count).compactMap { index -> Validator? in
            guard
                let key = try? PublicKey(
                    suite: .ed25519, bytes: [UInt8](repeating: UInt8(index + 1), count: 32))
            else { return nil }
            let words = (UInt64(index + 1), UInt64(0), UInt64(0), UInt64(0))
            return Validator(account: AccountID(Hash256(words: words)), key: key, weight: 1)
        }
        guard let set = ValidatorSet(validators) else {
            preconditionFailure("four different validators make a set")
        }
        return set
    }()

    /// A chain on which the Byzantine validator has this role at the first two heights.
    static func chain(_ role: ByzantineRole) -> Hash256 {
        let wanted: Set<Int> =
            switch role {
            case .leadsFirst: [3]
            case .leadsSecond: [2]
            case .follows: [0]
            }
        for index in 0... {
            let chain = name("chain", index)
            let leaders = (1...2).map { height in
                HeightRules(
                    chain: chain, height: UInt64(height), epoch: 0, set: set, own: nil, firstView: 0
                ).leader(of: 1)
            }
            if leaders.allSatisfy(wanted.contains) { return chain }
        }
        preconditionFailure("an endless search does not end")
    }

    func number(ofProposal digest: Hash256) -> Int { proposalNumbers[digest] ?? 0 }

    func number(ofHeader digest: Hash256) -> Int { headerNumbers[digest] ?? 0 }

    func mark(_ proof: PrepareProof?) -> Mark {
        proof.map { Mark(view: Int($0.view), proposal: number(ofProposal: $0.header)) } ?? .none
    }

    // MARK: Messages

    func vote(_ phase: VotePhase, _ view: Int, _ proposal: Int, by voter: Int) -> SignedVote {
        let digest = phase == .prepare ? proposals[proposal].digest : headers[proposal]
        let message = rules[voter].vote(phase, view: UInt64(view), digest: digest).message
        return SignedVote(
            phase: phase, height: height, view: UInt64(view), digest: digest, voter: voter,
            signature: authenticators[voter].sign(message))
    }

    /// A proof as whoever saw enough PREPAREs could make it; who signed it makes no difference.
    func proof(_ mark: Mark) -> PrepareProof? {
        guard !mark.isNone else { return nil }
        let signatures = (1..<Self.count).map {
            (index: $0, bytes: vote(.prepare, mark.view, mark.proposal, by: $0).signature)
        }
        return PrepareProof(
            header: proposals[mark.proposal].digest, view: UInt64(mark.view),
            signatures: signatures, of: Self.count)
    }

    func timeout(_ name: TimeoutName) -> (SignedTimeout, PrepareProof?) {
        let proof = proof(name.mark)
        let high = proof.map(HighMark.init)
        let message = SignedTimeout.message(
            rules[name.voter], target: UInt64(name.target), high: high)
        let timeout = SignedTimeout(
            height: height, target: UInt64(name.target), high: high, voter: name.voter,
            signature: authenticators[name.voter].sign(message))
        return (timeout, proof)
    }

    /// A leader's message; of its justification, which receivers have checked before the voting
    /// hears of it, only the mark matters.
    func lead(_ view: Int, _ proposal: Int, _ mark: Mark) -> LeaderProposal {
        let justification =
            view == firstView ? nil : TimeoutProof(timeouts: [], high: proof(mark))
        return LeaderProposal(
            view: UInt64(view), proposal: proposals[proposal], justification: justification,
            leader: leaders[view], signature: [])
    }
}
