/// Arithmetic (FHIRPath §Math, §Date/Time Arithmetic).
extension PathEvaluator {
    mutating func signed(
        _ items: [PathItem], _ isNegative: Bool
    ) throws(PathError) -> [PathItem] {
        let place = isNegative ? "The sign -" : "The sign +"
        guard let item = try Self.single(items, place)?.system else { return [] }
        switch item {
        case .integer(let value):
            let (result, overflow) =
                isNegative
                ? Int64(0).subtractingReportingOverflow(value)
                : (value, false)
            return overflow ? [] : [.integer(result)]
        case .decimal(let value): return [.decimal(isNegative ? -value : value)]
        case .quantity(let quantity):
            let value = isNegative ? -quantity.value : quantity.value
            return [
                .quantity(
                    PathQuantity(value, quantity.unit, isCalendar: quantity.isCalendar))
            ]
        default: throw .wrongType(place: place, expected: "a number")
        }
    }

    /// The result of an operation on two values; nil where it has none or does not fit.
    func arithmetic(
        _ operation: BinaryOperator, _ left: PathItem, _ right: PathItem
    ) throws(PathError) -> PathItem? {
        switch (left, right) {
        case (.string(let left), .string(let right)) where operation == .add:
            guard left.utf8.count + right.utf8.count <= environment.limits.textLength else {
                throw .limit(.textLength)
            }
            return .string(left + right)
        case (.integer(let left), .integer(let right)): return integers(operation, left, right)
        case (.moment(let moment), .quantity(let quantity)):
            return try shifted(moment, by: quantity, operation)
        case (.quantity(let left), .quantity(let right)):
            return try quantities(operation, left, right)
        case (.quantity(let left), _) where right.number != nil:
            guard operation == .multiply || operation == .divide else { break }
            return try quantities(
                operation, left, PathQuantity(right.number ?? .zero, "1"))
        case (_, .quantity(let right)) where left.number != nil:
            guard operation == .multiply || operation == .divide else { break }
            return try quantities(
                operation, PathQuantity(left.number ?? .zero, "1"), right)
        default:
            if let left = left.number, let right = right.number {
                return decimals(operation, left, right)
            }
        }
        throw .incompatible(operation: "The operator \(operation.rawValue)")
    }

    private func integers(
        _ operation: BinaryOperator, _ left: Int64, _ right: Int64
    ) -> PathItem? {
        let result: (partialValue: Int64, overflow: Bool)
        switch operation {
        case .add: result = left.addingReportingOverflow(right)
        case .subtract: result = left.subtractingReportingOverflow(right)
        case .multiply: result = left.multipliedReportingOverflow(by: right)
        case .wholeDivide: result = left.dividedReportingOverflow(by: right)
        case .remainder: result = left.remainderReportingOverflow(dividingBy: right)
        default: return decimals(operation, ExactDecimal(left), ExactDecimal(right))
        }
        return result.overflow ? nil : .integer(result.partialValue)
    }

    private func decimals(
        _ operation: BinaryOperator, _ left: ExactDecimal, _ right: ExactDecimal
    ) -> PathItem? {
        switch operation {
        case .add: left.adding(right).map { .decimal($0) }
        case .subtract: left.subtracting(right).map { .decimal($0) }
        case .multiply: left.multiplied(by: right).map { .decimal($0) }
        case .divide: left.divided(by: right).map { .decimal($0) }
        case .wholeDivide: left.wholeQuotient(by: right)?.integer.map { .integer($0) }
        case .remainder: left.remainder(by: right).map { .decimal($0) }
        default: nil
        }
    }

    private func quantities(
        _ operation: BinaryOperator, _ left: PathQuantity, _ right: PathQuantity
    ) throws(PathError) -> PathItem? {
        let result: PathQuantity? =
            switch operation {
            case .add: left.adding(right)
            case .subtract:
                left.adding(
                    PathQuantity(-right.value, right.unit, isCalendar: right.isCalendar))
            case .multiply: left.multiplied(by: right)
            case .divide: left.divided(by: right)
            default: throw .incompatible(operation: "The operator \(operation.rawValue)")
            }
        return result.map { .quantity($0) }
    }

    private func shifted(
        _ moment: Moment, by quantity: PathQuantity, _ operation: BinaryOperator
    ) throws(PathError) -> PathItem? {
        let sign: Int64 = operation == .add ? 1 : -1
        guard operation == .add || operation == .subtract,
            // UCUM's years and months are averages: a calendar has no use for them.
            let unit = quantity.exactCalendarUnit
        else { throw .incompatible(operation: "The operator \(operation.rawValue)") }
        guard let amount = quantity.value.rounded(to: 0, .towardZero)?.integer,
            amount > .min
        else { return nil }
        return moment.adding(sign * amount, unit).map { .moment($0) }
    }
}
