import Base
import Finality
import Ledger
import Testing

@Suite("The voting of one height")
struct HeightVotingTests {
    private func seats(_ council: Council) -> [Seat] {
        council.rules.indices.map { Seat(council, $0) }
    }

    @Test("The engine's batch is final after two rounds of votes")
    func normalPath() throws {
        let council = try Council()
        var seats = seats(council)
        let block = council.proposal(1)
        for index in seats.indices { seats[index].hear(.candidate(block)) }
        council.deliver(&seats)
        #expect(seats.allSatisfy { $0.decided == council.header(block) && $0.voting.view == 0 })
    }

    @Test("A certificate mixes all suites and proves the block")
    func mixedSuites() throws {
        let council = try Council()
        var seats = seats(council)
        for index in seats.indices { seats[index].hear(.candidate(council.proposal(1))) }
        council.deliver(&seats)
        let certificate = try #require(
            seats[0].effects.lazy.compactMap { effect -> Certificate? in
                if case .decided(_, _, let certificate) = effect { certificate } else { nil }
            }.first)
        #expect(certificate.proves(.commit, council.rules[0], council.authenticators[0]))
        #expect(!certificate.proves(.prepare, council.rules[0], council.authenticators[0]))
    }

    @Test("An engine that splits the validators loses its view, and a leader's block is final")
    func splitEngine() throws {
        let council = try Council()
        var seats = seats(council)
        for index in seats.indices {
            seats[index].hear(.candidate(council.proposal(index < 2 ? 1 : 2)))
        }
        council.deliver(&seats)
        let decided = Set(seats.map(\.decided))
        #expect(decided.count == 1 && !decided.contains(nil))
        #expect(seats.allSatisfy { $0.voting.view == 1 })
    }

    @Test("Without an engine and with one validator silent the others decide")
    func deadEngine() throws {
        let council = try Council()
        var seats = seats(council)
        let silent = council.rules[0].leader(of: 1)
        let block = council.proposal(3, isFromEngine: false)
        for _ in 0..<4 {
            for index in seats.indices where index != silent {
                seats[index].hear(.begin)
                seats[index].hear(.expired(view: seats[index].voting.view))
            }
            council.deliver(&seats, except: [silent])
            for index in seats.indices where index != silent {
                seats[index].hear(.drafted(block, view: seats[index].voting.view))
            }
            council.deliver(&seats, except: [silent])
        }
        let decided = seats.indices.filter { $0 != silent }.map { seats[$0].decided }
        #expect(decided.allSatisfy { $0 == council.header(block) })
    }

    @Test("Of a leader's two proposals for a view only the first gets a vote")
    func leaderEquivocation() throws {
        let council = try Council()
        let follower = (council.rules[0].leader(of: 1) + 1) % 4
        var seat = Seat(council, follower)
        seat.hear(.lead(council.lead(1, council.proposal(1), council.free(1))))
        seat.hear(.lead(council.lead(1, council.proposal(2), council.free(1))))
        #expect(seat.ballots == [.prepare(view: 1, council.proposal(1))])
        #expect(seat.refused.isEmpty)
    }

    @Test("A leader proposes the highest block that its TIMEOUTs show as prepared")
    func highestLock() throws {
        let council = try Council()
        let leader = council.rules[0].leader(of: 3)
        let others = (0..<4).filter { $0 != leader }
        let low = council.proof(0, council.proposal(1), by: [0, 1, 2])
        let high = council.proof(2, council.proposal(2), by: [1, 2, 3])
        var seat = Seat(council, leader)
        seat.hear(.candidate(council.proposal(1)), .known(council.proposal(2)))
        seat.hear(.timeout(council.timeout(3, high, by: others[0]), high))
        seat.hear(.timeout(council.timeout(3, low, by: others[1]), low))
        let lead = try #require(
            seat.ballots.lazy.compactMap { ballot -> (Proposal, TimeoutProof?)? in
                if case .lead(3, let proposal, let proof) = ballot {
                    (proposal, proof)
                } else {
                    nil
                }
            }.first)
        #expect(lead.0 == council.proposal(2))
        #expect(
            lead.1?.isValid(for: 3, council.rules[0], council.authenticators[0]) ?? false)
    }

    @Test("A proposal other than the highest prepared one is not heard")
    func unjustifiedLead() throws {
        let council = try Council()
        let high = council.proof(0, council.proposal(1), by: [0, 1, 2])
        let justification = TimeoutProof(
            timeouts: (0..<3).map { council.timeout(1, high, by: $0) }, high: high)
        var seat = Seat(council, (council.rules[0].leader(of: 1) + 1) % 4)
        seat.hear(.lead(council.lead(1, council.proposal(2), justification)))
        #expect(seat.ballots.isEmpty)
        seat.hear(.lead(council.lead(2, council.proposal(1), nil)))
        #expect(seat.ballots.isEmpty && seat.voting.view == 0)
    }

    @Test("An invalid proposal makes its receiver leave the view without a vote")
    func invalidProposal() throws {
        let council = try Council()
        var seat = Seat(council, (council.rules[0].leader(of: 1) + 1) % 4)
        seat.finds = { _ in false }
        seat.hear(.lead(council.lead(1, council.proposal(1), council.free(1))))
        #expect(seat.ballots == [.timeout(target: 2, high: nil)])
    }

    @Test("A block that was refused is judged again when a quorum prepared it")
    func refusedButProven() throws {
        let council = try Council()
        let leaders = [council.rules[0].leader(of: 1), council.rules[0].leader(of: 2)]
        let follower = try #require((0..<4).first { !leaders.contains($0) })
        var seat = Seat(council, follower)
        seat.finds = { _ in false }
        let block = council.proposal(1)
        seat.hear(.lead(council.lead(1, block, council.free(1))))
        let high = council.proof(1, block, by: [0, 1, 2])
        let justification = TimeoutProof(
            timeouts: (0..<3).map { council.timeout(2, high, by: $0) }, high: high)
        seat.hear(.lead(council.lead(2, block, justification)))
        #expect(seat.ballots.last == .prepare(view: 2, block))
    }

    @Test("A proof that comes after the TIMEOUT is kept but not committed to")
    func lateProof() throws {
        let council = try Council()
        let block = council.proposal(1)
        var seat = Seat(council, 0)
        seat.hear(.candidate(block), .expired(view: 0))
        for voter in 1..<4 { seat.hear(.vote(council.vote(.prepare, 0, block.digest, by: voter))) }
        #expect(seat.ballots == [.prepare(view: 0, block), .timeout(target: 1, high: nil)])
        #expect(seat.voting.lock?.header == block.digest)
    }

    @Test("Commits of different views make no certificate")
    func commitsByView() throws {
        let council = try Council()
        let block = council.proposal(1)
        var seat = Seat(council, 0)
        seat.hear(.candidate(block))
        for voter in 1..<4 {
            seat.hear(
                .vote(council.vote(.commit, UInt64(voter), council.header(block), by: voter)))
        }
        #expect(seat.decided == nil && !seat.voting.isDecided)
    }

    @Test("Who has a certificate but no block goes on voting, and decides when the block is clear")
    func behind() throws {
        let council = try Council()
        let block = council.proposal(1)
        var seat = Seat(council, 2)
        for voter in [0, 1, 3] {
            seat.hear(.vote(council.vote(.commit, 0, council.header(block), by: voter)))
        }
        #expect(seat.effects.contains { if case .behind = $0 { true } else { false } })
        #expect(!seat.voting.isDecided)
        for voter in [0, 1, 3] {
            seat.hear(.known(block), .vote(council.vote(.prepare, 0, block.digest, by: voter)))
        }
        #expect(seat.decided == council.header(block))
    }

    @Test(
        "A leader that signed a block before its crash does not lead another, nor it without right")
    func restartedLeader() throws {
        let council = try Council()
        let leader = council.rules[0].leader(of: 1)
        let others = (0..<4).filter { $0 != leader }
        let voteGuard = Gate(VoteRecord(height: 1))
        #expect(voteGuard.permit(.timeout(target: 1, high: nil), height: 1))
        #expect(voteGuard.permit(.lead(view: 1, council.proposal(9), nil), height: 1))
        var seat = Seat(council, leader, record: voteGuard.record)
        let high = council.proof(0, council.proposal(1), by: [0, 1, 2])
        seat.hear(.known(council.proposal(1)))
        for voter in others { seat.hear(.timeout(council.timeout(1, high, by: voter), high)) }
        #expect(seat.voting.view == 1 && seat.ballots.isEmpty && seat.refused.isEmpty)
    }
}
