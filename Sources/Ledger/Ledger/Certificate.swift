package import Base
package import Cryptography
package import Encoding

/// The phases of finality; a certificate of commits makes a block irrevocable.
package enum VotePhase: UInt64, Hashable, Sendable {
    case prepare = 1
    case commit = 2
}

/// What one validator signs about one header.
package struct Vote: Hashable, Sendable {
    package let chain: Hash256
    package let epoch: UInt64
    package let validators: Hash256
    package let height: UInt64
    package let view: UInt64
    package let phase: VotePhase
    /// The header's digest, which binds the state root.
    package let header: Hash256

    package init(
        chain: Hash256, epoch: UInt64, validators: Hash256, height: UInt64, view: UInt64,
        phase: VotePhase, header: Hash256
    ) {
        (self.chain, self.epoch, self.validators) = (chain, epoch, validators)
        (self.height, self.view, self.phase, self.header) = (height, view, phase, header)
    }

    /// The signed bytes: a label, then an array of the seven fields.
    package var message: [UInt8] {
        var writer = CBORWriter(reservingCapacity: 160)
        writer.array(7)
        writer.hash(chain)
        writer.unsigned(epoch)
        writer.hash(validators)
        writer.unsigned(height)
        writer.unsigned(view)
        writer.unsigned(phase.rawValue)
        writer.hash(header)
        return Domains.vote + writer.bytes
    }
}

/// Why a certificate proves nothing.
package enum CertificateError: Error, Hashable, Sendable {
    /// It is about another header.
    case otherHeader
    /// It names another validator set or a signer outside of it.
    case otherValidators
    /// The signature of the validator at this place is wrong.
    case signature(index: Int)
    /// Two thirds of the weight or less have signed.
    case noQuorum(signed: UInt64, total: UInt64)
}

/// Commit votes of more than two thirds of the weight over one header.
///
/// Suites may be mixed: each signature is checked by the suite of its validator's key. All
/// signatures must be right, so that no bit of a certificate can change unnoticed.
package struct Certificate: Hashable, Sendable, CBORCodable {
    /// The header's digest.
    package let header: Hash256
    /// The view in which the block was decided; 0 when the engine's proposal went through.
    package let view: UInt64
    /// Which validators signed: bit i of byte i/8, least significant first, one bit a validator.
    package let signers: [UInt8]
    /// The signatures, in the order of the validators.
    package let signatures: [[UInt8]]

    package init(
        header: Hash256, view: UInt64, signatures: [(index: Int, bytes: [UInt8])], of count: Int
    ) {
        self.header = header
        self.view = view
        var bitmap = [UInt8](repeating: 0, count: (count + 7) / 8)
        let sorted = signatures.sorted { $0.index < $1.index }
        for (index, _) in sorted { bitmap[index / 8] |= 1 << UInt8(index % 8) }
        signers = bitmap
        self.signatures = sorted.map(\.bytes)
    }

    /// Checks that a quorum of `set` committed to `header`.
    package func verify(
        _ header: Header, set: ValidatorSet, suite: HashSuite
    ) throws(CertificateError) {
        guard header.digest(suite) == self.header else { throw .otherHeader }
        guard header.validators == set.digest else { throw .otherValidators }
        let vote = Vote(
            chain: header.chain, epoch: header.epoch, validators: header.validators,
            height: header.height, view: view, phase: .commit, header: self.header)
        try verify(vote, set: set) { $0.isValidSignature($1, for: $2) }
    }

    /// Checks that a quorum of `set` signed `vote`, whichever its phase.
    ///
    /// - Parameter isValid: checks one signature for a message by a key.
    package func verify(
        _ vote: Vote, set: ValidatorSet,
        isValid: (_ key: PublicKey, _ signature: [UInt8], _ message: [UInt8]) -> Bool
    ) throws(CertificateError) {
        let validators = set.validators
        guard signers.count == (validators.count + 7) / 8 else { throw .otherValidators }
        let message = vote.message
        var next = 0
        var signed: UInt64 = 0
        for index in 0..<signers.count * 8 where hasSigned(index) {
            guard index < validators.count, next < signatures.count else {
                throw .otherValidators
            }
            guard isValid(validators[index].key, signatures[next], message) else {
                throw .signature(index: index)
            }
            next += 1
            signed += validators[index].weight
        }
        guard next == signatures.count else { throw .otherValidators }
        guard set.isQuorum(signed) else {
            throw .noQuorum(signed: signed, total: set.totalWeight)
        }
    }

    /// Whether the validator at this place of its set has signed.
    package func hasSigned(_ index: Int) -> Bool {
        index / 8 < signers.count && signers[index / 8] >> UInt8(index % 8) & 1 == 1
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(5)
        writer.unsigned(1)
        writer.hash(header)
        writer.unsigned(view)
        writer.byteString(signers)
        writer.list(signatures) { $0.byteString($1) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(5, "certificate")
        try reader.version(1, "certificate")
        header = try reader.hash()
        view = try reader.unsigned()
        signers = try reader.byteString(atMost: LedgerLimits.validatorCount / 8)
        signatures = try reader.list(atMost: LedgerLimits.validatorCount) {
            (reader) throws(CBORError) in try reader.byteString(atMost: 128)
        }
    }
}
