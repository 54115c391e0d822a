import Base

/// Why a header cannot be trusted.
package enum HeaderError: Error, Hashable, Sendable {
    /// It is of another chain or zone.
    case chain(zone: String)
    /// It is of an epoch that the trust file does not reach; a newer file may prove it.
    case epochUnknown(epoch: UInt64, last: UInt64)
    /// It names other validators than those of its epoch.
    case otherValidators(epoch: UInt64)
    /// Its height lies outside of its epoch.
    case height(UInt64, epoch: UInt64)
    case certificate(CertificateError)
}

extension TrustFile {
    /// Checks that the validators of its epoch certified a header: the one way in which anything
    /// that comes from outside becomes a part of the chain.
    ///
    /// Former validators may still have their keys: what they sign for heights after their epoch
    /// proves nothing.
    package func verify(_ header: Header, _ certificate: Certificate) throws(HeaderError) {
        let epoch = try epoch(of: header)
        do throws(CertificateError) {
            try certificate.verify(header, set: epoch.validators, suite: genesis.hashSuite)
        } catch {
            throw .certificate(error)
        }
    }

    /// The epoch that the header says it is of, if this file proves it.
    private func epoch(of header: Header) throws(HeaderError) -> ValidatorEpoch {
        guard header.chain == genesis.id, header.zone == genesis.zone else {
            throw .chain(zone: header.zone)
        }
        guard let epoch = epoch(header.epoch) else {
            throw .epochUnknown(epoch: header.epoch, last: lastEpoch.epoch)
        }
        guard header.validators == epoch.validators.digest else {
            throw .otherValidators(epoch: epoch.epoch)
        }
        guard header.height >= epoch.first else {
            throw .height(header.height, epoch: epoch.epoch)
        }
        guard let end = handoff(ending: epoch.epoch)?.header else { return epoch }
        guard header.height < end.height || header == end else {
            throw .height(header.height, epoch: epoch.epoch)
        }
        return epoch
    }
}
