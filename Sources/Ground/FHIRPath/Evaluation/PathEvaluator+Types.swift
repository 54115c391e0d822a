import FHIRDefinitions

/// `is`, `as` and `ofType` (FHIRPath §Types).
extension PathEvaluator {
    /// The types of FHIRPath itself.
    private static let systemTypes: Set<String> = [
        "Boolean", "Integer", "Decimal", "String", "Date", "DateTime", "Time", "Quantity", "Any",
    ]

    mutating func test(
        _ items: [PathItem], is type: TypeSpecifier
    ) throws(PathError) -> [PathItem] {
        guard let item = try Self.single(items, "is") else { return [] }
        return [.boolean(matches(item, try known(type, isTest: true), isExact: false))]
    }

    /// The only item when it is of a type, else nothing.
    mutating func cast(
        _ items: [PathItem], to type: TypeSpecifier, _ place: String
    ) throws(PathError) -> [PathItem] {
        if environment.castsMany { return try filter(items, type) }
        let type = try known(type, isTest: false)
        guard let item = try Self.single(items, place) else { return [] }
        return matches(item, type, isExact: true) ? [item] : []
    }

    /// The items that are of a type.
    mutating func filter(
        _ items: [PathItem], _ type: TypeSpecifier
    ) throws(PathError) -> [PathItem] {
        let type = try known(type, isTest: false)
        return items.filter { matches($0, type, isExact: true) }
    }

    /// The type, if it exists; a test against a qualified name that does not is just false.
    private func known(
        _ type: TypeSpecifier, isTest: Bool
    ) throws(PathError) -> TypeSpecifier {
        let isSystem = type.namespace != "FHIR" && Self.systemTypes.contains(type.name)
        let isFHIR = type.namespace != "System" && table.type(type.name) != nil
        guard isSystem || isFHIR || isTest && type.namespace != nil else {
            throw .unknownType(type.name)
        }
        return type
    }

    /// Whether an item is of a type.
    ///
    /// `as` and `ofType` take a primitive element only by its own type, as HL7's tests ask: a code
    /// is a string, but is not taken for one.
    private func matches(_ item: PathItem, _ type: TypeSpecifier, isExact: Bool) -> Bool {
        let name = item.typeName
        if name.namespace == "System" {
            return type.namespace != "FHIR" && (name.name == type.name || type.name == "Any")
        }
        guard type.namespace != "System" else { return false }
        if name.name == type.name { return true }
        if isExact, table.type(type.name)?.kind == .primitive { return false }
        return table.isType(name.name, kindOf: type.name)
    }
}
