import Base
import Cryptography
import Encoding
import Finality
import Ledger

extension FuzzTarget {
    /// A message of validators that decodes has no second encoding.
    static let finality = FuzzTarget(name: "finality", seeds: FinalitySample.messages) { bytes in
        guard let message = try? FinalityMessage(decoding: bytes) else { return false }
        precondition(message.encoded == bytes)
        return true
    }

    /// An engine's record that decodes has no second encoding.
    static let batch = FuzzTarget(name: "batch", seeds: [FinalitySample.batch.encoded]) { bytes in
        guard let batch = try? SignedBatch(decoding: bytes) else { return false }
        precondition(batch.encoded == bytes)
        return true
    }

    /// A vote record that decodes has no second encoding, and its ballots may be signed again.
    static let votes = FuzzTarget(name: "votes", seeds: [FinalitySample.record]) { bytes in
        guard let record = try? VoteRecord(decoding: bytes) else { return false }
        precondition(record.encoded == bytes)
        var voteGuard = VoteGuard(record: record)
        for ballot in record.ballots { _ = voteGuard.permit(ballot, height: record.height) }
        return true
    }

    /// A validator that hears anything from a peer, message after message, keeps within its bounds
    /// and signs no two votes for one place.
    ///
    /// Input: a sequence of byte strings, each with two bytes of length before it.
    static let participant = FuzzTarget(
        name: "participant", seeds: [FinalitySample.conversation]
    ) { bytes in
        guard var listener = FinalitySample.listener else { return false }
        var rest = bytes[...]
        var time: UInt64 = 10
        var heard = false
        while rest.count >= 2 {
            let count = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
            let message = Array(rest.dropFirst(2).prefix(count))
            rest = rest.dropFirst(2 + count)
            time += 250
            guard let decoded = try? FinalityMessage(decoding: message) else { continue }
            heard = true
            let moment = Moment(
                monotonic: time, wall: Timestamp(milliseconds: 1_700_000_000_000 + time))
            let effects = listener.receive(
                .message(decoded, from: FinalitySample.keys[1].publicKey), at: moment)
            precondition(effects.count < 100_000)
            precondition(listener.tip.height == 0, "nothing becomes final by a peer's word alone")
        }
        return heard
    }
}

/// Four validators and what they say about the first height.
enum FinalitySample {
    static let keys: [SigningKey] = (1...4).compactMap {
        try? SigningKey(suite: .ed25519, random: SeededRandom(seed: UInt64($0)))
    }

    private static let chain = HashSuite.sha256.hash([1])

    static let set: ValidatorSet? = ValidatorSet(
        keys.map {
            Validator(account: AccountID(foundedBy: $0.publicKey), key: $0.publicKey, weight: 1)
        })

    private static func tip() -> ChainTip? {
        set.map {
            ChainTip(
                height: 0, digest: .zero, time: Timestamp(milliseconds: 1_700_000_000_000),
                position: OrderingPosition(stream: 0, first: 0, last: 0), epoch: 0, set: $0)
        }
    }

    /// A validator that has heard from all others and may vote; each input starts with a copy.
    static let listener: Participant? = {
        guard let tip = tip() else { return nil }
        var participant = Participant(
            chain: chain, own: keys[0].publicKey, authenticator: KeyAuthenticator(key: keys[0]),
            timing: FinalityTiming(), tip: tip, memory: .kept(VoteRecord(height: 0)))
        let moment = Moment(monotonic: 1, wall: tip.time)
        _ = participant.receive(.start, at: moment)
        for key in keys.dropFirst() {
            _ = participant.receive(.connected(key.publicKey), at: moment)
            let heartbeat = heartbeat(of: key)
            _ = participant.receive(.message(heartbeat, from: key.publicKey), at: moment)
        }
        return participant
    }()

    private static func heartbeat(of key: SigningKey) -> FinalityMessage {
        let time = Timestamp(milliseconds: 1_700_000_000_000)
        let message = Heartbeat.message(chain, height: 0, head: .zero, time: time)
        return .heartbeat(
            Heartbeat(
                height: 0, head: .zero, time: time, voter: nil, echo: nil,
                signature: (try? key.sign(message)) ?? []))
    }

    private static let body = BatchBody([Sample.transaction])

