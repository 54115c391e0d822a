import Encoding

/// The JSON Schema pieces from which routes describe themselves.
enum Schema {
    static let hash: JSONValue = ["type": "string", "pattern": "^[0-9a-fA-F]{64}$"]
    static let number: JSONValue = ["type": "integer", "minimum": 0]
    static let string: JSONValue = ["type": "string"]
    static let time: JSONValue = ["type": "string", "format": "date-time"]
    static let bytes: JSONValue = ["type": "string", "pattern": "^[A-Za-z0-9_-]*$"]
    static let boolean: JSONValue = ["type": "boolean"]
    static let page: JSONValue = ["type": "integer", "minimum": 1, "maximum": 500, "default": 100]

    static func choice(_ values: [String]) -> JSONValue {
        ["type": "string", "enum": .array(values.map { .string($0) })]
    }

    static func list(_ element: JSONValue) -> JSONValue { ["type": "array", "items": element] }

    static func optional(_ schema: JSONValue) -> JSONValue {
        ["anyOf": [schema, ["type": "null"]]]
    }

    /// An object all of whose members are always there.
    static func object(_ members: (String, JSONValue)...) -> JSONValue {
        [
            "type": "object", "required": .array(members.map { .string($0.0) }),
            "properties": .object(members.map { JSONMember($0.0, $0.1) }),
        ]
    }

    /// An object whose members may be absent.
    static func loose(_ members: (String, JSONValue)...) -> JSONValue {
        ["type": "object", "properties": .object(members.map { JSONMember($0.0, $0.1) })]
    }
}
