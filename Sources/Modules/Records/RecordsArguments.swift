package import Base
package import ContractKit
package import Encoding
package import FHIRModel
package import Ledger

extension RecordsContract {
    /// Arguments of `write`.
    package struct Write: Hashable, Sendable, CBORCodable {
        package let owner: AccountID
        /// 256 random bits of the writer.
        package let record: Hash256
        package let domain: Domain
        package let content: RecordContent

        package init(owner: AccountID, record: Hash256, domain: Domain, content: RecordContent) {
            (self.owner, self.record) = (owner, record)
            (self.domain, self.content) = (domain, content)
        }

        package func encode(to writer: inout CBORWriter) {
            writer.array(7)
            owner.encode(to: &writer)
            writer.hash(record)
            writer.choice(domain)
            content.encodeFields(to: &writer)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(7, "record to write")
            owner = try AccountID(from: &reader)
            record = try reader.hash()
            domain = try reader.choice(Domain.self, field: "domain")
            content = try RecordContent(fieldsFrom: &reader)
        }
    }

    /// Arguments of `amend`.
    package struct Amend: Hashable, Sendable, CBORCodable {
        package let owner: AccountID
        package let record: Hash256
        package let content: RecordContent

        package init(owner: AccountID, record: Hash256, content: RecordContent) {
            (self.owner, self.record, self.content) = (owner, record, content)
        }

        package func encode(to writer: inout CBORWriter) {
            writer.array(6)
            owner.encode(to: &writer)
            writer.hash(record)
            content.encodeFields(to: &writer)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(6, "record to amend")
            owner = try AccountID(from: &reader)
            record = try reader.hash()
            content = try RecordContent(fieldsFrom: &reader)
        }
    }

    /// Arguments of `erase`.
    package struct Erase: Hashable, Sendable, CBORCodable {
        package let owner: AccountID
        package let record: Hash256
        package let reason: ReasonCode

        package init(owner: AccountID, record: Hash256, reason: ReasonCode) {
            (self.owner, self.record, self.reason) = (owner, record, reason)
        }

        package func encode(to writer: inout CBORWriter) {
            writer.array(3)
            owner.encode(to: &writer)
            writer.hash(record)
            reason.encode(to: &writer)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(3, "record to erase")
            owner = try AccountID(from: &reader)
            record = try reader.hash()
            reason = try ReasonCode(from: &reader)
        }
    }

    /// Arguments of `hold`.
    package struct Hold: Hashable, Sendable, CBORCodable {
        package let owner: AccountID
        package let record: Hash256
        package let hold: RecordHold

        package init(owner: AccountID, record: Hash256, hold: RecordHold) {
            (self.owner, self.record, self.hold) = (owner, record, hold)
        }

        package func encode(to writer: inout CBORWriter) {
            writer.array(3)
            owner.encode(to: &writer)
            writer.hash(record)
            hold.encode(to: &writer)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(3, "record to hold")
            owner = try AccountID(from: &reader)
            record = try reader.hash()
            hold = try RecordHold(from: &reader)
        }
    }

    /// Arguments of `release`.
    package struct Release: Hashable, Sendable, CBORCodable {
        package let owner: AccountID
        package let record: Hash256

        package init(owner: AccountID, record: Hash256) {
            (self.owner, self.record) = (owner, record)
        }

        package func encode(to writer: inout CBORWriter) {
            writer.array(2)
            owner.encode(to: &writer)
            writer.hash(record)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(2, "record to release")
            owner = try AccountID(from: &reader)
            record = try reader.hash()
        }
    }
}
