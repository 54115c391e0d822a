import Base
import Cryptography
package import Encoding
package import Merkle

/// A row of the state, or its absence, proved against a header's state root.
///
/// | field | type | meaning |
/// |---|---|---|
/// | key | byte string | table name, zero byte, row key |
/// | value | null or byte string | the row, or that there is none |
/// | proof | state proof | against the header's state root |
/// | key digest | 32 bytes | SHA-256 of the key |
///
/// A proof that one key is absent may hold for another key that differs in one bit. The digest
/// makes sure that such a change does not pass for the receipt that was issued.
package struct ReceiptState: Hashable, Sendable, CBORCodable {
    /// Table name, zero byte, row key.
    package let key: [UInt8]
    /// The row's bytes, or nil when the proof shows that there is none.
    package let value: [UInt8]?
    package let proof: StateProof

    package init(key: [UInt8], value: [UInt8]?, proof: StateProof) {
        (self.key, self.value, self.proof) = (key, value, proof)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(4)
        writer.byteString(key)
        writer.optional(value) { $0.byteString($1) }
        proof.encode(to: &writer)
        writer.hash(HashSuite.sha256.hash(key))
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(4, "state row")
        key = try reader.byteString(atMost: 4096)
        value = try reader.optional { (reader) throws(CBORError) in
            try reader.byteString(atMost: LedgerLimits.valueByteCount)
        }
        proof = try StateProof(from: &reader)
        let start = reader.offset
        guard try reader.hash() == HashSuite.sha256.hash(key) else {
            throw .outOfRange(offset: start, field: "key digest")
        }
    }
}

/// Everything that proves one entry final, offline, with nothing but the zone's trust file.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | entry | byte string | the encoded entry |
/// | index | integer | its place in the chain's log |
/// | path | array of 32 bytes | RFC 9162 inclusion proof |
/// | header | header | of the block, or of a later one |
/// | certificate | certificate | over the header |
/// | state | array | state proofs at that header |
package struct Receipt: Hashable, Sendable, CBORCodable {
    package let entry: [UInt8]
    package let index: UInt64
    package let path: InclusionProof
    package let header: Header
    package let certificate: Certificate
    package let state: [ReceiptState]

    package init(
        entry: [UInt8], index: UInt64, path: InclusionProof, header: Header,
        certificate: Certificate, state: [ReceiptState]
    ) {
        (self.entry, self.index, self.path) = (entry, index, path)
        (self.header, self.certificate, self.state) = (header, certificate, state)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(7)
        writer.unsigned(1)
        writer.byteString(entry)
        writer.unsigned(index)
        writer.list(path.path) { $0.hash($1) }
        header.encode(to: &writer)
        certificate.encode(to: &writer)
        writer.list(state) { $1.encode(to: &$0) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(7, "receipt")
        try reader.version(1, "receipt")
        entry = try reader.byteString(atMost: 4 * LedgerLimits.transactionByteCount)
        index = try reader.unsigned()
        path = InclusionProof(
            path: try reader.list(atMost: 64) { (reader) throws(CBORError) in try reader.hash() })
        header = try Header(from: &reader)
        certificate = try Certificate(from: &reader)
        state = try reader.list(atMost: LedgerLimits.receiptStateProofCount) {
            (reader) throws(CBORError) in try ReceiptState(from: &reader)
        }
    }
}
