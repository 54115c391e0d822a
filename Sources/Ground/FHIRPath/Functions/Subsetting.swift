/// Parts of collections, and collections together (FHIRPath §Subsetting, §Combining).
extension PathEvaluator {
    mutating func subset(
        _ name: FunctionName, _ arguments: [Expression], _ input: [PathItem], _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        switch name {
        case .single: return try Self.single(input, "single()").map { [$0] } ?? []
        case .first: return Array(input.prefix(1))
        case .last: return Array(input.suffix(1))
        case .tail: return Array(input.dropFirst())
        case .skip:
            guard let count = try integer(arguments, 0, name, frame) else { return [] }
            return Array(input.dropFirst(max(0, count)))
        case .take:
            guard let count = try integer(arguments, 0, name, frame) else { return [] }
            return Array(input.prefix(max(0, count)))
        default: break
        }
        let other = try evaluate(arguments[0], frame)
        switch name {
        case .union: return try distinct(input + other)
        case .combine: return input + other
        case .intersect: return try distinct(try kept(input, areIn: true, other))
        default: return try kept(input, areIn: false, other)
        }
    }

    private mutating func kept(
        _ input: [PathItem], areIn wanted: Bool, _ other: [PathItem]
    ) throws(PathError) -> [PathItem] {
        var kept: [PathItem] = []
        for item in input {
            try charge(other.count)
            if other.contains(where: { item.equals($0) == true }) == wanted { kept.append(item) }
        }
        return kept
    }
}
