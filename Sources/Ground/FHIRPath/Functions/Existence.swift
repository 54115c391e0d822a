/// Existence (FHIRPath §Existence).
extension PathEvaluator {
    mutating func existence(
        _ name: FunctionName, _ arguments: [Expression], _ input: [PathItem], _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        switch name {
        case .empty: return [.boolean(input.isEmpty)]
        case .count: return [.integer(Int64(input.count))]
        case .exists:
            guard let criterion = arguments.first else { return [.boolean(!input.isEmpty)] }
            return [.boolean(try contains(input, criterion, frame, wanted: true))]
        case .all:
            return [.boolean(!(try contains(input, arguments[0], frame, wanted: false)))]
        case .allTrue: return [.boolean(try truths(input, name).allSatisfy { $0 })]
        case .anyTrue: return [.boolean(try truths(input, name).contains(true))]
        case .allFalse: return [.boolean(try truths(input, name).allSatisfy { !$0 })]
        case .anyFalse: return [.boolean(try truths(input, name).contains(false))]
        case .subsetOf:
            return [.boolean(try isSubset(input, of: try evaluate(arguments[0], frame)))]
        case .supersetOf:
            return [.boolean(try isSubset(try evaluate(arguments[0], frame), of: input))]
        case .distinct: return try distinct(input)
        default: return [.boolean(try distinct(input).count == input.count)]
        }
    }

    /// Whether the criterion holds for an item, or with `wanted` false does not hold for one.
    private mutating func contains(
        _ input: [PathItem], _ criterion: Expression, _ frame: Frame, wanted: Bool
    ) throws(PathError) -> Bool {
        for (index, item) in input.enumerated() {
            let holds =
                try Self.truth(
                    try evaluate(criterion, frame.on(item, at: index)), "The criterion") ?? false
            if holds == wanted { return true }
        }
        return false
    }

    private func truths(
        _ input: [PathItem], _ name: FunctionName
    ) throws(PathError) -> [Bool] {
        var truths: [Bool] = []
        for item in input {
            guard case .boolean(let value)? = item.system else {
                throw .wrongType(place: "\(name.rawValue)()", expected: "truth values")
            }
            truths.append(value)
        }
        return truths
    }

    private mutating func isSubset(
        _ items: [PathItem], of others: [PathItem]
    ) throws(PathError) -> Bool {
        for item in items {
            try charge(others.count)
            guard others.contains(where: { item.equals($0) == true }) else { return false }
        }
        return true
    }

    /// The items without those that equal an earlier one.
    mutating func distinct(_ items: [PathItem]) throws(PathError) -> [PathItem] {
        var kept: [PathItem] = []
        // Texts are the most frequent, and need no comparison with each other.
        var texts: Set<[UInt8]> = []
        for item in items {
            if case .string(let text)? = item.system {
                guard texts.insert(Array(text.utf8)).inserted else { continue }
                kept.append(item)
                continue
            }
            try charge(kept.count)
            guard !kept.contains(where: { item.equals($0) == true }) else { continue }
            kept.append(item)
        }
        return kept
    }
}
