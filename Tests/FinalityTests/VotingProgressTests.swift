import Base
import Finality
import Ledger
import Testing

@Suite("What keeps the voting of a height going")
struct VotingProgressTests {
    /// The attempts of the waits that were asked for, in order.
    private func attempts(_ seat: Seat) -> [Int] {
        seat.effects.compactMap { effect in
            if case .arm(_, let attempt) = effect { attempt } else { nil }
        }
    }

    @Test("Waiting grows from view to view, also when a block is prepared in each of them")
    func growingWaits() throws {
        let council = try Council()
        var seat = Seat(council, 0)
        let block = council.proposal(1)
        seat.hear(.candidate(block))
        for view in 0..<6 as Range<UInt64> {
            let high = council.proof(view, block, by: [1, 2, 3])
            seat.hear(.expired(view: view))
            for voter in 1..<4 {
                seat.hear(.timeout(council.timeout(view + 1, high, by: voter), high))
            }
            if seat.voting.rules.own != council.rules[0].leader(of: view + 1) {
                let justification = TimeoutProof(
                    timeouts: (1..<4).map { council.timeout(view + 1, high, by: $0) }, high: high)
                seat.hear(.lead(council.lead(view + 1, block, justification)))
            }
            #expect(seat.voting.view == view + 1)
        }
        let prepares = seat.ballots.count { if case .prepare = $0 { true } else { false } }
        #expect(prepares == 7)
        let attempts = attempts(seat)
        #expect(attempts.last == 6)
        #expect(zip(attempts, attempts.dropFirst()).allSatisfy { $0 <= $1 })
        seat.hear(.reconnected)
        #expect(self.attempts(seat).last == 0)
    }

    @Test("A validator goes to the view in which a quorum voted, and commits there")
    func followsAProof() throws {
        let council = try Council()
        let block = council.proposal(1)
        let high = council.proof(3, block, by: [1, 2, 3])
        var seat = Seat(council, 0)
        seat.hear(.candidate(block))
        // One validator alone that leaves view 3 is no right to enter view 4.
        seat.hear(.timeout(council.timeout(4, high, by: 1), high))
        #expect(seat.voting.view == 3)
        guard case .commit(3, _, block, high) = seat.ballots.last else {
            Issue.record("\(seat.ballots)")
            return
        }
        // What it asks for from here on lies above the proof, so that others can use it.
        seat.hear(.expired(view: 3))
        #expect(seat.ballots.last == .timeout(target: 4, high: high))
    }

    @Test("Two proposals that are known by their digests only are each asked for once")
    func twoUnknownProposals() throws {
        let council = try Council()
        var seat = Seat(council, 0)
        let (first, second) = (council.proposal(1), council.proposal(2))
        for voter in 1..<4 {
            seat.hear(.vote(council.vote(.prepare, 0, first.digest, by: voter)))
            seat.hear(.vote(council.vote(.commit, 0, council.header(first), by: voter)))
            seat.hear(.vote(council.vote(.prepare, 1, second.digest, by: voter)))
        }
        let sought = seat.effects.compactMap { effect in
            if case .seek(let digest) = effect { digest } else { nil }
        }
        #expect(sought == [first.digest, second.digest])
    }

    @Test("After a restart within the height only what was signed counts as said")
    func restart() throws {
        let council = try Council()
        let block = council.proposal(1)
        var seat = Seat(council, 0)
        seat.hear(.candidate(block))
        seat.hear(.vote(council.vote(.prepare, 0, block.digest, by: 1)))
        #expect(seat.ballots == [.prepare(view: 0, block)])
        // Nothing was signed: the machine votes again, and knows what others said.
        seat.hear(.restarted(nil))
        #expect(seat.ballots == [.prepare(view: 0, block), .prepare(view: 0, block)])
        seat.hear(.vote(council.vote(.prepare, 0, block.digest, by: 2)))
        #expect(seat.ballots.count == 3)
        // The record holds both votes: neither is cast again.
        seat.hear(.restarted(seat.voteGuard.record))
        #expect(seat.ballots.count == 3)
        for voter in 1..<3 {
            seat.hear(.vote(council.vote(.commit, 0, council.header(block), by: voter)))
        }
        #expect(seat.decided == council.header(block))
    }

    @Test("Who leaves a view before it began, or begins again within it, waits for its end")
    func waitsAfterLeaving() throws {
        let council = try Council()
        var seat = Seat(council, 0)
        seat.hear(.engineLost)
        #expect(seat.ballots == [.timeout(target: 1, high: nil)])
        #expect(attempts(seat) == [0])
        seat.hear(.restarted(nil))
        #expect(attempts(seat) == [0, 0])
        // The end of the wait is heard: the TIMEOUT that was never signed is cast again.
        seat.hear(.expired(view: 0))
        #expect(seat.ballots.last == .timeout(target: 1, high: nil) && seat.ballots.count == 2)
        #expect(attempts(seat) == [0, 0, 1])
    }
}
