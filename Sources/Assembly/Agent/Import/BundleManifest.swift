package import Base
package import Encoding
package import FHIRModel

/// A bundle as a record of its own: the document with holes, and the records that fill them.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | document | import manifest | the original bytes without the resources, and the holes |
/// | records | array of 32 bytes | the record of each hole, in order |
package struct BundleManifest: Hashable, Sendable, CBORCodable {
    package let document: ImportManifest
    package let records: [Hash256]

    package init(document: ImportManifest, records: [Hash256]) {
        (self.document, self.records) = (document, records)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(3)
        writer.unsigned(1)
        document.encode(to: &writer)
        writer.list(records) { $0.hash($1) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(3, "bundle manifest")
        guard try reader.unsigned() == 1 else {
            throw .outOfRange(offset: reader.offset, field: "bundle manifest version")
        }
        document = try ImportManifest(from: &reader)
        let start = reader.offset
        records = try reader.list(atMost: ImportManifest.maximumHoleCount) {
            (reader) throws(CBORError) in try reader.hash()
        }
        guard records.count == document.holes.count else {
            throw .outOfRange(offset: start, field: "records")
        }
    }

    /// The original document; nil when a record's bytes are missing.
    package func reassemble(_ content: (Hash256) -> [UInt8]?) -> [UInt8]? {
        let parts = records.compactMap(content)
        return parts.count == records.count ? document.reassemble(parts) : nil
    }
}
