import Base
import ContractKit
package import Encoding
import Ledger

/// What an institution is.
package enum InstitutionKind: UInt8, CaseIterable, Hashable, Sendable {
    case hospital = 1
    case clinic = 2
    case laboratory = 3
    case pharmacy = 4
    case insurer = 5
    case authority = 6
    case other = 7
}

/// A member institution: public facts about an organisation.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | name | text | the registered name |
/// | code | text | unified social credit code, 18 characters |
/// | kind | integer | ``InstitutionKind`` |
/// | readingKey | 32 bytes | X25519 key to which others seal for it |
/// | since | integer | height of its admission |
/// | change | array | last ``StatusChange`` |
package struct Institution: Hashable, Sendable, CBORCodable {
    package let name: String
    package let code: String
    package let kind: InstitutionKind
    package let readingKey: [UInt8]
    package let since: UInt64
    package let change: StatusChange

    package init(
        name: String, code: String, kind: InstitutionKind, readingKey: [UInt8], since: UInt64,
        change: StatusChange
    ) {
        (self.name, self.code, self.kind) = (name, code, kind)
        (self.readingKey, self.since, self.change) = (readingKey, since, change)
    }

    package var status: MemberStatus { change.status }

    package func encode(to writer: inout CBORWriter) {
        writer.array(7)
        writer.unsigned(1)
        writer.text(name)
        writer.text(code)
        writer.choice(kind)
        writer.byteString(readingKey)
        writer.unsigned(since)
        change.encode(to: &writer)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(7, "institution")
        try reader.version(1, "institution")
        name = try reader.text(atMost: MembershipLimits.nameByteCount)
        code = try reader.text(atMost: SocialCreditCode.length)
        kind = try reader.choice(InstitutionKind.self, field: "kind")
        readingKey = try reader.byteString(count: MembershipLimits.readingKeyByteCount)
        since = try reader.unsigned()
        change = try StatusChange(from: &reader)
    }

    func with(change: StatusChange) -> Institution {
        Institution(
            name: name, code: code, kind: kind, readingKey: readingKey, since: since,
            change: change)
    }

    func with(readingKey: [UInt8]) -> Institution {
        Institution(
            name: name, code: code, kind: kind, readingKey: readingKey, since: since,
            change: change)
    }
}
