/// Precision: what a value may be, given the digits that were written.
extension PathEvaluator {
    /// Digits after the point that a boundary may be asked to have.
    private static let digitRange = 0...31
    /// Digits after the point of a boundary by default.
    private static let defaultDigits = 8

    mutating func boundaries(
        _ name: FunctionName, _ arguments: [Expression], _ input: [PathItem], _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        let place = "\(name.rawValue)()"
        guard let item = try Self.single(input, place)?.system else { return [] }
        switch name {
        case .comparable:
            let other = try Self.single(try evaluate(arguments[0], frame), place)?.system
            guard case .quantity(let left) = item, case .quantity(let right)? = other else {
                throw .wrongType(place: place, expected: "quantities")
            }
            return [.boolean(left.isCommensurable(with: right))]
        case .precision: return try precision(of: item, place).map { [.integer($0)] } ?? []
        default: break
        }
        let digits = try integer(arguments, 0, name, frame)
        let isHigh = name == .highBoundary
        switch item {
        case .moment(let moment):
            return moment.boundary(isHigh: isHigh, digits: digits ?? moment.fullDigitCount)
                .map { [.moment($0)] } ?? []
        case .quantity(let quantity):
            return Self.boundary(quantity.value, isHigh, digits).map {
                [.quantity(PathQuantity($0, quantity.unit, isCalendar: quantity.isCalendar))]
            } ?? []
        default:
            guard let number = item.number else {
                throw .wrongType(place: place, expected: "a number, date, time or quantity")
            }
            return Self.boundary(number, isHigh, digits).map { [.decimal($0)] } ?? []
        }
    }

    private func precision(of item: PathItem, _ place: String) throws(PathError) -> Int64? {
        switch item {
        case .moment(let moment): return Int64(moment.digitCount)
        default:
            guard let number = item.number else {
                throw .wrongType(place: place, expected: "a number, date or time")
            }
            return Int64(number.scale)
        }
    }

    /// Half a unit of the last written digit away from the number, to so many digits.
    ///
    /// With fewer digits than that takes, HL7's tests want the end away from zero rounded and the
    /// end towards zero cut.
    private static func boundary(
        _ number: ExactDecimal, _ isHigh: Bool, _ digits: Int?
    ) -> ExactDecimal? {
        let digits = digits ?? defaultDigits
        guard digitRange.contains(digits) else { return nil }
        let half = ExactDecimal(coefficient: 5, scale: number.scale + 1)
        guard let end = isHigh ? number.adding(half) : number.subtracting(half) else { return nil }
        let isOutward = isHigh != number.isNegative
        return end.rounded(to: digits, isOutward ? .halfAwayFromZero : .towardZero)
    }
}
