/// The text of a FHIR reference, taken apart (FHIR R4 §2.3.0.1).
package struct ReferenceText: Hashable, Sendable {
    /// How a reference finds its target.
    package enum Form: Hashable, Sendable {
        /// `#id`: a resource contained in the same resource; empty for the container itself.
        case contained(id: String)
        /// `Type/id`, perhaps with a version.
        case relative(type: String, id: String)
        /// A URL that ends in `Type/id`, perhaps with a version; `base` is what stands before.
        case absolute(base: String, type: String, id: String)
        /// `Type?query`: the resource that a search finds.
        case conditional(type: String)
        /// `urn:uuid:` or `urn:oid:`, which only a Bundle's `fullUrl` resolves.
        case urn
        /// Any other URL or text.
        case other
    }

    /// The text as it stands in the resource.
    package let text: String
    package let form: Form

    package init(_ text: String) {
        self.text = text
        form = Self.parse(text)
    }

    /// The type of the target, when the text tells it.
    package var resourceType: String? {
        switch form {
        case .relative(let type, _), .absolute(_, let type, _), .conditional(let type): type
        case .contained, .urn, .other: nil
        }
    }

    private static func parse(_ text: String) -> Form {
        if text.hasPrefix("#") { return .contained(id: String(text.dropFirst())) }
        if text.hasPrefix("urn:") { return .urn }
        if let query = text.firstIndex(of: "?") {
            let type = text[..<query].split(separator: "/", omittingEmptySubsequences: false).last
            guard let type, ResourceType.isKnown(String(type)) else { return .other }
            return .conditional(type: String(type))
        }
        var parts = text.prefix { $0 != "#" }
            .split(separator: "/", omittingEmptySubsequences: false)
        if parts.count >= 4, parts[parts.count - 2] == "_history" { parts.removeLast(2) }
        guard parts.count >= 2, let id = parts.popLast(), let type = parts.popLast(),
            ResourceType.isKnown(String(type)), ResourceType.isValidID(id)
        else { return .other }
        if parts.isEmpty { return .relative(type: String(type), id: String(id)) }
        guard text.hasPrefix("http://") || text.hasPrefix("https://") else { return .other }
        return .absolute(
            base: parts.joined(separator: "/"), type: String(type), id: String(id))
    }
}
