import Base
import ContractKit
package import Encoding
import Ledger

/// Bounds of the rows; part of the contract's version.
package enum MembershipLimits {
    /// UTF-8 bytes of a zone's or institution's name.
    package static let nameByteCount = 200
    /// Roles of one practitioner.
    package static let roleCount = 8
    /// Bytes of an X25519 public key.
    package static let readingKeyByteCount = 32
}

/// The zone as its authority founded it.
package struct Zone: Hashable, Sendable, CBORCodable {
    package let name: String

    package init(name: String) { self.name = name }

    package func encode(to writer: inout CBORWriter) {
        writer.array(2)
        writer.unsigned(1)
        writer.text(name)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(2, "zone")
        try reader.version(1, "zone")
        name = try reader.text(atMost: MembershipLimits.nameByteCount)
    }
}

/// Membership's tables.
///
/// Other modules go through ``Directory``.
enum MembershipTables {
    static let zone = Table<UInt8, Zone>("membership/zone")
    static let institutions = Table<AccountID, Institution>("membership/institutions")
    static let practitioners = Table<AccountID, Practitioner>("membership/practitioners")
    static let residents = Table<AccountID, Resident>("membership/residents")
    /// Which account holds a social credit code, so that no institution is admitted twice.
    static let codes = Table<SocialCreditCode, CodeHolder>("membership/codes")

    /// The only key of ``zone``.
    static let zoneKey: UInt8 = 0
}

/// The account behind a social credit code.
struct CodeHolder: Hashable, Sendable, CBORCodable {
    let account: AccountID

    init(account: AccountID) { self.account = account }

    func encode(to writer: inout CBORWriter) {
        writer.array(2)
        writer.unsigned(1)
        account.encode(to: &writer)
    }

    init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(2, "code holder")
        try reader.version(1, "code holder")
        account = try AccountID(from: &reader)
    }
}
