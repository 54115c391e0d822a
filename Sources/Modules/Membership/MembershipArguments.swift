package import Base
package import ContractKit
package import Cryptography
package import Encoding
package import Ledger

extension MembershipContract {
    /// Arguments of `found`.
    package struct Found: Hashable, Sendable, CBORCodable {
        package let name: String

        package init(name: String) { self.name = name }

        package func encode(to writer: inout CBORWriter) {
            writer.array(1)
            writer.text(name)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(1, "found")
            name = try reader.text(atMost: MembershipLimits.nameByteCount)
        }
    }

    /// Arguments of `admitInstitution`.
    package struct AdmitInstitution: Hashable, Sendable, CBORCodable {
        package let account: AccountID
        package let name: String
        /// Unified social credit code.
        package let code: String
        package let kind: InstitutionKind
        package let readingKey: [UInt8]

        package init(
            account: AccountID, name: String, code: String, kind: InstitutionKind,
            readingKey: [UInt8]
        ) {
            (self.account, self.name, self.code) = (account, name, code)
            (self.kind, self.readingKey) = (kind, readingKey)
        }

        package func encode(to writer: inout CBORWriter) {
            writer.array(5)
            account.encode(to: &writer)
            writer.text(name)
            writer.text(code)
            writer.choice(kind)
            writer.byteString(readingKey)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(5, "institution to admit")
            account = try AccountID(from: &reader)
            name = try reader.text(atMost: MembershipLimits.nameByteCount)
            code = try reader.text(atMost: MembershipLimits.nameByteCount)
            kind = try reader.choice(InstitutionKind.self, field: "kind")
            readingKey = try reader.byteString(count: MembershipLimits.readingKeyByteCount)
        }
    }

    /// Arguments of `setInstitutionStatus`, `setPractitionerStatus` and `setResidentStatus`.
    package struct SetStatus: Hashable, Sendable, CBORCodable {
        package let account: AccountID
        package let status: MemberStatus
        package let reason: ReasonCode

        package init(account: AccountID, status: MemberStatus, reason: ReasonCode) {
            (self.account, self.status, self.reason) = (account, status, reason)
        }

        package func encode(to writer: inout CBORWriter) {
            writer.array(3)
            account.encode(to: &writer)
            writer.choice(status)
            reason.encode(to: &writer)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(3, "status to set")
            account = try AccountID(from: &reader)
            status = try reader.choice(MemberStatus.self, field: "status")
            reason = try ReasonCode(from: &reader)
        }
    }

    /// Arguments of `registerPractitioner`.
    package struct RegisterPractitioner: Hashable, Sendable, CBORCodable {
        package let account: AccountID
        package let licence: Hash256
        package let roles: [PractitionerRole]
        package let readingKey: [UInt8]

        package init(
            account: AccountID, licence: Hash256, roles: [PractitionerRole], readingKey: [UInt8]
        ) {
            (self.account, self.licence) = (account, licence)
            (self.roles, self.readingKey) = (roles.ascending, readingKey)
        }

        package func encode(to writer: inout CBORWriter) {
            writer.array(4)
            account.encode(to: &writer)
            writer.hash(licence)
            writer.choices(roles)
            writer.byteString(readingKey)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(4, "practitioner to register")
            account = try AccountID(from: &reader)
            licence = try reader.hash()
            roles = try reader.choices(
                PractitionerRole.self, atMost: MembershipLimits.roleCount, field: "roles")
            readingKey = try reader.byteString(count: MembershipLimits.readingKeyByteCount)
        }
    }

    /// Arguments of `enrolResident`.
    package struct EnrolResident: Hashable, Sendable, CBORCodable {
        package let account: AccountID
        package let identity: Hash256
        package let assurance: IdentityAssurance
        package let host: AccountID?

        package init(
            account: AccountID, identity: Hash256, assurance: IdentityAssurance, host: AccountID?
        ) {
            (self.account, self.identity) = (account, identity)
            (self.assurance, self.host) = (assurance, host)
        }

        package func encode(to writer: inout CBORWriter) {
            writer.array(4)
            account.encode(to: &writer)
            writer.hash(identity)
            writer.choice(assurance)
            writer.optional(host) { $1.encode(to: &$0) }
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(4, "resident to enrol")
            account = try AccountID(from: &reader)
            identity = try reader.hash()
            assurance = try reader.choice(IdentityAssurance.self, field: "assurance")
            host = try reader.optional { (reader) throws(CBORError) in
                try AccountID(from: &reader)
            }
        }
    }

    /// Arguments of `rotateKeys`.
    package struct RotateKeys: Hashable, Sendable, CBORCodable {
        package let keys: [PublicKey]

        package init(keys: [PublicKey]) { self.keys = keys }

        package func encode(to writer: inout CBORWriter) {
            writer.array(1)
            writer.list(keys) { $0.byteString($1.tagged) }
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(1, "keys to set")
            keys = try reader.list(atMost: AccountKeys.limit) { (reader) throws(CBORError) in
                try reader.publicKey()
            }
        }
    }

    /// Arguments of `replaceReadingKey`.
    package struct ReplaceReadingKey: Hashable, Sendable, CBORCodable {
        package let readingKey: [UInt8]

        package init(readingKey: [UInt8]) { self.readingKey = readingKey }

        package func encode(to writer: inout CBORWriter) {
            writer.array(1)
            writer.byteString(readingKey)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(1, "reading key")
            readingKey = try reader.byteString(count: MembershipLimits.readingKeyByteCount)
        }
    }

    /// Arguments of `moveWallet`.
    package struct MoveWallet: Hashable, Sendable, CBORCodable {
        /// Nil when the resident keeps the keys.
        package let host: AccountID?

        package init(host: AccountID?) { self.host = host }

        package func encode(to writer: inout CBORWriter) {
            writer.array(1)
            writer.optional(host) { $1.encode(to: &$0) }
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(1, "wallet to move")
            host = try reader.optional { (reader) throws(CBORError) in
                try AccountID(from: &reader)
            }
        }
    }
}
