/// Operators (FHIRPath §Operations).
extension PathEvaluator {
    mutating func binary(
        _ operation: BinaryOperator, _ left: Expression, _ right: Expression, _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        switch operation {
        case .and, .or, .exclusiveOr, .implies:
            return try logic(operation, left, right, frame).map { [.boolean($0)] } ?? []
        case .union:
            return try distinct(try evaluate(left, frame) + (try evaluate(right, frame)))
        default: break
        }
        let (leftItems, rightItems) = (try evaluate(left, frame), try evaluate(right, frame))
        switch operation {
        case .equal:
            return try areEqual(leftItems, rightItems).map { [.boolean($0)] } ?? []
        case .notEqual:
            return try areEqual(leftItems, rightItems).map { [.boolean(!$0)] } ?? []
        case .equivalent: return [.boolean(try areEquivalent(leftItems, rightItems))]
        case .notEquivalent: return [.boolean(!(try areEquivalent(leftItems, rightItems)))]
        case .isMember: return try membership(leftItems, in: rightItems, operation)
        case .contains: return try membership(rightItems, in: leftItems, operation)
        case .concatenate:
            let place = "The operator &"
            let text = (try text(leftItems, place) ?? "") + (try text(rightItems, place) ?? "")
            guard text.utf8.count <= environment.limits.textLength else {
                throw .limit(.textLength)
            }
            return [.string(text)]
        default: break
        }
        let place = "The operator \(operation.rawValue)"
        guard let first = try Self.single(leftItems, place)?.system,
            let second = try Self.single(rightItems, place)?.system
        else { return [] }
        switch operation {
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            return try compare(operation, first, second).map { [.boolean($0)] } ?? []
        default:
            return try arithmetic(operation, first, second).map { [$0] } ?? []
        }
    }

    /// Three-valued logic: nil is what is not known.
    private mutating func logic(
        _ operation: BinaryOperator, _ left: Expression, _ right: Expression, _ frame: Frame
    ) throws(PathError) -> Bool? {
        let place = "The operator \(operation.rawValue)"
        let first = try Self.truth(try evaluate(left, frame), place)
        // The second operand need not be looked at when the first one decides.
        switch (operation, first) {
        case (.and, false?): return false
        case (.or, true?): return true
        case (.implies, false?): return true
        default: break
        }
        let second = try Self.truth(try evaluate(right, frame), place)
        switch operation {
        case .and: return first == true ? second : second == false ? false : nil
        case .or: return first == false ? second : second == true ? true : nil
        case .implies: return first == true ? second : second == true ? true : nil
        default:
            guard let first, let second else { return nil }
            return first != second
        }
    }

    private mutating func membership(
        _ items: [PathItem], in others: [PathItem], _ operation: BinaryOperator
    ) throws(PathError) -> [PathItem] {
        guard let item = try Self.single(items, "The operator \(operation.rawValue)") else {
            return []
        }
        try charge(others.count)
        return [.boolean(others.contains { item.equals($0) == true })]
    }

    mutating func areEqual(
        _ left: [PathItem], _ right: [PathItem]
    ) throws(PathError) -> Bool? {
        guard !left.isEmpty, !right.isEmpty else { return nil }
        guard left.count == right.count else { return false }
        try charge(left.count)
        var isKnown = true
        for (left, right) in zip(left, right) {
            switch left.equals(right) {
            case false?: return false
            case nil: isKnown = false
            case true?: break
            }
        }
        return isKnown ? true : nil
    }

    private mutating func areEquivalent(
        _ left: [PathItem], _ right: [PathItem]
    ) throws(PathError) -> Bool {
        guard left.count == right.count else { return false }
        var rest = right
        for item in left {
            try charge(rest.count)
            guard let place = rest.firstIndex(where: { $0.isEquivalent(to: item) }) else {
                return false
            }
            rest.remove(at: place)
        }
        return true
    }

    /// The order of two values; nil when it is not known.
    private func compare(
        _ operation: BinaryOperator, _ left: PathItem, _ right: PathItem
    ) throws(PathError) -> Bool? {
        guard let order = try Self.order(left, right) else { return nil }
        return switch operation {
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        default: order >= 0
        }
    }

    /// Less than zero when the left comes first; nil when precision or units leave it open.
    static func order(_ left: PathItem, _ right: PathItem) throws(PathError) -> Int? {
        func order<Value: Comparable>(_ left: Value, _ right: Value) -> Int {
            left < right ? -1 : left == right ? 0 : 1
        }
        switch (left.system, right.system) {
        case (.string(let left), .string(let right)):
            if left.utf8.elementsEqual(right.utf8) { return 0 }
            return left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars) ? -1 : 1
        case (.moment(let left), .moment(let right)):
            switch left.order(to: right) {
            case .before: return -1
            case .same: return 0
            case .after: return 1
            case .unknown: return nil
            case .incomparable: throw .incompatible(operation: "Comparison")
            }
        case (.quantity(let left), .quantity(let right)):
            return left.converting(right).map { order(left.value, $0) }
        case (let left?, let right?):
            if let left = left.number, let right = right.number { return order(left, right) }
            throw .incompatible(operation: "Comparison")
        default: return nil
        }
    }
}
