package import Base
import ContractKit
package import Encoding
package import Ledger

/// How well the registrar knows who stands behind a pseudonym.
package enum IdentityAssurance: UInt8, CaseIterable, Hashable, Sendable {
    /// The person said so.
    case declared = 1
    /// The registrar saw an identity document.
    case documentSeen = 2
    /// The registrar checked it with the population register.
    case checkedWithRegister = 3
}

/// One pseudonym of a resident, known to one registrar; two pseudonyms of a person do not link.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | registrar | 32 bytes | the institution that knows the real name |
/// | identity | 32 bytes | keyed commitment, see ``RealName`` |
/// | assurance | integer | ``IdentityAssurance`` |
/// | host | null or 32 bytes | the institution that keeps the wallet for the resident |
/// | since | integer | height of the enrolment |
/// | change | array | last ``StatusChange`` |
package struct Resident: Hashable, Sendable, CBORCodable {
    package let registrar: AccountID
    package let identity: Hash256
    package let assurance: IdentityAssurance
    package let host: AccountID?
    package let since: UInt64
    package let change: StatusChange

    package init(
        registrar: AccountID, identity: Hash256, assurance: IdentityAssurance, host: AccountID?,
        since: UInt64, change: StatusChange
    ) {
        (self.registrar, self.identity, self.assurance) = (registrar, identity, assurance)
        (self.host, self.since, self.change) = (host, since, change)
    }

    package var status: MemberStatus { change.status }

    package func encode(to writer: inout CBORWriter) {
        writer.array(7)
        writer.unsigned(1)
        registrar.encode(to: &writer)
        writer.hash(identity)
        writer.choice(assurance)
        writer.optional(host) { $1.encode(to: &$0) }
        writer.unsigned(since)
        change.encode(to: &writer)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(7, "resident")
        try reader.version(1, "resident")
        registrar = try AccountID(from: &reader)
        identity = try reader.hash()
        assurance = try reader.choice(IdentityAssurance.self, field: "assurance")
        host = try reader.optional { (reader) throws(CBORError) in try AccountID(from: &reader) }
        since = try reader.unsigned()
        change = try StatusChange(from: &reader)
    }

    func with(change: StatusChange) -> Resident {
        Resident(
            registrar: registrar, identity: identity, assurance: assurance, host: host,
            since: since, change: change)
    }

    func with(host: AccountID?) -> Resident {
        Resident(
            registrar: registrar, identity: identity, assurance: assurance, host: host,
            since: since, change: change)
    }
}
