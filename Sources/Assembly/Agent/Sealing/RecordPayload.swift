package import Base
package import Encoding
import Ledger

/// What the bytes of a record are.
package enum PayloadKind: UInt8, Hashable, Sendable {
    /// One FHIR resource in JSON, byte for byte as it was imported.
    case resource = 1
    /// A bundle without its resources: see ``BundleManifest``.
    case manifest = 2
    /// That a resource was deleted: a resource of `resourceType`, `id` and `meta` alone.
    case deletion = 3
}

/// A reference inside a resource, and the record that it leads to.
package struct RecordLink: Hashable, Sendable {
    /// The reference's text, such as `urn:uuid:…` or `Patient/1`.
    package let reference: String
    package let record: Hash256

    package init(reference: String, record: Hash256) {
        (self.reference, self.record) = (reference, record)
    }
}

/// The plaintext of one record version, which is what the commitment is about.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | kind | 1, 2 or 3 | resource, manifest or deletion |
/// | content | byte string | the original bytes |
/// | links | array of [text, 32 bytes] | references resolved to records |
/// | padding | byte string of zeros | the fewest that reach a permitted size |
///
/// Decoding accepts only what encoding would have written, including the padding.
package struct RecordPayload: Hashable, Sendable {
    /// Bytes of the content: what still fits into one request to a node.
    package static let contentLimit = 24 << 20
    /// Links of one record.
    package static let linkLimit = 65_536
    /// UTF-8 bytes of one reference.
    package static let referenceLimit = 4096

    package let kind: PayloadKind
    package let content: [UInt8]
    package let links: [RecordLink]

    package init(kind: PayloadKind, content: [UInt8], links: [RecordLink] = []) {
        (self.kind, self.content, self.links) = (kind, content, links)
    }

    /// The padded encoding.
    package var encoded: [UInt8] {
        var writer = CBORWriter(
            reservingCapacity: PaddedSize.atLeast(content.count + 128 + 80 * links.count))
        writer.array(5)
        writer.unsigned(1)
        writer.unsigned(UInt64(kind.rawValue))
        writer.byteString(content)
        writer.list(links) { writer, link in
            writer.array(2)
            writer.text(link.reference)
            writer.hash(link.record)
        }
        writer.byteString(
            [UInt8](repeating: 0, count: Self.paddingCount(after: writer.bytes.count)))
        return writer.bytes
    }

    package init(decoding bytes: [UInt8]) throws(CBORError) {
        let limits = CBORLimits(
            byteCount: 2 * Self.contentLimit, depth: 8, elementCount: Self.linkLimit)
        var reader = try CBORReader(bytes, limits: limits)
        try reader.structure(5, "record payload")
        try reader.version(1, "record payload")
        let kindOffset = reader.offset
        guard
            let kind = PayloadKind(
                rawValue: UInt8(try reader.unsigned(atMost: 255, field: "payload kind")))
        else { throw .outOfRange(offset: kindOffset, field: "payload kind") }
        self.kind = kind
        content = try reader.byteString(atMost: Self.contentLimit)
        links = try reader.list(atMost: Self.linkLimit) { (reader) throws(CBORError) in
            try reader.structure(2, "record link")
            let reference = try reader.text(atMost: Self.referenceLimit)
            return RecordLink(reference: reference, record: try reader.hash())
        }
        let start = reader.offset
        let padding = try reader.byteString()
        try reader.finish()
        guard padding.count == Self.paddingCount(after: start), padding.allSatisfy({ $0 == 0 })
        else { throw .notCanonical(offset: start) }
    }

    /// The least number of zeros that brings the whole, with their CBOR head, to a permitted size.
    private static func paddingCount(after count: Int) -> Int {
        var size = PaddedSize.atLeast(count + 1)
        while true {
            // A head of 1, 2, 3 or 5 bytes: a few sums are out of reach, such as 25 = head + 24.
            for head in [1, 2, 3, 5] {
                let zeros = size - count - head
                if zeros >= 0 && headCount(zeros) == head { return zeros }
            }
            size = PaddedSize.atLeast(size + 1)
        }
    }

    private static func headCount(_ zeros: Int) -> Int {
        switch zeros {
        case ..<24: 1
        case ..<0x100: 2
        case ..<0x1_0000: 3
        default: 5
        }
    }
}
