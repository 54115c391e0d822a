package import Base
package import ContractKit
package import Encoding
package import FHIRModel
package import Ledger

/// Bounds of the rows; part of the contract's version.
package enum AuditLimits {
    /// Events of one call.
    package static let eventCount = 64
    /// Records of one event.
    package static let recordCount = 64
    /// Reasons of one event.
    package static let reasonCount = 8
}

/// One read of an owner's records, allowed or refused, as the serving node saw it.
///
/// Ten fields of the enclosing array, in calls and rows alike:
///
/// | field | type | meaning |
/// |---|---|---|
/// | event | 32 bytes | random; makes recording twice a no-op |
/// | reader | 32 bytes | who asked |
/// | institution | null or 32 bytes | the reader's employer |
/// | allowed | boolean | the decision |
/// | reasons | 1 to 8 texts | codes of the decision's reasons |
/// | purpose | integer | what it was for |
/// | domain | null or integer | the kind of data, when one kind was asked for |
/// | records | up to 64 × 32 bytes | which records |
/// | grant | null or 32 bytes | the consent that decided |
/// | time | integer | the node's clock at the decision |
package struct ReadEvent: Hashable, Sendable {
    package let event: Hash256
    package let reader: AccountID
    package let institution: AccountID?
    package let allowed: Bool
    package let reasons: [ReasonCode]
    package let purpose: Purpose
    package let domain: Domain?
    package let records: [Hash256]
    package let grant: Hash256?
    package let time: Timestamp

    package init(
        event: Hash256, reader: AccountID, institution: AccountID?, allowed: Bool,
        reasons: [ReasonCode], purpose: Purpose, domain: Domain?, records: [Hash256],
        grant: Hash256?, time: Timestamp
    ) {
        (self.event, self.reader, self.institution) = (event, reader, institution)
        (self.allowed, self.reasons, self.purpose) = (allowed, reasons, purpose)
        (self.domain, self.records, self.grant) = (domain, records, grant)
        self.time = time
    }

    func encodeFields(to writer: inout CBORWriter) {
        writer.hash(event)
        reader.encode(to: &writer)
        writer.optional(institution) { $1.encode(to: &$0) }
        writer.bool(allowed)
        writer.list(reasons) { $1.encode(to: &$0) }
        writer.choice(purpose)
        writer.optional(domain) { $0.choice($1) }
        writer.list(records) { $0.hash($1) }
        writer.optional(grant) { $0.hash($1) }
        writer.time(time)
    }

    init(fieldsFrom reader: inout CBORReader) throws(CBORError) {
        event = try reader.hash()
        self.reader = try AccountID(from: &reader)
        institution = try reader.optional { (reader) throws(CBORError) in
            try AccountID(from: &reader)
        }
        allowed = try reader.bool()
        let start = reader.offset
        reasons = try reader.list(atMost: AuditLimits.reasonCount) { (reader) throws(CBORError) in
            try ReasonCode(from: &reader)
        }
        guard !reasons.isEmpty else { throw .outOfRange(offset: start, field: "reasons") }
        purpose = try reader.choice(Purpose.self, field: "purpose")
        domain = try reader.optional { (reader) throws(CBORError) in
            try reader.choice(Domain.self, field: "domain")
        }
        records = try reader.list(atMost: AuditLimits.recordCount) { (reader) throws(CBORError) in
            try reader.hash()
        }
        grant = try reader.optional { (reader) throws(CBORError) in try reader.hash() }
        time = try reader.time()
    }
}

/// A row of an owner's audit: version 1, the node that served the read, the transaction that
/// recorded it, and the ten fields of the read.
package struct AuditRow: Hashable, Sendable, CBORCodable {
    /// The institution whose node decided and recorded.
    package let node: AccountID
    /// The transaction whose receipt proves the entry.
    package let transaction: TransactionID
    package let read: ReadEvent

    package init(node: AccountID, transaction: TransactionID, read: ReadEvent) {
        (self.node, self.transaction, self.read) = (node, transaction, read)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(13)
        writer.unsigned(1)
        node.encode(to: &writer)
        writer.hash(transaction.hash)
        read.encodeFields(to: &writer)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(13, "audit row")
        try reader.version(1, "audit row")
        node = try AccountID(from: &reader)
        transaction = TransactionID(try reader.hash())
        read = try ReadEvent(fieldsFrom: &reader)
    }
}

/// How many rows an owner's audit has: the sequence number of the next.
struct AuditHead: Hashable, Sendable, CBORCodable {
    let next: UInt64

    init(next: UInt64) { self.next = next }

    func encode(to writer: inout CBORWriter) {
        writer.array(2)
        writer.unsigned(1)
        writer.unsigned(next)
    }

    init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(2, "audit head")
        try reader.version(1, "audit head")
        next = try reader.unsigned()
    }
}

/// Where an event was recorded.
package struct AuditPlace: Hashable, Sendable, CBORCodable {
    package let owner: AccountID
    package let sequence: UInt64

    package init(owner: AccountID, sequence: UInt64) {
        (self.owner, self.sequence) = (owner, sequence)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(3)
        writer.unsigned(1)
        owner.encode(to: &writer)
        writer.unsigned(sequence)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(3, "audit place")
        try reader.version(1, "audit place")
        owner = try AccountID(from: &reader)
        sequence = try reader.unsigned()
    }
}
