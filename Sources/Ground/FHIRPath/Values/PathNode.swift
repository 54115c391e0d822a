package import Encoding

/// An element or resource: its JSON, and where the definitions describe it.
package struct PathNode: Sendable {
    /// The JSON value, never an array; null for a primitive that only has extensions.
    package let value: JSONValue
    /// The object beside a primitive (`_birthDate`), which holds its id and extensions.
    package let shadow: JSONValue?
    /// The FHIR type, such as `Patient`, `HumanName` or `code`.
    package let type: String
    /// Where the elements inside are defined, such as `Patient` or `Patient.contact`.
    package let contentPath: String
    /// Where it lies; nil unless the evaluation started from a resource with a place.
    package let place: PathPlace?

    package init(
        value: JSONValue, shadow: JSONValue? = nil, type: String, contentPath: String,
        place: PathPlace? = nil
    ) {
        (self.value, self.shadow) = (value, shadow)
        (self.type, self.contentPath, self.place) = (type, contentPath, place)
    }

    /// A resource as the root of a path; its type is what `resourceType` says.
    package init(resource: JSONValue, place: PathPlace? = nil) {
        let type = resource["resourceType"]?.stringValue ?? "Resource"
        self.init(value: resource, type: type, contentPath: type, place: place)
    }

    /// True when it has a value of its own, not only extensions or inner elements.
    var hasPrimitiveValue: Bool {
        switch value {
        case .bool, .number, .string: true
        case .null, .array, .object: false
        }
    }

    /// See ``PathItem/system``.
    var system: PathItem? {
        switch value {
        case .null: nil
        case .bool(let value): .boolean(value)
        case .number(let text): number(text)
        case .string(let text): string(text)
        case .object: quantity ?? .node(self)
        case .array: .node(self)
        }
    }

    private func number(_ text: String) -> PathItem {
        if type != "decimal", let value = Int64(text) { return .integer(value) }
        return ExactDecimal(text).map { .decimal($0) } ?? .node(self)
    }

    private func string(_ text: String) -> PathItem {
        let moment: Moment? =
            switch type {
            case "date": Moment(date: text)
            case "dateTime", "instant": Moment(dateTime: text)
            case "time": Moment(time: text)
            default: nil
            }
        return moment.map { .moment($0) } ?? .string(text)
    }

    /// Types of FHIR that are quantities.
    private static let quantityTypes: Set<String> = [
        "Quantity", "Age", "Distance", "Duration", "Count", "SimpleQuantity", "MoneyQuantity",
    ]

    private var quantity: PathItem? {
        guard Self.quantityTypes.contains(type),
            let number = value["value"]?.numberText, let decimal = ExactDecimal(number)
        else { return nil }
        // The code is what is computed with; the unit is for people.
        let unit = value["code"]?.stringValue ?? value["unit"]?.stringValue ?? "1"
        return .quantity(PathQuantity(decimal, unit))
    }
}
