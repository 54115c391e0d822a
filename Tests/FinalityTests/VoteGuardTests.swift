import Base
import Encoding
import Finality
import Ledger
import Testing

/// A guard that a test can ask within an expectation.
final class Gate {
    private var voteGuard: VoteGuard

    init(_ record: VoteRecord) { voteGuard = VoteGuard(record: record) }

    var record: VoteRecord { voteGuard.record }

    func permit(_ ballot: Ballot, height: UInt64) -> Bool {
        voteGuard.permit(ballot, height: height)
    }
}

@Suite("The guard and the record of what was signed")
struct VoteGuardTests {
    private let council: Council
    private let a: Proposal
    private let b: Proposal

    init() throws {
        council = try Council()
        (a, b) = (council.proposal(1), council.proposal(2))
    }

    private func commit(_ view: UInt64, _ block: Proposal) -> Ballot {
        .commit(
            view: view, header: council.header(block), block,
            lock: council.proof(view, block, by: [0, 1, 2]))
    }

    private func guardian(_ ballots: Ballot...) -> Gate {
        let voteGuard = Gate(VoteRecord(height: 1))
        for ballot in ballots { #expect(voteGuard.permit(ballot, height: 1)) }
        return voteGuard
    }

    @Test("One PREPARE and one COMMIT in a view; the same one may be said again")
    func oneVote() {
        let voteGuard = guardian(.prepare(view: 0, a), commit(0, a))
        #expect(voteGuard.permit(.prepare(view: 0, a), height: 1))
        #expect(!voteGuard.permit(.prepare(view: 0, b), height: 1))
        #expect(voteGuard.permit(commit(0, a), height: 1))
        #expect(!voteGuard.permit(commit(0, b), height: 1))
        #expect(!voteGuard.permit(.prepare(view: 5, a), height: 0))
        #expect(voteGuard.permit(.prepare(view: 0, b), height: 2))
        #expect(!voteGuard.permit(.prepare(view: 9, a), height: 1))
    }

    @Test("No new vote below a TIMEOUT's target, and targets only rise")
    func left() {
        let voteGuard = guardian(.timeout(target: 2, high: nil))
        #expect(!voteGuard.permit(.prepare(view: 1, a), height: 1))
        #expect(!voteGuard.permit(commit(1, a), height: 1))
        #expect(!voteGuard.permit(.timeout(target: 1, high: nil), height: 1))
        let high = council.proof(0, a, by: [0, 1, 2])
        #expect(!voteGuard.permit(.timeout(target: 2, high: high), height: 1))
        #expect(voteGuard.permit(.prepare(view: 2, a), height: 1))
    }

    @Test("A COMMIT needs the proof of its view and block, and one header for a block")
    func commitment() {
        let voteGuard = guardian()
        let proof = council.proof(0, a, by: [0, 1, 2])
        let header = council.header(a)
        #expect(!voteGuard.permit(.commit(view: 1, header: header, a, lock: proof), height: 1))
        #expect(!voteGuard.permit(.commit(view: 0, header: header, b, lock: proof), height: 1))
        #expect(voteGuard.permit(commit(0, a), height: 1))
        let later = council.proof(1, a, by: [0, 1, 2])
        #expect(!voteGuard.permit(.commit(view: 1, header: .zero, a, lock: later), height: 1))
    }

    @Test("A TIMEOUT does not hide what was committed to")
    func hiddenLock() {
        let voteGuard = guardian(commit(1, a))
        #expect(!voteGuard.permit(.timeout(target: 2, high: nil), height: 1))
        let low = council.proof(0, b, by: [0, 1, 2])
        #expect(!voteGuard.permit(.timeout(target: 2, high: low), height: 1))
        let own = council.proof(1, a, by: [0, 1, 2])
        #expect(voteGuard.permit(.timeout(target: 2, high: own), height: 1))
    }

    @Test("Every recorded ballot may be said again, also under a later lock")
    func again() throws {
        let high = council.proof(2, b, by: [1, 2, 3])
        let voteGuard = guardian(
            .prepare(view: 1, a), commit(1, a), .timeout(target: 3, high: high))
        let record = try VoteRecord(decoding: voteGuard.record.encoded)
        #expect(record.ballots.count == 3)
        let restored = Gate(record)
        for ballot in record.ballots {
            #expect(restored.permit(ballot, height: 1))
        }
        #expect(restored.record == record)
    }

    @Test("A record has one encoding and refuses each cut of it")
    func codec() throws {
        let high = council.proof(0, a, by: [0, 1, 3])
        let record = guardian(
            .prepare(view: 0, a), commit(0, a), .timeout(target: 1, high: high),
            .lead(view: 1, a, nil)
        ).record
        let bytes = record.encoded
        #expect(try VoteRecord(decoding: bytes) == record)
        for count in bytes.indices {
            #expect(throws: CBORError.self) { try VoteRecord(decoding: Array(bytes[..<count])) }
        }
        #expect(throws: CBORError.self) { try VoteRecord(decoding: bytes + [0]) }
    }
}

@Suite("Proofs of PREPAREs and TIMEOUTs")
struct ProofTests {
    private let council: Council
    private let block: Proposal

