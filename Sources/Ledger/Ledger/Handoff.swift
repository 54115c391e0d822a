package import Encoding

/// Why a handoff does not continue an epoch.
package enum HandoffError: Error, Hashable, Sendable {
    /// It is of another chain or zone.
    case chain
    /// It ends another epoch than the one before it left off with.
    case order(expected: UInt64, found: UInt64)
    /// Its block is not above the block that began the epoch.
    case height(UInt64)
    /// The set it carries is not the next one that its header names, or nothing changes.
    case nextValidators
    case certificate(CertificateError)
}

/// The end of an epoch: the old set's certificate over the header that names the next set.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | header | header | of the epoch's last block |
/// | certificate | certificate | by the set of the epoch that ends |
/// | validators | array | the set of the next epoch |
package struct Handoff: Hashable, Sendable, CBORCodable {
    package let header: Header
    package let certificate: Certificate
    package let validators: ValidatorSet

    package init(header: Header, certificate: Certificate, validators: ValidatorSet) {
        (self.header, self.certificate, self.validators) = (header, certificate, validators)
    }

    /// Checks that this ends the epoch of `old`, and so that its set follows.
    ///
    /// - Parameters:
    ///   - old: the epoch that ends, whose set is already trusted.
    package func verify(
        ending old: ValidatorEpoch, genesis: Genesis
    ) throws(HandoffError) {
        guard header.chain == genesis.id, header.zone == genesis.zone else { throw .chain }
        guard header.epoch == old.epoch, old.epoch < .max else {
            throw .order(expected: old.epoch, found: header.epoch)
        }
        guard header.height >= old.first, header.height < .max else {
            throw .height(header.height)
        }
        guard header.nextValidators == validators.digest,
            header.nextValidators != header.validators
        else { throw .nextValidators }
        do throws(CertificateError) {
            try certificate.verify(header, set: old.validators, suite: genesis.hashSuite)
        } catch {
            throw .certificate(error)
        }
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(4)
        writer.unsigned(1)
        header.encode(to: &writer)
        certificate.encode(to: &writer)
        validators.encode(to: &writer)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(4, "handoff")
        try reader.version(1, "handoff")
        header = try Header(from: &reader)
        certificate = try Certificate(from: &reader)
        validators = try ValidatorSet(from: &reader)
    }
}
