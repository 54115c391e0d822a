import Base
import Encoding
import Testing

@testable import Finality
@testable import Ledger

@Suite("Bounds of the voting")
struct VotingBoundsTests {
    @Test("Views and heights at the end of the integers change nothing")
    func largestIntegers() throws {
        let council = try Council()
        var seat = Seat(council, 0)
        seat.hear(.begin)
        let digest = council.proposal(1).digest
        for voter in 1..<4 {
            for (height, view) in [(UInt64.max, UInt64(0)), (1, .max), (.max, .max)] {
                seat.hear(
                    .vote(
                        SignedVote(
                            phase: .prepare, height: height, view: view, digest: digest,
                            voter: voter, signature: [])))
                seat.hear(
                    .timeout(
                        SignedTimeout(
                            height: height, target: max(view, FinalityLimits.viewCount), high: nil,
                            voter: voter, signature: []), nil))
            }
        }
        seat.hear(.expired(view: .max))
        #expect(seat.ballots.isEmpty && seat.voting.view == 0 && seat.voting.target == 0)
        #expect(seat.voting.tallies.isEmpty)
    }

    @Test("A view at the cap is refused when read")
    func viewCap() throws {
        let vote = SignedVote(
            phase: .commit, height: 1, view: FinalityLimits.viewCount, digest: .zero, voter: 0,
            signature: [])
        #expect(throws: CBORError.self) { try SignedVote(decoding: vote.encoded) }
        let last = SignedVote(
            phase: .commit, height: .max, view: FinalityLimits.viewCount - 1, digest: .zero,
            voter: 0, signature: [])
        #expect(try SignedVote(decoding: last.encoded) == last)
    }

    @Test("Floods of votes, TIMEOUTs and proposals keep the machine small")
    func floods() throws {
        let council = try Council()
        var seat = Seat(council, 0)
        seat.hear(.candidate(council.proposal(0)))
        for number in 1..<500 as Range<UInt64> {
            let block = council.proposal(number)
            seat.hear(.known(block))
            for phase in [VotePhase.prepare, .commit] {
                seat.hear(
                    .vote(
                        SignedVote(
                            phase: phase, height: 1, view: number % 50, digest: block.digest,
                            voter: 3, signature: [])))
            }
            seat.hear(
                .timeout(
                    SignedTimeout(
                        height: 1, target: number, high: nil, voter: 3, signature: []), nil))
        }
        #expect(seat.voting.tallies.count <= FinalityLimits.keptViews + 1)
        #expect(seat.voting.proposals.all.count == FinalityLimits.keptProposals)
        #expect(seat.voting.proposals[council.proposal(0).digest] != nil)
        #expect(seat.ballots == [.prepare(view: 0, council.proposal(0))])
    }

    @Test("The essence names every property of the machine")
    func essence() throws {
        let voting = HeightVoting(rules: try Council().rules[0])
        let names = Mirror(reflecting: voting).children.compactMap(\.label)
        #expect(Set(names) == HeightVoting.essentials)
    }
}

@Suite("Who leads")
struct LeaderTests {
    @Test("Views of a height go round all validators")
    func round() throws {
        let rules = try Council().rules[0]
        #expect(Set((1...4).map { rules.leader(of: UInt64($0)) }) == [0, 1, 2, 3])
        #expect(rules.leader(of: 1) == rules.leader(of: 5))
        #expect((0..<4).contains(rules.leader(of: .max)))
    }

    @Test("The heavier a validator, the more heights it begins")
    func weights() throws {
        var counts = [0, 0, 0, 0]
        let set = try Council(weights: [1, 1, 2, 6]).rules[0].set
        for height in 1...1000 as ClosedRange<UInt64> {
            let rules = HeightRules(
                chain: .zero, height: height, epoch: 0, set: set, own: nil, firstView: 0)
            counts[rules.leader(of: 1)] += 1
        }
        #expect((550...650).contains(counts[3]) && (150...250).contains(counts[2]))
        #expect((50...150).contains(counts[0]) && (50...150).contains(counts[1]))
    }

    @Test("A quorum is more than two thirds of the weight, however many they are")
    func quorum() throws {
        let rules = try Council(weights: [3, 3, 2, 1]).rules[0]
        #expect(!rules.isQuorum(6) && rules.isQuorum(7))
        #expect(!rules.hasHonest(3) && rules.hasHonest(4))
        let heavy = try Council(weights: Array(repeating: ValidatorSet.weightLimit, count: 4))
        #expect(heavy.rules[0].isQuorum(3 * ValidatorSet.weightLimit))
        #expect(!heavy.rules[0].isQuorum(2 * ValidatorSet.weightLimit))
    }

    @Test("Weights decide, not heads")
    func weightedDecision() throws {
        let council = try Council(weights: [3, 3, 2, 1])
        let block = council.proposal(1)
        var seat = Seat(council, 3)
        seat.hear(.candidate(block))
        for voter in [1, 2] {
            seat.hear(.vote(council.vote(.prepare, 0, block.digest, by: voter)))
        }
        #expect(seat.voting.lock == nil)
        seat.hear(.vote(council.vote(.prepare, 0, block.digest, by: 0)))
        #expect(seat.voting.lock?.header == block.digest)
    }
}
