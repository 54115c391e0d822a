package import Encoding

/// One item of a collection: a value of FHIRPath's own types, or a part of a resource.
package enum PathItem: Sendable {
    case boolean(Bool)
    case integer(Int64)
    case decimal(ExactDecimal)
    case string(String)
    case moment(Moment)
    case quantity(PathQuantity)
    /// An element or resource, with its FHIR type.
    case node(PathNode)
    /// What `type()` answers.
    case type(TypeName)
}

/// The name of a type with the model it belongs to.
package struct TypeName: Hashable, Sendable {
    /// `System` or `FHIR`.
    package let namespace: String
    package let name: String

    package init(namespace: String, name: String) {
        (self.namespace, self.name) = (namespace, name)
    }
}

extension PathItem {
    /// The item's own type.
    package var typeName: TypeName {
        func system(_ name: String) -> TypeName { TypeName(namespace: "System", name: name) }
        return switch self {
        case .boolean: system("Boolean")
        case .integer: system("Integer")
        case .decimal: system("Decimal")
        case .string: system("String")
        case .moment(let moment):
            switch moment.kind {
            case .date: system("Date")
            case .dateTime: system("DateTime")
            case .time: system("Time")
            }
        case .quantity: system("Quantity")
        case .node(let node): TypeName(namespace: "FHIR", name: node.type)
        case .type: system("TypeInfo")
        }
    }

    /// The value as one of FHIRPath's own types: what operators and functions work on.
    ///
    /// Primitive elements and quantities are converted; other elements stay as they are, and so do
    /// values that break the pattern of their type. Nil for an element without a value.
    package var system: PathItem? {
        guard case .node(let node) = self else { return self }
        return node.system
    }

    /// The text as FHIR writes it, for values that have one.
    package var text: String? {
        switch system {
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .decimal(let value): value.text
        case .string(let value): value
        case .moment(let value): value.text
        case .quantity(let value): value.text
        default: nil
        }
    }

    /// The item as JSON: elements as they came, other values as the type of FHIR that fits.
    package var json: JSONValue? {
        switch self {
        case .boolean(let value): .bool(value)
        case .integer(let value): .integer(value)
        case .decimal(let value): .number(value.text)
        case .node(let node): node.value.isNull ? nil : node.value
        case .type: nil
        default: text.map { .string($0) }
        }
    }
}
