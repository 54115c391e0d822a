import Base
import Finality
import Ledger

/// What went wrong in a simulated world; the seed that led there shows it again.
package struct SimulationViolation: Error, Hashable, Sendable {
    /// Which promise was broken.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Two final headers at one height, or two certificates that could be assembled.
        case fork
        /// Something that was acknowledged as final is gone, or stands twice.
        case loss
        /// An honest key signed two different things for one place, or below its TIMEOUT.
        case doubleSignature = "double signature"
        /// A certificate that proves nothing was believed.
        case certificate
        /// Running the same blocks again gave something else.
        case replay
        /// A validator with an intact disk was accused or put into quarantine.
        case accusation
        /// A node keeps more than it may.
        case bound
        /// The encoding of a message does not give the message back.
        case encoding
    }

    package let kind: Kind
    package let text: String
}

/// Every vote that anybody let out, checked as it comes.
struct VoteWatch {
    private enum Phase: UInt8 {
        case prepare
        case commit
        case lead
    }

    private struct Signed {
        let seat: Int
        let phase: Phase
        let view: UInt64
        let digest: Hash256
    }

    private struct Height {
        var signed: [Signed] = []
        /// The highest TIMEOUT target of each seat.
        var targets: [UInt64]
        var weights: [UInt64]?
        var total: UInt64 = 0
        /// The header that commits of a quorum exist for.
        var certifiable: (header: Hash256, view: UInt64)?
    }

    /// Votes for heights further ahead are none of an honest validator.
    private static let reach = 256

    private var heights: [Height] = []
    /// Votes of those who are not trusted that contradict earlier ones.
    private(set) var contradictions: UInt64 = 0
    private let seatCount: Int

    init(seatCount: Int) { self.seatCount = seatCount }

    /// The weights of a height's set by seat, known when the height before is final somewhere.
    mutating func know(_ weights: [UInt64], of height: UInt64) -> SimulationViolation? {
        guard let index = index(height), heights[index].weights == nil else { return nil }
        heights[index].weights = weights
        heights[index].total = weights.reduce(0, +)
        for signed in heights[index].signed where signed.phase == .commit {
            if let violation = tally(index, signed) { return violation }
        }
        return nil
    }

    /// Notes a vote; a seat that is `trusted` must not contradict itself.
    mutating func note(
        _ vote: SignedVote, by seat: Int, isTrusted: Bool
    ) -> SimulationViolation? {
        let phase = vote.phase == .prepare ? Phase.prepare : .commit
        return note(
            Signed(seat: seat, phase: phase, view: vote.view, digest: vote.digest), vote.height,
            isTrusted)
    }

    mutating func note(
        _ lead: LeaderProposal, by seat: Int, isTrusted: Bool
    ) -> SimulationViolation? {
        let signed = Signed(
            seat: seat, phase: .lead, view: lead.view, digest: lead.proposal.digest)
        return note(signed, lead.proposal.height, isTrusted)
    }

    mutating func note(_ timeout: SignedTimeout, by seat: Int) {
        guard let index = index(timeout.height) else { return }
        heights[index].targets[seat] = max(heights[index].targets[seat], timeout.target)
    }

    private mutating func note(
        _ signed: Signed, _ height: UInt64, _ isTrusted: Bool
    ) -> SimulationViolation? {
        guard let index = index(height) else { return nil }
        var isContradiction = false
        for other in heights[index].signed
        where other.seat == signed.seat && other.phase == signed.phase && other.view == signed.view
        {
            if other.digest == signed.digest { return nil }
            guard !isTrusted else {
                return SimulationViolation(
                    kind: .doubleSignature,
                    text: "validator \(signed.seat + 1) signed two \(signed.phase)s for height "
                        + "\(height), view \(signed.view)")
            }
            isContradiction = true
        }
        if isTrusted, signed.phase != .lead, signed.view < heights[index].targets[signed.seat] {
            return SimulationViolation(
                kind: .doubleSignature,
                text: "validator \(signed.seat + 1) signed a \(signed.phase) for height "
                    + "\(height), view \(signed.view), which it had left for view "
                    + "\(heights[index].targets[signed.seat])")
        }
        contradictions += isContradiction ? 1 : 0
        heights[index].signed.append(signed)
        return signed.phase == .commit ? tally(index, signed) : nil
    }

    private mutating func tally(_ index: Int, _ new: Signed) -> SimulationViolation? {
        guard let weights = heights[index].weights else { return nil }
        var seen = [Bool](repeating: false, count: seatCount)
        var weight: UInt64 = 0
        for signed in heights[index].signed
        where signed.phase == .commit && signed.view == new.view && signed.digest == new.digest
            && !seen[signed.seat]
        {
            seen[signed.seat] = true
            weight += weights[signed.seat]
        }
        guard 3 * weight > 2 * heights[index].total else { return nil }
        guard let known = heights[index].certifiable else {
            heights[index].certifiable = (new.digest, new.view)
            return nil
        }
        guard known.header != new.digest else { return nil }
        return SimulationViolation(
            kind: .fork,
            text: "certificates for two headers of height \(index + 1) exist: of view "
                + "\(known.view) and of view \(new.view)")
    }

    private mutating func index(_ height: UInt64) -> Int? {
        guard height >= 1, height <= UInt64(heights.count + Self.reach) else { return nil }
        let index = Int(height) - 1
        while heights.count <= index {
            heights.append(Height(targets: [UInt64](repeating: 0, count: seatCount)))
        }
        return index
    }
}
