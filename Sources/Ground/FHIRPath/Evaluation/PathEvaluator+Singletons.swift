/// One item where one is asked for (FHIRPath §Singleton Evaluation of Collections).
extension PathEvaluator {
    /// The only item, nil for none.
    static func single(_ items: [PathItem], _ place: String) throws(PathError) -> PathItem? {
        guard items.count <= 1 else { throw .notSingle(place: place) }
        return items.first
    }

    /// A collection as a truth value: its only item if that is one, true for any other single item.
    static func truth(_ items: [PathItem], _ place: String) throws(PathError) -> Bool? {
        guard let item = try single(items, place) else { return nil }
        if case .boolean(let value)? = item.system { return value }
        return true
    }

    func integer(_ items: [PathItem], _ place: String) throws(PathError) -> Int? {
        guard let item = try Self.single(items, place) else { return nil }
        guard case .integer(let value)? = item.system else {
            throw .wrongType(place: place, expected: "an integer")
        }
        return Int(value)
    }

    func text(_ items: [PathItem], _ place: String) throws(PathError) -> String? {
        guard let item = try Self.single(items, place) else { return nil }
        guard case .string(let value)? = item.system else {
            // An element without a value counts as nothing.
            if item.system == nil { return nil }
            throw .wrongType(place: place, expected: "a text")
        }
        return value
    }

    /// The only argument of a function, evaluated where the function stands.
    mutating func text(
        _ arguments: [Expression], _ place: Int, _ function: FunctionName, _ frame: Frame
    ) throws(PathError) -> String? {
        guard arguments.indices.contains(place) else { return nil }
        return try text(
            try evaluate(arguments[place], frame), "\(function.rawValue)()")
    }

    mutating func integer(
        _ arguments: [Expression], _ place: Int, _ function: FunctionName, _ frame: Frame
    ) throws(PathError) -> Int? {
        guard arguments.indices.contains(place) else { return nil }
        return try integer(try evaluate(arguments[place], frame), "\(function.rawValue)()")
    }
}
