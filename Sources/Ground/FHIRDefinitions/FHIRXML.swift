package import Encoding

/// Turns FHIR's XML into its JSON (FHIR R4 §2.6.1, §2.6.2), as the definitions say.
package struct FHIRXML {
    /// Why a document is not FHIR's XML; the element is named by its path.
    package enum Failure: Error, Hashable, Sendable {
        case syntax(XMLError)
        /// An element, or the type of a resource, that the definitions do not know.
        case unknownElement(path: String)
        /// A value that is no number or truth value where one must stand.
        case invalidValue(path: String)
    }

    private let table: DefinitionTable
    private let bytes: [UInt8]

    /// Reads a resource.
    package static func json(
        _ bytes: [UInt8], table: DefinitionTable, limits: XMLLimits = .standard
    ) throws(Failure) -> JSONValue {
        let root: XMLElement
        do throws(XMLError) {
            root = try XMLReader.read(bytes, limits: limits)
        } catch {
            throw .syntax(error)
        }
        return try FHIRXML(table: table, bytes: bytes).resource(root)
    }

    // MARK: Structures

    private func resource(_ element: XMLElement) throws(Failure) -> JSONValue {
        guard table.type(element.name)?.kind == .resource else {
            throw .unknownElement(path: element.name)
        }
        let members = try members(of: element, contentPath: element.name, path: element.name)
        return .object([JSONMember("resourceType", .string(element.name))] + members)
    }

    private func members(
        of element: XMLElement, contentPath: String, path: String
    ) throws(Failure) -> [JSONMember] {
        guard let container = table.container(contentPath) else {
            throw .unknownElement(path: path)
        }
        var members: [JSONMember] = []
        for name in ["id", "url"] {
            guard let value = element[name],
                name == "id" || container.member(jsonName: name)?.element.isAttribute == true
            else { continue }
            members.append(JSONMember(name, .string(value)))
        }
        let groups = Self.grouped(element.elements)
        for (name, elements) in groups {
            let inner = "\(path).\(name)"
            guard let member = container.member(jsonName: name) else {
                throw .unknownElement(path: inner)
            }
            members += try self.members(elements, member, path: inner)
        }
        return members
    }

    /// Elements of one name together, in the order in which the names come first.
    private static func grouped(_ elements: [XMLElement]) -> [(String, [XMLElement])] {
        var groups: [(name: String, elements: [XMLElement])] = []
        var places: [String: Int] = [:]
        for element in elements {
            if let place = places[element.name] {
                groups[place].elements.append(element)
            } else {
                places[element.name] = groups.count
                groups.append((element.name, [element]))
            }
        }
        return groups.map { ($0.name, $0.elements) }
    }

    /// The member of a name, and for primitives with extensions the one with an underscore.
    private func members(
        _ elements: [XMLElement], _ member: ElementMember, path: String
    ) throws(Failure) -> [JSONMember] {
        var (values, shadows): ([JSONValue], [JSONValue]) = ([], [])
        for element in elements {
            let (value, shadow) = try pair(element, member, path: path)
            values.append(value)
            shadows.append(shadow)
        }
        let isList = member.element.isRepeating || elements.count > 1
        return [(member.jsonName, values), ("_" + member.jsonName, shadows)].compactMap {
            name, values in
            guard values.contains(where: { !$0.isNull }) else { return nil }
            return JSONMember(name, isList ? .array(values) : values[0])
        }
    }

    /// A value with what stands beside it when it is primitive; null where there is none.
    private func pair(
        _ element: XMLElement, _ member: ElementMember, path: String
    ) throws(Failure) -> (JSONValue, JSONValue) {
        if member.type == "Resource" {
            guard let inner = element.elements.first else { throw .unknownElement(path: path) }
            return (try resource(inner), .null)
        }
        if member.type == "xhtml" {
            return (.string(String(decoding: bytes[element.byteRange], as: UTF8.self)), .null)
        }
        let isPrimitive =
            member.element.contentReference == nil && table.type(member.type)?.kind == .primitive
        guard isPrimitive else {
            let inner = table.contentPath(of: member)
            return (.object(try members(of: element, contentPath: inner, path: path)), .null)
        }
        let shadow = try members(of: element, contentPath: "Element", path: path)
        let value = try element["value"].map { text throws(Failure) in
            try primitive(text, member.type, path: path)
        }
        return (value ?? .null, shadow.isEmpty ? .null : .object(shadow))
    }

    private func primitive(
        _ text: String, _ type: String, path: String
    ) throws(Failure) -> JSONValue {
        switch type {
        case "boolean":
            guard text == "true" || text == "false" else { throw .invalidValue(path: path) }
            return .bool(text == "true")
        case "decimal", "integer", "unsignedInt", "positiveInt":
            guard let number = JSONValue.number(checking: text) else {
                throw .invalidValue(path: path)
            }
            return number
        default: return .string(text)
        }
    }
}
