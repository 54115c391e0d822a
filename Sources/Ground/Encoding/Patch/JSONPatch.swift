/// Changes to a JSON document, one after another, all or none (RFC 6902).
package struct JSONPatch: Hashable, Sendable {
    /// Operations of one patch.
    package static let operationLimit = 1000
    /// Values that `copy` may add to a document in all: copies of copies would grow without end.
    package static let copyLimit = 100_000

    /// One change.
    package enum Operation: Hashable, Sendable {
        case add(JSONPointer, JSONValue)
        case remove(JSONPointer)
        case replace(JSONPointer, JSONValue)
        case move(from: JSONPointer, to: JSONPointer)
        case copy(from: JSONPointer, to: JSONPointer)
        case test(JSONPointer, JSONValue)
    }

    package let operations: [Operation]

    package init(_ operations: [Operation]) { self.operations = operations }

    /// Reads a patch document; members that it does not know are passed over, as the RFC wants.
    package init(_ document: JSONValue) throws(JSONPatchError) {
        guard case .array(let items) = document else { throw .notAPatch }
        guard items.count <= Self.operationLimit else { throw .tooMany(items.count) }
        var operations: [Operation] = []
        for (index, item) in items.enumerated() {
            operations.append(try Self.operation(item, index))
        }
        self.operations = operations
    }

    private static func operation(
        _ item: JSONValue, _ index: Int
    ) throws(JSONPatchError) -> Operation {
        func pointer(_ name: String) throws(JSONPatchError) -> JSONPointer {
            guard let text = item[name]?.stringValue, let pointer = JSONPointer(parsing: text)
            else { throw .malformed(operation: index, member: name) }
            return pointer
        }
        func value() throws(JSONPatchError) -> JSONValue {
            guard let value = item["value"] else {
                throw .malformed(operation: index, member: "value")
            }
            return value
        }
        switch item["op"]?.stringValue {
        case "add": return .add(try pointer("path"), try value())
        case "remove": return .remove(try pointer("path"))
        case "replace": return .replace(try pointer("path"), try value())
        case "move": return .move(from: try pointer("from"), to: try pointer("path"))
        case "copy": return .copy(from: try pointer("from"), to: try pointer("path"))
        case "test": return .test(try pointer("path"), try value())
        default: throw .malformed(operation: index, member: "op")
        }
    }

    /// The document after all operations; an error leaves nothing half done.
    package func apply(to document: JSONValue) throws(JSONPatchError) -> JSONValue {
        var document = document
        var room = Self.copyLimit
        for (index, operation) in operations.enumerated() {
            document = try JSONPatchStep(index: index).apply(operation, to: document, &room)
        }
        return document
    }
}