    static let batch = SignedBatch(
        stream: 0, sequence: 1, time: Timestamp(milliseconds: 1_700_000_000_000), body: body,
        maker: AccountID(foundedBy: keys[1].publicKey), chain: chain,
        authenticator: KeyAuthenticator(key: keys[1]))

    private static func rules() -> HeightRules? {
        set.map {
            HeightRules(
                chain: chain, height: 1, epoch: 0, set: $0, own: keys[1].publicKey, firstView: 0)
        }
    }

    static let messages: [[UInt8]] = {
        guard let rules = rules(), let voter = rules.own else { return [] }
        let proposal = Proposal(
            height: 1, parent: .zero, epoch: 0, validators: rules.setDigest,
            position: OrderingPosition(stream: 0, first: 1, last: 1), time: batch.time,
            body: body.digest, count: 1, maker: voter)
        func vote(_ phase: VotePhase, _ index: Int) -> SignedVote? {
            let validator = rules.set.validators[index]
            guard let key = keys.first(where: { $0.publicKey == validator.key }) else { return nil }
            let message = rules.vote(phase, view: 0, digest: proposal.digest).message
            return SignedVote(
                phase: phase, height: 1, view: 0, digest: proposal.digest, voter: index,
                signature: (try? key.sign(message)) ?? [])
        }
        let votes = (0..<3).compactMap { vote(.prepare, $0) }
        guard let prepare = vote(.prepare, voter), let commit = vote(.commit, voter) else {
            return []
        }
        let proof = PrepareProof(
            header: proposal.digest, view: 0,
            signatures: votes.map { (index: $0.voter, bytes: $0.signature) }, of: 4)
        let mark = HighMark(proof)
        let timeout = SignedTimeout(
            height: 1, target: 1, high: mark, voter: voter,
            signature: (try? keys[1].sign(
                SignedTimeout.message(rules, target: 1, high: mark))) ?? [])
        let lead = LeaderProposal(
            view: 1, proposal: proposal,
            justification: TimeoutProof(timeouts: [timeout], high: proof), leader: voter,
            signature: (try? keys[1].sign(
                LeaderProposal.message(rules, view: 1, proposal.digest))) ?? [])
        let echo = Echo(prepare: prepare, commit: commit, timeout: timeout)
        let time = Timestamp(milliseconds: 1_700_000_000_000)
        let heartbeat = Heartbeat(
            height: 7, head: .zero, time: time, voter: voter, echo: echo,
            signature: [UInt8](repeating: 1, count: 64))
        let all: [FinalityMessage] = [
            .prepare(prepare, proposal), .commit(commit), .timeout(timeout, proof), .lead(lead),
            .heartbeat(heartbeat), .bodyRequest(body.digest), .body(body),
            .blocksRequest(from: 1, count: 64), .blocks([[1, 2, 3]]),
            .transactions([Sample.transaction]), .proposalRequest(height: 1, proposal.digest),
            .proposal(proposal), .blobRequest(.zero), .blob([1, 2, 3]),
        ]
        return all.map(\.encoded)
    }()

    static let conversation: [UInt8] = messages.filter { $0.count < 65_536 }.flatMap {
        [UInt8($0.count >> 8), UInt8($0.count & 255)] + $0
    }

    static let record: [UInt8] = {
        guard let rules = rules(), let voter = rules.own,
            case .timeout(_, let proof)? = messages.dropFirst(2).first.flatMap({
                try? FinalityMessage(decoding: $0)
            }), let proof
        else { return [] }
        let proposal = Proposal(
            height: 1, parent: .zero, epoch: 0, validators: rules.setDigest,
            position: OrderingPosition(stream: 0, first: 1, last: 1), time: batch.time,
            body: body.digest, count: 1, maker: voter)
        var voteGuard = VoteGuard(record: VoteRecord(height: 1))
        _ = voteGuard.permit(.prepare(view: 0, proposal), height: 1)
        _ = voteGuard.permit(
            .commit(view: 0, header: .zero, proposal, lock: proof), height: 1)
        _ = voteGuard.permit(.timeout(target: 1, high: proof), height: 1)
        _ = voteGuard.permit(.lead(view: 1, proposal, nil), height: 1)
        return voteGuard.record.encoded
    }()
}
