package import Base
package import ContractKit
package import Encoding
package import FHIRModel
package import Ledger

/// Bounds of the rows; part of the contract's version.
package enum RecordsLimits {
    /// The longest legal hold, in seconds: 30 years, as inpatient records are kept.
    ///
    /// Source: 医疗机构管理条例实施细则 §53.
    package static let holdSeconds: UInt64 = 30 * 366 * 86_400
}

/// A legal duty to keep a record until a time.
package struct RecordHold: Hashable, Sendable, CBORCodable {
    package let reason: ReasonCode
    package let until: Timestamp

    package init(reason: ReasonCode, until: Timestamp) {
        (self.reason, self.until) = (reason, until)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(2)
        reason.encode(to: &writer)
        writer.time(until)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(2, "hold")
        reason = try ReasonCode(from: &reader)
        until = try reader.time()
    }
}

/// That a record was erased: by whom, why and when.
///
/// Its keys are destroyed by those who hold them.
package struct RecordErasure: Hashable, Sendable, CBORCodable {
    package let reason: ReasonCode
    package let erasedBy: AccountID
    package let height: UInt64

    package init(reason: ReasonCode, erasedBy: AccountID, height: UInt64) {
        (self.reason, self.erasedBy, self.height) = (reason, erasedBy, height)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(3)
        reason.encode(to: &writer)
        erasedBy.encode(to: &writer)
        writer.unsigned(height)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(3, "erasure")
        reason = try ReasonCode(from: &reader)
        erasedBy = try AccountID(from: &reader)
        height = try reader.unsigned()
    }
}

/// What a record is at a moment.
package enum RecordStatus: UInt8, CaseIterable, Hashable, Sendable {
    case active = 1
    case held = 2
    case erased = 3
}

/// One record of an owner, without its content.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | domain | integer | the kind of data |
/// | writer | 32 bytes | who wrote it and may amend it |
/// | versions | integer | how many there are; the newest has this number |
/// | hold | null or array | ``RecordHold`` |
/// | erasure | null or array | ``RecordErasure`` |
package struct RecordItem: Hashable, Sendable, CBORCodable {
    package let domain: Domain
    package let writer: AccountID
    package let versions: UInt64
    package let hold: RecordHold?
    package let erasure: RecordErasure?

    package init(
        domain: Domain, writer: AccountID, versions: UInt64, hold: RecordHold? = nil,
        erasure: RecordErasure? = nil
    ) {
        (self.domain, self.writer, self.versions) = (domain, writer, versions)
        (self.hold, self.erasure) = (hold, erasure)
    }

    /// A hold ends by itself when its time has come.
    package func status(at now: Timestamp) -> RecordStatus {
        if erasure != nil { return .erased }
        if let hold, now < hold.until { return .held }
        return .active
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(6)
        writer.unsigned(1)
        writer.choice(domain)
        self.writer.encode(to: &writer)
        writer.unsigned(versions)
        writer.optional(hold) { $1.encode(to: &$0) }
        writer.optional(erasure) { $1.encode(to: &$0) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(6, "record")
        try reader.version(1, "record")
        domain = try reader.choice(Domain.self, field: "domain")
        writer = try AccountID(from: &reader)
        versions = try reader.unsigned()
        hold = try reader.optional { (reader) throws(CBORError) in try RecordHold(from: &reader) }
        erasure = try reader.optional { (reader) throws(CBORError) in
            try RecordErasure(from: &reader)
        }
    }
}

/// One version of a record: what the chain commits to.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | commitment | 32 bytes | keyed commitment to the plain content |
/// | body | 32 bytes | vault address of the ciphertext |
/// | envelope | 32 bytes | vault address of the sealed data key |
/// | epoch | integer | epoch of the owner's domain key that the envelope is sealed to |
/// | writer | 32 bytes | who wrote this version |
/// | height | integer | block that made it final |
/// | transaction | 32 bytes | the transaction that wrote it |
package struct RecordVersion: Hashable, Sendable, CBORCodable {
    package let content: RecordContent
    package let writer: AccountID
    package let height: UInt64
    package let transaction: TransactionID

    package init(
        content: RecordContent, writer: AccountID, height: UInt64, transaction: TransactionID
    ) {
        (self.content, self.writer) = (content, writer)
        (self.height, self.transaction) = (height, transaction)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(8)
        writer.unsigned(1)
        content.encodeFields(to: &writer)
        self.writer.encode(to: &writer)
        writer.unsigned(height)
        writer.hash(transaction.hash)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(8, "record version")
        try reader.version(1, "record version")
        content = try RecordContent(fieldsFrom: &reader)
        writer = try AccountID(from: &reader)
        height = try reader.unsigned()
        transaction = TransactionID(try reader.hash())
    }
}

/// What a version commits to, in calls and rows alike: four fields of the enclosing array.
package struct RecordContent: Hashable, Sendable {
    package let commitment: Hash256
    package let body: Hash256
    package let envelope: Hash256
    package let epoch: UInt64

    package init(commitment: Hash256, body: Hash256, envelope: Hash256, epoch: UInt64) {
        (self.commitment, self.body) = (commitment, body)
        (self.envelope, self.epoch) = (envelope, epoch)
    }

    func encodeFields(to writer: inout CBORWriter) {
        writer.hash(commitment)
        writer.hash(body)
        writer.hash(envelope)
        writer.unsigned(epoch)
    }

    init(fieldsFrom reader: inout CBORReader) throws(CBORError) {
        commitment = try reader.hash()
        body = try reader.hash()
        envelope = try reader.hash()
        epoch = try reader.unsigned()
    }
}
