package import Base
package import Encoding
package import Ledger

/// Where a version of a resource stands on the chain.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | record | 32 bytes | the record |
/// | number | integer | the record's version on the chain, from 1 |
/// | transaction | null or 32 bytes | the transaction that wrote it, for its receipt |
package struct RecordOrigin: Hashable, Sendable, CBORCodable {
    package let record: Hash256
    package let number: UInt64
    package var transaction: TransactionID?

    package init(record: Hash256, number: UInt64, transaction: TransactionID? = nil) {
        (self.record, self.number, self.transaction) = (record, number, transaction)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(4)
        writer.unsigned(1)
        writer.hash(record)
        writer.unsigned(number)
        writer.optional(transaction) { $0.hash($1.hash) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(4, "record origin")
        try reader.version(1, "record origin")
        record = try reader.hash()
        number = try reader.unsigned()
        transaction = try reader.optional { (reader) throws(CBORError) in
            TransactionID(try reader.hash())
        }
    }
}
