import Base
import Cryptography
import Encoding
import Finality
import Ledger

/// One value of each format of the voting, always the same: the examples of `finality.md`.
struct FinalitySample {
    private let keys: [SigningKey]
    private let rules: HeightRules
    private let proposal: Proposal
    private let batch: SignedBatch
    private let header = Hash256(words: (9, 9, 9, 9))

    /// Four validators at height 5; `transaction` is the only one of its block.
    init(chain: Hash256, transaction: [UInt8]) throws {
        let random = SeededRandom(seed: 13)
        keys = try (0..<4).map { _ in try SigningKey(suite: .ed25519, random: random) }
            .sorted {
                AccountID(foundedBy: $0.publicKey) < AccountID(foundedBy: $1.publicKey)
            }
        let set = ValidatorSet(
            keys.map {
                Validator(
                    account: AccountID(foundedBy: $0.publicKey), key: $0.publicKey, weight: 1)
            })
        guard let set else { throw Unexpected(what: "no set") }
        rules = HeightRules(
            chain: chain, height: 5, epoch: 0, set: set, own: keys[0].publicKey, firstView: 0)
        let time = Timestamp(milliseconds: 1_772_323_200_000)
        let body = BatchBody([transaction])
        batch = SignedBatch(
            stream: 0, sequence: 7, time: time, body: body, maker: set.validators[2].account,
            chain: chain, authenticator: KeyAuthenticator(key: keys[2]))
        proposal = Proposal(
            height: 5, parent: Hash256(words: (4, 4, 4, 4)), epoch: 0, validators: rules.setDigest,
            position: OrderingPosition(stream: 0, first: 7, last: 7), time: time,
            body: body.digest, count: 1, maker: 2)
    }

    private func sign(_ message: [UInt8], _ voter: Int) -> [UInt8] {
        KeyAuthenticator(key: keys[voter]).sign(message)
    }

    private func vote(
        _ phase: VotePhase, _ view: UInt64, _ digest: Hash256, _ voter: Int
    ) -> SignedVote {
        SignedVote(
            phase: phase, height: 5, view: view, digest: digest, voter: voter,
            signature: sign(rules.vote(phase, view: view, digest: digest).message, voter))
    }

    /// Three PREPAREs in view 0.
    private var proof: PrepareProof {
        PrepareProof(
            header: proposal.digest, view: 0,
            signatures: (0..<3).map {
                (index: $0, bytes: vote(.prepare, 0, proposal.digest, $0).signature)
            }, of: 4)
    }

    private func timeout(_ voter: Int, _ high: PrepareProof?) -> SignedTimeout {
        let mark = high.map(HighMark.init)
        return SignedTimeout(
            height: 5, target: 1, high: mark, voter: voter,
            signature: sign(SignedTimeout.message(rules, target: 1, high: mark), voter))
    }

    private var lead: LeaderProposal {
        let leader = rules.leader(of: 1)
        return LeaderProposal(
            view: 1, proposal: proposal,
            justification: TimeoutProof(
                timeouts: [timeout(0, proof), timeout(1, nil), timeout(3, nil)], high: proof),
            leader: leader,
            signature: sign(LeaderProposal.message(rules, view: 1, proposal.digest), leader))
    }

    private var heartbeat: Heartbeat {
        let (time, head) = (Timestamp(milliseconds: 1_772_323_200_500), Hash256.zero)
        let echo = Echo(
            prepare: vote(.prepare, 0, proposal.digest, 1), commit: nil, timeout: nil)
        return Heartbeat(
            height: 4, head: head, time: time, voter: 0, echo: echo,
            signature: sign(
                Heartbeat.message(rules.chain, height: 4, head: head, time: time), 0))
    }

    private var record: VoteRecord {
        var voteGuard = VoteGuard(record: VoteRecord(height: 5))
        let ballots: [Ballot] = [
            .prepare(view: 0, proposal),
            .commit(view: 0, header: header, proposal, lock: proof),
            .timeout(target: 1, high: proof),
        ]
        for ballot in ballots {
            let isPermitted = voteGuard.permit(ballot, height: 5)
            precondition(isPermitted, "the sample contradicts itself")
        }
        return voteGuard.record
    }

    var formats: [Format] {
        [
            Format("proposal", proposal.encoded, Proposal.self),
            Format("batch", batch.encoded, SignedBatch.self),
            message("prepare", .prepare(vote(.prepare, 0, proposal.digest, 0), proposal)),
            message("commit", .commit(vote(.commit, 0, header, 0))),
            message("timeout", .timeout(timeout(0, proof), proof)),
            message("lead", .lead(lead)),
            message("heartbeat", .heartbeat(heartbeat)),
            message("blocks request", .blocksRequest(from: 6, count: 64)),
            Format("vote record", record.encoded, VoteRecord.self),
        ]
    }

    private func message(_ name: String, _ message: FinalityMessage) -> Format {
        Format(name, message.encoded) { bytes in
            do throws(CBORError) {
                return .success(try FinalityMessage(decoding: bytes).encoded)
            } catch {
                return .failure(error)
            }
        }
    }
}
