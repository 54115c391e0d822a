package import Encoding

/// What is imported at once: the resources of one document, and the document around them.
///
/// Nothing is rewritten: every part knows its bytes, and ``manifest`` gives the document back.
package struct ImportUnit: Sendable {
    /// What a document was before it was split.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        /// Bundles whose entries succeed or fail together.
        case transaction
        /// Bundles whose entries stand for themselves.
        case batch
        /// The other Bundles that carry resources are taken as collections.
        case collection, document, searchset, history, message
        /// One resource without a Bundle.
        case resource
    }

    package let document: JSONDocument
    package let kind: Kind
    /// The resources in the order of the document.
    package let entries: [ImportEntry]
    /// The document without its resources.
    package let manifest: ImportManifest

    /// The references of all entries whose target is not in the unit, contained ones aside.
    package var openReferences: [ImportReference] {
        entries.flatMap(\.references).filter { $0.target == .outside }
    }

    /// The bytes of one resource exactly as they stand in the document.
    package func resourceBytes(_ entry: ImportEntry) -> [UInt8] {
        Array(document.bytes[entry.byteRange])
    }

    /// The bytes of one resource with some references exchanged, all other bytes kept.
    ///
    /// - Parameters:
    ///   - entry: An entry of this unit.
    ///   - replacement: The new text for a reference; nil keeps it.
    /// - Returns: The resource's bytes.
    package func resourceBytes(
        _ entry: ImportEntry, replacing replacement: (ImportReference) -> String?
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        var position = entry.byteRange.lowerBound
        for reference in entry.references {
            guard let text = replacement(reference) else { continue }
            bytes.append(contentsOf: document.bytes[position..<reference.byteRange.lowerBound])
            bytes.append(contentsOf: JSONValue.string(text).serialized())
            position = reference.byteRange.upperBound
        }
        bytes.append(contentsOf: document.bytes[position..<entry.byteRange.upperBound])
        return bytes
    }
}

/// One resource of an ``ImportUnit``.
package struct ImportEntry: Sendable {
    /// The resource, as a view into the document.
    package let resource: JSONElement
    package let resourceType: String
    package let id: String?
    package let fullURL: String?
    package let domain: Domain
    /// The patient that the resource is about; a Patient is about itself.
    package let patient: ImportTarget?
    /// Every reference in the order of the text, contained resources included.
    package let references: [ImportReference]
    /// `POST` or `PUT` in a transaction or batch; nil in other documents.
    package let method: String?

    /// Exactly the resource's bytes in the document.
    package var byteRange: Range<Int> { resource.byteRange }
}

/// Where a reference leads, as far as the document tells.
package enum ImportTarget: Hashable, Sendable {
    /// The entry with this index.
    case entry(Int)
    /// A resource contained in the same one.
    case contained
    /// Something outside of the document: another server, or the result of a search.
    case outside
}

/// One reference in a resource.
package struct ImportReference: Hashable, Sendable {
    package let reference: ReferenceText
    package let target: ImportTarget
    /// The string's bytes in the document, quotes included.
    package let byteRange: Range<Int>
    /// Whether it is a URL or URI that points at an entry, rather than a Reference.
    package let isLink: Bool

    /// The text as it stands in the document.
    package var text: String { reference.text }
}
