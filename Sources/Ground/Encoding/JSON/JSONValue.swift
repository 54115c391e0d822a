/// A JSON value as a tree, which keeps the text of numbers and the order of members.
///
/// Two values are equal when their texts are: `1.0` differs from `1`, and strings are compared byte
/// for byte, not by canonical equivalence.
package enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// A number's exact text. It must follow the grammar of RFC 8259 §6; see ``number(checking:)``.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// Members in order; no two may have the same key.
    case object([JSONMember])

    /// Parses a whole text; see ``JSONDocument/init(parsing:limits:)``.
    package init(parsing bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
        self = try JSONDocument(parsing: bytes, limits: limits).root.value
    }

    /// An integer.
    package static func integer(_ value: some BinaryInteger) -> JSONValue {
        .number(String(value))
    }

    /// A number from text that is not known to be one; nil when it is not.
    package static func number(checking text: String) -> JSONValue? {
        guard let value = try? JSONValue(parsing: Array(text.utf8)), case .number(text) = value
        else { return nil }
        return value
    }

    // MARK: Reading

    /// A string's text; nil for other kinds.
    package var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// A number's exact text; nil for other kinds.
    package var numberText: String? {
        guard case .number(let text) = self else { return nil }
        return text
    }

    /// A number written as an integer that fits; nil for `1.0`, `1e2` and other kinds.
    package var integerValue: Int? { numberText.flatMap { Int($0) } }

    /// True or false; nil for other kinds.
    package var boolValue: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    package var isNull: Bool {
        guard case .null = self else { return false }
        return true
    }

    /// An array's elements; empty for other kinds.
    package var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    /// An object's members in order; empty for other kinds.
    package var members: [JSONMember] {
        guard case .object(let members) = self else { return [] }
        return members
    }

    /// An object's member; nil when there is none.
    ///
    /// Setting replaces it in place, appends it, or with nil removes it; setting on another kind
    /// makes an object.
    package subscript(_ key: String) -> JSONValue? {
        get { members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value }
        set {
            var members = members
            let index = members.firstIndex { $0.key.utf8.elementsEqual(key.utf8) }
            switch (index, newValue) {
            case (let index?, let value?): members[index] = JSONMember(key, value)
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(JSONMember(key, value))
            case (nil, nil): break
            }
            self = .object(members)
        }
    }

    /// An array's element; nil when there is none, and for other kinds.
    package subscript(_ index: Int) -> JSONValue? {
        let elements = elements
        return elements.indices.contains(index) ? elements[index] : nil
    }
}

/// One member of an object.
package struct JSONMember: Sendable {
    package let key: String
    package let value: JSONValue

    package init(_ key: String, _ value: JSONValue) {
        self.key = key
        self.value = value
    }
}

extension JSONValue: Hashable {
    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)), (.string(let left), .string(let right)):
            left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .number(let text), .string(let text):
            for byte in text.utf8 { hasher.combine(byte) }
        case .array(let elements): hasher.combine(elements)
        case .object(let members): hasher.combine(members)
        }
    }
}

extension JSONMember: Hashable {
    package static func == (left: JSONMember, right: JSONMember) -> Bool {
        left.key.utf8.elementsEqual(right.key.utf8) && left.value == right.value
    }

    package func hash(into hasher: inout Hasher) {
        for byte in key.utf8 { hasher.combine(byte) }
        hasher.combine(value)
    }
}
