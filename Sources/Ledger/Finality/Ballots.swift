package import Base
package import Encoding
package import Ledger

/// Signatures of a quorum for one proposal in one view: whoever holds it is locked on the block.
///
/// The form is a certificate's; what is signed are PREPARE votes over the proposal's digest.
package typealias PrepareProof = Certificate

/// One validator's PREPARE or COMMIT.
package struct SignedVote: Hashable, Sendable, CBORCodable {
    package let phase: VotePhase
    package let height: UInt64
    package let view: UInt64
    /// The proposal's digest in a PREPARE, the executed header's in a COMMIT.
    package let digest: Hash256
    /// The voter's place in the set of the height.
    package let voter: Int
    package let signature: [UInt8]

    package init(
        phase: VotePhase, height: UInt64, view: UInt64, digest: Hash256, voter: Int,
        signature: [UInt8]
    ) {
        (self.phase, self.height, self.view) = (phase, height, view)
        (self.digest, self.voter, self.signature) = (digest, voter, signature)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(6)
        writer.unsigned(phase.rawValue)
        writer.unsigned(height)
        writer.unsigned(view)
        writer.hash(digest)
        writer.unsigned(UInt64(voter))
        writer.byteString(signature)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(6, "vote")
        let start = reader.offset
        guard let phase = VotePhase(rawValue: try reader.unsigned()) else {
            throw .outOfRange(offset: start, field: "phase")
        }
        self.phase = phase
        height = try reader.unsigned()
        view = try reader.view()
        digest = try reader.hash()
        voter = try reader.validatorIndex()
        signature = try reader.byteString(atMost: 128)
    }
}

/// One validator's TIMEOUT: it will not vote in views below `target`, and this is the highest
/// block that it saw prepared.
package struct SignedTimeout: Hashable, Sendable, CBORCodable {
    package let height: UInt64
    /// The view that it wants to enter.
    package let target: UInt64
    /// The view and proposal of its highest PREPARE proof.
    package let high: HighMark?
    package let voter: Int
    package let signature: [UInt8]

    package init(
        height: UInt64, target: UInt64, high: HighMark?, voter: Int, signature: [UInt8]
    ) {
        (self.height, self.target, self.high) = (height, target, high)
        (self.voter, self.signature) = (voter, signature)
    }

    /// What is signed: a label, then chain, epoch, set, height, target, and the mark or null.
    package static func message(
        _ rules: HeightRules, target: UInt64, high: HighMark?
    ) -> [UInt8] {
        var writer = CBORWriter(reservingCapacity: 200)
        writer.array(6)
        writer.hash(rules.chain)
        writer.unsigned(rules.epoch)
        writer.hash(rules.setDigest)
        writer.unsigned(rules.height)
        writer.unsigned(target)
        writer.optional(high) { $1.encode(to: &$0) }
        return FinalityDomains.timeout + writer.bytes
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(5)
        writer.unsigned(height)
        writer.unsigned(target)
        writer.optional(high) { $1.encode(to: &$0) }
        writer.unsigned(UInt64(voter))
        writer.byteString(signature)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(5, "timeout")
        height = try reader.unsigned()
        target = try reader.view()
        high = try reader.optional { (reader) throws(CBORError) in try HighMark(from: &reader) }
        voter = try reader.validatorIndex()
        signature = try reader.byteString(atMost: 128)
    }
}

/// Names a prepared block without proving it.
package struct HighMark: Hashable, Sendable, CBORCodable {
    package let view: UInt64
    package let proposal: Hash256

    package init(view: UInt64, proposal: Hash256) {
        (self.view, self.proposal) = (view, proposal)
    }

    package init(_ proof: PrepareProof) { self.init(view: proof.view, proposal: proof.header) }

    package func encode(to writer: inout CBORWriter) {
        writer.array(2)
        writer.unsigned(view)
        writer.hash(proposal)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(2, "prepared block")
        view = try reader.view()
        proposal = try reader.hash()
    }
}

