package import Encoding

/// A finalised batch of entries, as it lies in the block log.
package struct Block: Hashable, Sendable, CBORCodable {
    package let header: Header
    package let certificate: Certificate
    /// Encoded entries: the leaves of the log tree, in order.
    package let entries: [[UInt8]]

    package init(header: Header, certificate: Certificate, entries: [[UInt8]]) {
        (self.header, self.certificate, self.entries) = (header, certificate, entries)
    }

    /// The chain-long index of the first entry.
    package var firstIndex: UInt64 { header.logSize - UInt64(entries.count) }

    package func encode(to writer: inout CBORWriter) {
        writer.array(4)
        writer.unsigned(1)
        header.encode(to: &writer)
        certificate.encode(to: &writer)
        writer.list(entries) { $0.byteString($1) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(4, "block")
        try reader.version(1, "block")
        header = try Header(from: &reader)
        certificate = try Certificate(from: &reader)
        let start = reader.offset
        entries = try reader.list(atMost: LedgerLimits.blockTransactionCount) {
            (reader) throws(CBORError) in try reader.byteString()
        }
        guard header.logSize >= UInt64(entries.count) else {
            throw .outOfRange(offset: start, field: "log size")
        }
    }
}
