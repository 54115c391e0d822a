import Encoding
import FHIRDefinitions

/// The value of an operation, as Parameters writes it.
struct PatchValue: Hashable, Sendable {
    /// A value's forms.
    private enum Form: Hashable {
        /// `valueX`, with what stands beside a primitive.
        case value(suffix: String, JSONValue, shadow: JSONValue?)
        case resource(JSONValue)
        /// Parts by element, for elements whose type has no name.
        case parts([Part])
    }

    private struct Part: Hashable {
        let name: String
        let value: PatchValue
    }

    /// A value as an element holds it.
    struct Content {
        /// The name in JSON of the element, such as `valueQuantity`.
        let key: String
        let value: JSONValue
        let shadow: JSONValue?
        let isList: Bool
    }

    private let form: Form

    /// Reads a parameter's part; nil when it has no value.
    init?(_ part: JSONValue) {
        if let resource = part["resource"] {
            form = .resource(resource)
        } else if let parts = part["part"]?.elements {
            var inner: [Part] = []
            for part in parts {
                guard let name = part["name"]?.stringValue, let value = PatchValue(part) else {
                    return nil
                }
                inner.append(Part(name: name, value: value))
            }
            form = .parts(inner)
        } else {
            let names = part.members.map(\.key).filter {
                $0.hasPrefix("value") || $0.hasPrefix("_value")
            }
            guard let first = names.first else { return nil }
            let name = first.hasPrefix("_") ? String(first.dropFirst()) : first
            form = .value(
                suffix: String(name.dropFirst(5)), part[name] ?? .null, shadow: part["_" + name])
        }
    }

    /// The value as an element of a container; nil when it does not fit there.
    func content(
        of name: String, in container: ElementContainer, _ table: DefinitionTable
    ) -> Content? {
        let members = container.member(named: name)
        guard let first = members.first else { return nil }
        let isList = first.element.isRepeating
        switch form {
        case .value(let suffix, let value, let shadow):
            let exact = members.first { Self.capitalized($0.type) == suffix }
            guard let member = exact ?? (first.element.isChoice ? nil : first),
                exact != nil || Self.fits(value, suffix, member, table)
            else { return nil }
            return Content(key: member.jsonName, value: value, shadow: shadow, isList: isList)
        case .resource(let resource):
            guard first.type == "Resource" else { return nil }
            return Content(key: name, value: resource, shadow: nil, isList: isList)
        case .parts(let parts):
            guard !first.element.isChoice,
                let inner = table.container(table.contentPath(of: first)),
                let object = Self.object(parts, in: inner, table)
            else { return nil }
            return Content(key: name, value: object, shadow: nil, isList: isList)
        }
    }

    private static func object(
        _ parts: [Part], in container: ElementContainer, _ table: DefinitionTable
    ) -> JSONValue? {
        var object = JSONValue.object([])
        for part in parts {
            guard let content = part.value.content(of: part.name, in: container, table) else {
                return nil
            }
            object.append(content)
        }
        return object
    }

    private static func capitalized(_ type: String) -> String {
        (type.first?.uppercased() ?? "") + type.dropFirst()
    }

    /// Whether a value of a type may stand where another one is asked for: primitives of the same
    /// kind of JSON, such as a string for a code.
    private static func fits(
        _ value: JSONValue, _ suffix: String, _ member: ElementMember, _ table: DefinitionTable
    ) -> Bool {
        let number: Set<String> = ["decimal", "integer", "unsignedInt", "positiveInt"]
        let isPrimitive = table.type(member.type)?.kind == .primitive || member.type == "xhtml"
        return switch value {
        case .null: isPrimitive
        case .bool: member.type == "boolean"
        case .number: number.contains(member.type)
        case .string: isPrimitive && member.type != "boolean" && !number.contains(member.type)
        case .object: table.isType(member.type, kindOf: suffix)
        case .array: false
        }
    }
}

extension JSONValue {
    /// Appends a value to a list, or sets an element that is not there; the lists of a primitive
    /// and its extensions stay of one length.
    mutating func append(_ content: PatchValue.Content) {
        guard content.isList else {
            if !content.value.isNull { self[content.key] = content.value }
            if let shadow = content.shadow { self["_" + content.key] = shadow }
            return
        }
        insert(content, at: max(count(of: content.key), count(of: "_" + content.key)))
    }

    /// Inserts a value into a list.
    mutating func insert(_ content: PatchValue.Content, at index: Int) {
        let (key, shadow) = (content.key, "_" + content.key)
        let count = max(count(of: key), count(of: shadow))
        changeList(key, of: count, isWanted: !content.value.isNull) {
            $0.insert(content.value, at: index)
        }
        changeList(shadow, of: count, isWanted: content.shadow != nil) {
            $0.insert(content.shadow ?? .null, at: index)
        }
    }

    private func count(of key: String) -> Int { self[key]?.elements.count ?? 0 }

    /// Changes a list, filled with null up to a count; makes one only when it is wanted.
    mutating func changeList(
        _ key: String, of count: Int, isWanted: Bool, _ change: (inout [JSONValue]) -> Void
    ) {
        guard isWanted || self[key] != nil else { return }
        var elements = self[key]?.elements ?? []
        elements += Array(repeating: .null, count: max(0, count - elements.count))
        change(&elements)
        self[key] = elements.allSatisfy(\.isNull) ? nil : .array(elements)
    }
}
