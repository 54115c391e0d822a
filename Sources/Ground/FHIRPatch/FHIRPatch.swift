package import Base
package import Encoding
package import FHIRDefinitions
import FHIRPath

/// A patch of FHIRPath Patch: operations that add, insert, delete, replace and move elements.
///
/// Source: FHIR R4, http://hl7.org/fhir/R4/fhirpatch.html.
package struct FHIRPatch: Hashable, Sendable {
    /// Most operations of one patch.
    package static let operationLimit = 1_000

    /// What one operation does.
    enum Kind: String, Hashable, Sendable {
        case add, insert, delete, replace, move
    }

    /// One operation with its parameters.
    struct Operation: Hashable, Sendable {
        let kind: Kind
        /// The FHIRPath of what is changed.
        let path: String
        var name: String?
        var value: PatchValue?
        var index: Int?
        var source: Int?
        var destination: Int?
    }

    let operations: [Operation]

    /// Reads a Parameters resource.
    package init(_ parameters: JSONValue) throws(FHIRPatchError) {
        guard parameters["resourceType"]?.stringValue == "Parameters" else { throw .notAPatch }
        let items = parameters["parameter"]?.elements ?? []
        guard items.count <= Self.operationLimit else { throw .tooMany(items.count) }
        var operations: [Operation] = []
        for (index, item) in items.enumerated() {
            guard item["name"]?.stringValue == "operation" else {
                throw .malformed(operation: index, part: "name")
            }
            operations.append(try Self.operation(item["part"]?.elements ?? [], index))
        }
        self.operations = operations
    }

    private static func operation(
        _ parts: [JSONValue], _ index: Int
    ) throws(FHIRPatchError) -> Operation {
        func part(_ name: String) -> JSONValue? {
            parts.first { $0["name"]?.stringValue == name }
        }
        func text(_ name: String) -> String? {
            part(name)?.members.first { $0.key.hasPrefix("value") }?.value.stringValue
        }
        guard let kind = text("type").flatMap(Kind.init) else {
            throw .malformed(operation: index, part: "type")
        }
        guard let path = text("path") else { throw .malformed(operation: index, part: "path") }
        var operation = Operation(kind: kind, path: path)
        operation.name = text("name")
        operation.value = part("value").flatMap { PatchValue($0) }
        operation.index = part("index")?["valueInteger"]?.integerValue
        operation.source = part("source")?["valueInteger"]?.integerValue
        operation.destination = part("destination")?["valueInteger"]?.integerValue
        let missing: [(String, Bool)] =
            switch kind {
            case .add: [("name", operation.name == nil), ("value", operation.value == nil)]
            case .insert: [("index", operation.index == nil), ("value", operation.value == nil)]
            case .delete: []
            case .replace: [("value", operation.value == nil)]
            case .move:
                [
                    ("source", operation.source == nil),
                    ("destination", operation.destination == nil),
                ]
            }
        if let part = missing.first(where: \.1)?.0 {
            throw .malformed(operation: index, part: part)
        }
        return operation
    }

    /// The resource after all operations; an error leaves nothing half done.
    ///
    /// `now` is what expressions see as the time.
    package func apply(
        to resource: JSONValue, table: DefinitionTable, now: Timestamp
    ) throws(FHIRPatchError) -> JSONValue {
        var resource = resource
        for (index, operation) in operations.enumerated() {
            let step = FHIRPatchStep(index: index, operation: operation, table: table, now: now)
            resource = try step.apply(to: resource)
        }
        return resource
    }
}
