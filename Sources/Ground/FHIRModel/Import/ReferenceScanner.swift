import Encoding

/// Finds and exchanges the references in a resource.
package enum ReferenceScanner {
    /// Members whose URLs a transaction must adjust when they point at one of its entries.
    ///
    /// Source: FHIR R4 §3.1.0.11.2 (elements of type uri, url, oid and uuid). `system` and
    /// `Identifier.value` name things rather than point at entries, so they are left alone.
    private static let linkNames: Set<String> = [
        "url", "uri", "valueUrl", "valueUri", "valueUuid", "valueOid",
    ]

    /// A string that refers to something.
    struct Found {
        let element: JSONElement
        let text: String
        let isLink: Bool
    }

    /// Every reference in the order of the text, and links for which `isEntry` holds.
    static func references(
        in resource: JSONElement, isEntry: (String) -> Bool
    ) throws(InvalidReference) -> [Found] {
        var found: [Found] = []
        try scan(resource, isEntry, &found)
        return found
    }

    /// A member called `reference` that is neither text nor a structure.
    struct InvalidReference: Error {
        let offset: Int
    }

    private static func scan(
        _ element: JSONElement, _ isEntry: (String) -> Bool, _ found: inout [Found]
    ) throws(InvalidReference) {
        switch element.kind {
        case .array: for child in element.elements { try scan(child, isEntry, &found) }
        case .object:
            for member in element.members {
                switch member.value.kind {
                case .object, .array: try scan(member.value, isEntry, &found)
                case .string:
                    let isReference = member.name.isString("reference")
                    guard isReference || linkNames.contains(member.key) else { continue }
                    guard let text = member.value.stringValue else { continue }
                    if isReference {
                        guard !text.isEmpty else {
                            throw InvalidReference(offset: member.value.byteRange.lowerBound)
                        }
                        found.append(Found(element: member.value, text: text, isLink: false))
                    } else if isEntry(text) {
                        found.append(Found(element: member.value, text: text, isLink: true))
                    }
                case .number, .boolean, .null:
                    guard !member.name.isString("reference") else {
                        throw InvalidReference(offset: member.value.byteRange.lowerBound)
                    }
                }
            }
        case .string, .number, .boolean, .null: break
        }
    }

    /// A resource with references exchanged as a table says, all other bytes kept.
    ///
    /// Links (`url`, `valueUri` …) are exchanged too when their whole text is in the table.
    ///
    /// - Parameters:
    ///   - resource: The bytes of one resource.
    ///   - mapping: New texts by old text.
    /// - Returns: The bytes with only those strings changed.
    /// - Throws: ``ImportError`` when the bytes are not JSON or a reference is no text.
    package static func resolved(
        _ resource: [UInt8], mapping: [String: String]
    ) throws(ImportError) -> [UInt8] {
        let root: JSONElement
        let found: [Found]
        do {
            root = try JSONDocument(parsing: resource).root
        } catch {
            throw ImportError(problem: .json(error), entry: nil, offset: error.offset)
        }
        do {
            found = try references(in: root) { mapping[$0] != nil }
        } catch {
            throw ImportError(problem: .invalidReference, entry: nil, offset: error.offset)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(resource.count)
        var position = 0
        for reference in found {
            guard let text = mapping[reference.text] else { continue }
            let range = reference.element.byteRange
            bytes.append(contentsOf: resource[position..<range.lowerBound])
            bytes.append(contentsOf: JSONValue.string(text).serialized())
            position = range.upperBound
        }
        bytes.append(contentsOf: resource[position...])
        return bytes
    }
}