    init() throws {
        council = try Council()
        block = council.proposal(1)
    }

    private func isValid(_ proof: TimeoutProof, _ view: UInt64) -> Bool {
        proof.isValid(for: view, council.rules[3], council.authenticators[3])
    }

    @Test("A PREPARE proof needs a quorum, right signatures and a view below the cap")
    func prepareProof() {
        let rules = council.rules[3]
        let authenticator = council.authenticators[3]
        #expect(council.proof(0, block, by: [0, 1, 2]).proves(.prepare, rules, authenticator))
        #expect(!council.proof(0, block, by: [0, 1]).proves(.prepare, rules, authenticator))
        #expect(
            !council.proof(0, block, by: [0, 1, 2], .commit).proves(.prepare, rules, authenticator))
        let far = council.proof(FinalityLimits.viewCount, block, by: [0, 1, 2])
        #expect(!far.proves(.prepare, rules, authenticator))
    }

    @Test("TIMEOUTs of a quorum, each once and in order, let a view be led")
    func timeoutProof() {
        let three = (0..<3).map { council.timeout(2, by: $0) }
        #expect(isValid(TimeoutProof(timeouts: three, high: nil), 2))
        #expect(isValid(TimeoutProof(timeouts: three, high: nil), 1))
        #expect(!isValid(TimeoutProof(timeouts: three, high: nil), 3))
        #expect(!isValid(TimeoutProof(timeouts: Array(three.dropLast()), high: nil), 2))
        #expect(!isValid(TimeoutProof(timeouts: [three[0], three[0], three[1]], high: nil), 2))
        #expect(!isValid(TimeoutProof(timeouts: three.reversed(), high: nil), 2))
    }

    @Test("The highest mark must be proven, and none may be of the view or above")
    func marks() {
        let low = council.proof(0, block, by: [0, 1, 2])
        let high = council.proof(1, council.proposal(2), by: [1, 2, 3])
        let timeouts = [
            council.timeout(2, low, by: 0), council.timeout(2, high, by: 1),
            council.timeout(2, by: 2),
        ]
        #expect(isValid(TimeoutProof(timeouts: timeouts, high: high), 2))
        #expect(!isValid(TimeoutProof(timeouts: timeouts, high: low), 2))
        #expect(!isValid(TimeoutProof(timeouts: timeouts, high: nil), 2))
        #expect(!isValid(TimeoutProof(timeouts: timeouts, high: high), 1))
        let forged = council.proof(1, council.proposal(2), by: [1, 2])
        let claims = (0..<3).map { council.timeout(2, forged, by: $0) }
        #expect(!isValid(TimeoutProof(timeouts: claims, high: forged), 2))
    }

    @Test("A TIMEOUT that was signed for another height or by another key is no proof")
    func foreign() throws {
        let other = try Council(height: 2)
        let timeouts = (0..<3).map { other.timeout(2, by: $0) }
        #expect(!isValid(TimeoutProof(timeouts: timeouts, high: nil), 2))
        let borrowed = (0..<3).map { voter in
            SignedTimeout(
                height: 1, target: 2, high: nil, voter: voter,
                signature: council.timeout(2, by: 3).signature)
        }
        #expect(!isValid(TimeoutProof(timeouts: borrowed, high: nil), 2))
    }
}
