import FHIRDefinitions

/// The forms of the text of a reference (FHIR R4 §2.3.0.1).
enum ReferenceForm: Hashable {
    /// `#id`: a contained resource; empty for the container itself.
    case fragment(String)
    /// `Type/id`, with a version or without.
    case relative(type: String, id: String)
    /// An absolute URL, with the type of the resource where it ends as on a FHIR server.
    case absolute(type: String?)
    /// `urn:uuid:` or `urn:oid:`.
    case unique
    /// `Type?parameters`, which transactions may hold.
    case conditional(type: String)

    /// Reads a reference; nil when it has none of the forms.
    init?(_ text: String, in table: DefinitionTable) {
        if text.hasPrefix("#") {
            self = .fragment(String(text.dropFirst()))
        } else if text.hasPrefix("urn:") {
            // Other names than these two are logical and lead where nobody here knows.
            let isBroken =
                text.hasPrefix("urn:uuid:") && !PrimitiveFormat.isUUID(text)
                || text.hasPrefix("urn:oid:") && !PrimitiveFormat.isOID(text)
            if isBroken { return nil }
            self = .unique
        } else if text.contains("://") {
            self = .absolute(type: Self.end(of: text, in: table)?.type)
        } else if let mark = text.firstIndex(of: "?") {
            let type = String(text[..<mark])
            guard Self.isResource(type, table) else { return nil }
            self = .conditional(type: type)
        } else if let (type, id) = Self.end(of: text, in: table),
            text == "\(type)/\(id)" || text.hasPrefix("\(type)/\(id)/_history/")
        {
            self = .relative(type: type, id: id)
        } else {
            return nil
        }
    }

    /// The type and id that a reference ends in.
    static func end(of text: String, in table: DefinitionTable) -> (type: String, id: String)? {
        var parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if parts.count > 3, parts[parts.count - 2] == "_history" { parts.removeLast(2) }
        guard parts.count >= 2 else { return nil }
        let (type, id) = (String(parts[parts.count - 2]), String(parts[parts.count - 1]))
        guard isResource(type, table), PrimitiveFormat.isID(id) else { return nil }
        return (type, id)
    }

    private static func isResource(_ name: String, _ table: DefinitionTable) -> Bool {
        table.type(name)?.kind == .resource
    }
}
