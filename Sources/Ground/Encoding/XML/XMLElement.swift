/// An element of an XML document with all that stands inside of it.
package struct XMLElement: Hashable, Sendable {
    /// What may stand inside an element.
    package enum Content: Hashable, Sendable {
        case element(XMLElement)
        /// Text with its references decoded; comments and instructions are left out.
        case text(String)
    }

    /// One attribute; names keep their prefix.
    package struct Attribute: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    /// The name with its prefix, as it was written.
    package let name: String
    /// In the order of the document; no two have one name.
    package let attributes: [Attribute]
    package let contents: [Content]
    /// Exactly the element's bytes in the document.
    package let byteRange: Range<Int>

    init(name: String, attributes: [Attribute], contents: [Content], byteRange: Range<Int>) {
        (self.name, self.attributes) = (name, attributes)
        (self.contents, self.byteRange) = (contents, byteRange)
    }

    /// An attribute's value.
    package subscript(_ attribute: String) -> String? {
        attributes.first { $0.name == attribute }?.value
    }

    /// The elements right inside, in order.
    package var elements: [XMLElement] {
        contents.compactMap { content in
            if case .element(let element) = content { element } else { nil }
        }
    }

    /// The first element right inside with a name.
    package func element(_ name: String) -> XMLElement? { elements.first { $0.name == name } }

    /// The text right inside, without that of inner elements.
    package var text: String {
        contents.reduce(into: "") { text, content in
            if case .text(let part) = content { text += part }
        }
    }
}

/// Why bytes are not the XML that is accepted; `offset` counts bytes from the start.
package enum XMLError: Error, Hashable, Sendable {
    /// The text ends inside an element, or has none.
    case truncated(offset: Int)
    /// A byte that cannot stand here; `expected` names what can.
    case unexpected(offset: Int, expected: String)
    /// An end tag closes another element than the innermost one.
    case mismatchedTag(offset: Int)
    /// An element names an attribute twice.
    case duplicateAttribute(offset: Int)
    /// A reference to a character or entity that does not exist.
    case unknownReference(offset: Int)
    /// A document type: it could define entities without end, and FHIR has none.
    case documentType(offset: Int)
    /// Bytes that are not UTF-8, or characters that XML does not allow.
    case invalidText(offset: Int)
    /// Larger, deeper or with more parts than ``XMLLimits`` allow.
    case limit(offset: Int)
}

/// Bounds that the XML reader enforces while it reads.
package struct XMLLimits: Hashable, Sendable {
    package let byteCount: Int
    /// Elements within each other.
    package let depth: Int
    /// Elements, attributes and texts of the whole document.
    package let partCount: Int

    package init(byteCount: Int, depth: Int, partCount: Int) {
        (self.byteCount, self.depth, self.partCount) = (byteCount, depth, partCount)
    }

    /// 64 MiB, 100 levels, four million parts.
    package static let standard = XMLLimits(
        byteCount: 64 << 20, depth: 100, partCount: 4_000_000)
}
