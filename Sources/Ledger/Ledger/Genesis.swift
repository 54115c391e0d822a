package import Base
package import Cryptography
package import Encoding

/// The document that founds a chain; its digest is the chain's name in every signature.
package struct Genesis: Hashable, Sendable, CBORCodable {
    /// GB/T 2260 code of the province, such as `33`.
    package let zone: String
    /// The chain inside the zone, such as `main`.
    package let chain: String
    /// The hash function of the log, the state tree and the headers.
    package let hashSuite: HashSuite
    /// When the chain was founded.
    package let time: Timestamp
    /// The zone's authority: the regulator that admits members.
    package let authority: AccountID
    /// The validators of epoch 0; a document whose set breaks ``ValidatorRules`` does not decode.
    package let validators: ValidatorSet

    package init(
        zone: String, chain: String, hashSuite: HashSuite, time: Timestamp, authority: AccountID,
        validators: ValidatorSet
    ) {
        (self.zone, self.chain, self.hashSuite) = (zone, chain, hashSuite)
        (self.time, self.authority, self.validators) = (time, authority, validators)
    }

    /// The chain's identifier.
    package var id: Hash256 { HashSuite.sha256.hash(Domains.genesis + encoded) }

    package func encode(to writer: inout CBORWriter) {
        writer.array(7)
        writer.unsigned(1)
        writer.text(zone)
        writer.text(chain)
        writer.unsigned(UInt64(hashSuite.rawValue))
        writer.unsigned(time.milliseconds)
        authority.encode(to: &writer)
        validators.encode(to: &writer)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(7, "genesis")
        try reader.version(1, "genesis")
        zone = try reader.text(atMost: 6)
        chain = try reader.text(atMost: LedgerLimits.nameByteCount)
        hashSuite = try reader.hashSuite()
        time = Timestamp(milliseconds: try reader.unsigned())
        authority = try AccountID(from: &reader)
        let start = reader.offset
        validators = try ValidatorSet(from: &reader)
        guard ValidatorRules.error(founding: validators) == nil else {
            throw .outOfRange(offset: start, field: "validators: a shared key or a weight of 1/3")
        }
    }
}

extension CBORReader {
    /// A hash suite's byte.
    package mutating func hashSuite() throws(CBORError) -> HashSuite {
        let start = offset
        guard let suite = HashSuite(rawValue: UInt8(try unsigned(atMost: 255, field: "suite")))
        else { throw .outOfRange(offset: start, field: "hash suite") }
        return suite
    }
}
