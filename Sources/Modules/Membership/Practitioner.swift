package import Base
import ContractKit
package import Encoding
package import Ledger

/// What a practitioner does; consents may name a role instead of a person.
package enum PractitionerRole: UInt8, CaseIterable, Hashable, Sendable {
    case physician = 1
    case familyDoctor = 2
    case nurse = 3
    case pharmacist = 4
    case technician = 5
    case researcher = 6
    case registrar = 7
    case therapist = 8
    case carer = 9
    case publicHealthOfficer = 10
}

/// A person who works for one institution; a second employment is a second account.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | institution | 32 bytes | the employer |
/// | licence | 32 bytes | keyed commitment to the licence number, never the number |
/// | roles | array | ``PractitionerRole``, ascending |
/// | readingKey | 32 bytes | X25519 key to which others seal |
/// | since | integer | height of the registration |
/// | change | array | last ``StatusChange`` |
package struct Practitioner: Hashable, Sendable, CBORCodable {
    package let institution: AccountID
    package let licence: Hash256
    package let roles: [PractitionerRole]
    package let readingKey: [UInt8]
    package let since: UInt64
    package let change: StatusChange

    package init(
        institution: AccountID, licence: Hash256, roles: [PractitionerRole], readingKey: [UInt8],
        since: UInt64, change: StatusChange
    ) {
        (self.institution, self.licence, self.roles) = (institution, licence, roles.ascending)
        (self.readingKey, self.since, self.change) = (readingKey, since, change)
    }

    package var status: MemberStatus { change.status }

    package func encode(to writer: inout CBORWriter) {
        writer.array(7)
        writer.unsigned(1)
        institution.encode(to: &writer)
        writer.hash(licence)
        writer.choices(roles)
        writer.byteString(readingKey)
        writer.unsigned(since)
        change.encode(to: &writer)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(7, "practitioner")
        try reader.version(1, "practitioner")
        institution = try AccountID(from: &reader)
        licence = try reader.hash()
        roles = try reader.choices(
            PractitionerRole.self, atMost: MembershipLimits.roleCount, field: "roles")
        readingKey = try reader.byteString(count: MembershipLimits.readingKeyByteCount)
        since = try reader.unsigned()
        change = try StatusChange(from: &reader)
    }

    func with(change: StatusChange) -> Practitioner {
        Practitioner(
            institution: institution, licence: licence, roles: roles, readingKey: readingKey,
            since: since, change: change)
    }

    func with(readingKey: [UInt8]) -> Practitioner {
        Practitioner(
            institution: institution, licence: licence, roles: roles, readingKey: readingKey,
            since: since, change: change)
    }
}