/// TIMEOUTs of a quorum: the right to lead a view, and what must be proposed in it.
package struct TimeoutProof: Hashable, Sendable, CBORCodable {
    package let timeouts: [SignedTimeout]
    /// The proof of the highest mark among the timeouts; nil when none has one.
    package let high: PrepareProof?

    package init(timeouts: [SignedTimeout], high: PrepareProof?) {
        (self.timeouts, self.high) = (timeouts, high)
    }

    /// Checks that a quorum left the views below `view` and that `high` is the highest among them.
    package func isValid(
        for view: UInt64, _ rules: HeightRules, _ authenticator: any Authenticator
    ) -> Bool {
        var signed: UInt64 = 0
        var last = -1
        var highest: HighMark?
        for timeout in timeouts {
            guard timeout.voter > last, timeout.voter < rules.count,
                timeout.height == rules.height, timeout.target >= view,
                timeout.high.map({ $0.view < view }) ?? true
            else { return false }
            last = timeout.voter
            let message = SignedTimeout.message(
                rules, target: timeout.target, high: timeout.high)
            guard
                authenticator.isValid(
                    timeout.signature, by: rules.set.validators[timeout.voter].key, for: message)
            else { return false }
            signed += rules.weight(timeout.voter)
            if let mark = timeout.high, mark.view >= highest?.view ?? 0 { highest = mark }
        }
        guard rules.isQuorum(signed), high.map(HighMark.init) == highest else { return false }
        return high.map { $0.proves(.prepare, rules, authenticator) } ?? true
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(2)
        writer.list(timeouts) { $1.encode(to: &$0) }
        writer.optional(high) { $1.encode(to: &$0) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(2, "timeout proof")
        timeouts = try reader.list(atMost: LedgerLimits.validatorCount) {
            (reader) throws(CBORError) in try SignedTimeout(from: &reader)
        }
        high = try reader.optional { (reader) throws(CBORError) in
            try PrepareProof(from: &reader)
        }
    }
}

extension Certificate {
    /// Whether a quorum of the height's set signed votes of this phase for the digest in it.
    package func proves(
        _ phase: VotePhase, _ rules: HeightRules, _ authenticator: any Authenticator
    ) -> Bool {
        guard view < FinalityLimits.viewCount else { return false }
        do throws(CertificateError) {
            try verify(rules.vote(phase, view: view, digest: header), set: rules.set) {
                authenticator.isValid($1, by: $0, for: $2)
            }
            return true
        } catch {
            return false
        }
    }
}

/// A leader's message: the block of its view, and why it may lead it.
package struct LeaderProposal: Hashable, Sendable, CBORCodable {
    package let view: UInt64
    package let proposal: Proposal
    /// Nil only in the height's first view, which nobody has to leave another for.
    package let justification: TimeoutProof?
    package let leader: Int
    package let signature: [UInt8]

    package init(
        view: UInt64, proposal: Proposal, justification: TimeoutProof?, leader: Int,
        signature: [UInt8]
    ) {
        (self.view, self.proposal, self.justification) = (view, proposal, justification)
        (self.leader, self.signature) = (leader, signature)
    }

    /// What the leader signs: a label, then chain, epoch, set, height, view and the proposal.
    package static func message(_ rules: HeightRules, view: UInt64, _ proposal: Hash256) -> [UInt8]
    {
        var writer = CBORWriter(reservingCapacity: 160)
        writer.array(6)
        writer.hash(rules.chain)
        writer.unsigned(rules.epoch)
        writer.hash(rules.setDigest)
        writer.unsigned(rules.height)
        writer.unsigned(view)
        writer.hash(proposal)
        return FinalityDomains.lead + writer.bytes
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(5)
        writer.unsigned(view)
        proposal.encode(to: &writer)
        writer.optional(justification) { $1.encode(to: &$0) }
        writer.unsigned(UInt64(leader))
        writer.byteString(signature)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(5, "leader's proposal")
        view = try reader.view()
        proposal = try Proposal(from: &reader)
        justification = try reader.optional { (reader) throws(CBORError) in
            try TimeoutProof(from: &reader)
        }
        leader = try reader.validatorIndex()
        signature = try reader.byteString(atMost: 128)
    }
}

extension CBORReader {
    /// A view's number, below the cap.
    package mutating func view() throws(CBORError) -> UInt64 {
        try unsigned(atMost: FinalityLimits.viewCount - 1, field: "view")
    }
}
