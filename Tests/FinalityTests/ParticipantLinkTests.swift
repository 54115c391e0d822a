import Base
import Cryptography
import Finality
import Ledger
import Testing

/// What peers that come, go and come back do to a participant.
@Suite("Links of a participant")
struct ParticipantLinkTests {
    private let keys: [SigningKey]
    private let set: ValidatorSet
    private let chain = Hash256(words: (1, 1, 1, 1))

    init() throws {
        let random = SeededRandom(seed: 11)
        keys = try (0..<5).map { _ in try SigningKey(suite: .ed25519, random: random) }
        let validators = keys.prefix(4).map {
            Validator(account: AccountID(foundedBy: $0.publicKey), key: $0.publicKey, weight: 1)
        }
        set = try #require(ValidatorSet(Array(validators)))
    }

    private func participant(_ key: SigningKey) -> Participant {
        let tip = ChainTip(
            height: 0, digest: .zero, time: Timestamp(milliseconds: 0),
            position: OrderingPosition(stream: 0, first: 0, last: 0), epoch: 0, set: set)
        return Participant(
            chain: chain, own: key.publicKey, authenticator: KeyAuthenticator(key: key),
            timing: FinalityTiming(), tip: tip, memory: .kept(VoteRecord(height: 0)))
    }

    private func moment(_ time: UInt64) -> Moment {
        Moment(monotonic: time, wall: Timestamp(milliseconds: 1_000_000 + time))
    }

    private func heartbeat(_ key: SigningKey) throws -> FinalityMessage {
        let time = Timestamp(milliseconds: 1_000_000)
        let message = Heartbeat.message(chain, height: 0, head: .zero, time: time)
        return .heartbeat(
            Heartbeat(
                height: 0, head: .zero, time: time, voter: nil, echo: nil,
                signature: try key.sign(message)))
    }

    @Test("A follower signs its heartbeats: a peer may take it for a validator already")
    func followersSign() throws {
        var follower = participant(keys[4])
        _ = follower.receive(.start, at: moment(1))
        let effects = follower.receive(.connected(keys[0].publicKey), at: moment(2))
        let beats = effects.compactMap { effect in
            if case .send(.heartbeat(let beat), _) = effect { beat } else { nil }
        }
        let beat = try #require(beats.first)
        let message = Heartbeat.message(
            chain, height: beat.height, head: beat.head, time: beat.time)
        #expect(keys[4].publicKey.isValidSignature(beat.signature, for: message))
    }

    @Test("A peer that comes back all the time keeps nobody in a view")
    func flappingLink() throws {
        var validator = participant(keys[0])
        _ = validator.receive(.start, at: moment(1))
        for peer in keys[1..<4] {
            _ = validator.receive(.connected(peer.publicKey), at: moment(2))
            _ = validator.receive(
                .message(try heartbeat(peer), from: peer.publicKey), at: moment(3))
        }
        #expect(validator.standing == .voting)
        let id = TransactionID(Hash256(words: (5, 5, 5, 5)))
        let waiting = PendingTransaction(id: id, bytes: [1], validUntil: 100)
        _ = validator.receive(.engine(isUp: true), at: moment(4))
        var effects = validator.receive(.submitted([waiting], isOwn: true), at: moment(5))
        for time in stride(from: UInt64(300), through: 3000, by: 300) {
            effects += validator.receive(.disconnected(keys[3].publicKey), at: moment(time))
            effects += validator.receive(.connected(keys[3].publicKey), at: moment(time))
        }
        let hasLeft = effects.contains { effect in
            if case .broadcast(.timeout) = effect { true } else { false }
        }
        #expect(hasLeft, "no TIMEOUT in three seconds")
    }
    /// A validator that votes, with the engine at work.
    private func voting() throws -> Participant {
        var validator = participant(keys[0])
        _ = validator.receive(.start, at: moment(1))
        for peer in keys[1..<4] {
            _ = validator.receive(.connected(peer.publicKey), at: moment(2))
            _ = validator.receive(
                .message(try heartbeat(peer), from: peer.publicKey), at: moment(3))
        }
        _ = validator.receive(.engine(isUp: true), at: moment(4))
        return validator
    }

    @Test("An engine that calls every position taken does not keep a validator busy for ever")
    func lyingEngine() throws {
        var validator = try voting()
        let id = TransactionID(Hash256(words: (5, 5, 5, 5)))
        let waiting = PendingTransaction(id: id, bytes: [1], validUntil: 100)
        var effects = validator.receive(.submitted([waiting], isOwn: true), at: moment(5))
        var count = 0
        while count < 10_000 {
            let batches = effects.compactMap { effect in
                if case .append(let batch) = effect { batch } else { nil }
            }
            guard !batches.isEmpty else { break }
            effects = batches.flatMap { batch in
                validator.receive(
                    .appended(.taken, stream: batch.stream, sequence: batch.sequence),
                    at: moment(6))
            }
            count += batches.count
        }
        #expect(count == Int(FinalityLimits.recordWindow))
        #expect(validator.pendingCount == 1 && validator.load.excess == nil)
    }

    @Test("A peer cannot fill the room that others have for messages of the next height")
    func earlyFlood() throws {
        var validator = try voting()
        func early(_ view: UInt64, voter: Int) -> FinalityMessage {
            .commit(
                SignedVote(
                    phase: .commit, height: 2, view: view, digest: .zero, voter: voter,
                    signature: []))
        }
        for view in 0..<50 as Range<UInt64> {
            _ = validator.receive(
                .message(early(view, voter: 2), from: keys[1].publicKey), at: moment(5))
        }
        #expect(validator.load.early == FinalityLimits.earlyMessageCount)
        _ = validator.receive(.message(early(0, voter: 2), from: keys[2].publicKey), at: moment(6))
        #expect(validator.load.early == FinalityLimits.earlyMessageCount + 1)
    }

    @Test("Wrong blocks of a peer do not make a validator forget the others' votes")
    func wrongBlocks() throws {
        var validator = try voting()
        let rules = HeightRules(
            chain: chain, height: 1, epoch: 0, set: set, own: keys[2].publicKey, firstView: 0)
        let voter = try #require(rules.own)
        let proposal = Proposal(
            height: 1, parent: .zero, epoch: 0, validators: rules.setDigest,
            position: OrderingPosition(stream: 0, first: 1, last: 1),
            time: Timestamp(milliseconds: 1_000_000), body: .zero, count: 1, maker: 0)
        let message = rules.vote(.prepare, view: 0, digest: proposal.digest).message
        let vote = SignedVote(
            phase: .prepare, height: 1, view: 0, digest: proposal.digest, voter: voter,
            signature: try keys[2].sign(message))
        _ = validator.receive(
            .message(.prepare(vote, proposal), from: keys[2].publicKey), at: moment(5))
        func hasPrepared(_ key: SigningKey) -> Bool {
            validator.status.validators.contains { $0.key == key.publicKey && $0.hasPrepared }
        }
        #expect(hasPrepared(keys[2]))
        _ = validator.receive(.blocksRefused(from: keys[1].publicKey), at: moment(6))
        #expect(hasPrepared(keys[2]) && !hasPrepared(keys[3]))
    }
}
