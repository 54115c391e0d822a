package import Base
import ContractKit
package import Encoding
package import FHIRModel
package import Ledger
package import Membership

/// Whether a grant lets read or forbids it.
///
/// A deny overrides every permit.
package enum GrantEffect: UInt8, CaseIterable, Hashable, Sendable {
    case permit = 1
    case deny = 2
}

/// Whom a grant is about.
package enum GrantRecipient: Hashable, Sendable, CBORCodable {
    /// One account: a practitioner, an institution itself, or another resident.
    case person(AccountID)
    /// An institution and all its practitioners.
    case institution(AccountID)
    /// Practitioners with this role in any institution.
    case role(PractitionerRole)

    /// The account that it names; none for a role.
    package var account: AccountID? {
        switch self {
        case .person(let account), .institution(let account): account
        case .role: nil
        }
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(2)
        switch self {
        case .person(let account):
            writer.unsigned(1)
            account.encode(to: &writer)
        case .institution(let account):
            writer.unsigned(2)
            account.encode(to: &writer)
        case .role(let role):
            writer.unsigned(3)
            writer.choice(role)
        }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(2, "recipient")
        switch try reader.byte(in: 1...3, field: "recipient") {
        case 1: self = .person(try AccountID(from: &reader))
        case 2: self = .institution(try AccountID(from: &reader))
        default: self = .role(try reader.choice(PractitionerRole.self, field: "role"))
        }
    }
}

/// Which data for which purposes: two sets, each with at least one member.
package struct GrantScope: Hashable, Sendable, CBORCodable {
    package let domains: [Domain]
    package let purposes: [Purpose]

    package init(domains: [Domain], purposes: [Purpose]) {
        (self.domains, self.purposes) = (domains.ascending, purposes.ascending)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(2)
        writer.choices(domains)
        writer.choices(purposes)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(2, "scope")
        domains = try reader.choices(
            Domain.self, atMost: ConsentLimits.domainCount, field: "domains")
        purposes = try reader.choices(
            Purpose.self, atMost: ConsentLimits.purposeCount, field: "purposes")
    }
}

/// Whether the owner still means a grant.
package enum GrantStatus: UInt8, CaseIterable, Hashable, Sendable {
    case active = 1
    case revoked = 2
}

/// An owner's rule about reading.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | effect | integer | ``GrantEffect`` |
/// | recipient | array | ``GrantRecipient`` |
/// | scope | array | ``GrantScope`` |
/// | from, until | integers | it counts from `from` until just before `until` |
/// | readLimit | null or integer | how many records may be read in all |
/// | readsUsed | integer | how many were; may exceed the limit, so that overruns show |
/// | status | integer | ``GrantStatus`` |
/// | code | null or 32 bytes | the access code that made it |
package struct Grant: Hashable, Sendable, CBORCodable {
    package let effect: GrantEffect
    package let recipient: GrantRecipient
    package let scope: GrantScope
    package let from: Timestamp
    package let until: Timestamp
    package let readLimit: UInt64?
    package var readsUsed: UInt64
    package var status: GrantStatus
    package let code: AccountID?

    package init(
        effect: GrantEffect, recipient: GrantRecipient, scope: GrantScope, from: Timestamp,
        until: Timestamp, readLimit: UInt64? = nil, readsUsed: UInt64 = 0,
        status: GrantStatus = .active, code: AccountID? = nil
    ) {
        (self.effect, self.recipient, self.scope) = (effect, recipient, scope)
        (self.from, self.until, self.readLimit) = (from, until, readLimit)
        (self.readsUsed, self.status, self.code) = (readsUsed, status, code)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(10)
        writer.unsigned(1)
        writer.choice(effect)
        recipient.encode(to: &writer)
        scope.encode(to: &writer)
        writer.time(from)
        writer.time(until)
        writer.optional(readLimit) { $0.unsigned($1) }
        writer.unsigned(readsUsed)
        writer.choice(status)
        writer.optional(code) { $1.encode(to: &$0) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(10, "grant")
        try reader.version(1, "grant")
        effect = try reader.choice(GrantEffect.self, field: "effect")
        recipient = try GrantRecipient(from: &reader)
        scope = try GrantScope(from: &reader)
        from = try reader.time()
        until = try reader.time()
        readLimit = try reader.optional { (reader) throws(CBORError) in try reader.unsigned() }
        readsUsed = try reader.unsigned()
        status = try reader.choice(GrantStatus.self, field: "status")
        code = try reader.optional { (reader) throws(CBORError) in try AccountID(from: &reader) }
    }
}
