/// Mathematics on exact decimals (FHIRPath §Math).
extension PathEvaluator {
    mutating func mathematics(
        _ name: FunctionName, _ arguments: [Expression], _ input: [PathItem], _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        let place = "\(name.rawValue)()"
        guard let item = try Self.single(input, place)?.system else { return [] }
        if case .quantity(let quantity) = item {
            guard name == .abs else { throw .wrongType(place: place, expected: "a number") }
            return [
                .quantity(
                    PathQuantity(
                        quantity.value.magnitude, quantity.unit, isCalendar: quantity.isCalendar))
            ]
        }
        guard let value = item.number else {
            throw .wrongType(place: place, expected: "a number")
        }
        func whole(_ rule: ExactDecimal.Rounding) -> [PathItem] {
            value.rounded(to: 0, rule)?.integer.map { [.integer($0)] } ?? []
        }
        func decimal(_ value: ExactDecimal?) -> [PathItem] { value.map { [.decimal($0)] } ?? [] }
        switch name {
        case .abs:
            guard case .integer = item else { return decimal(value.magnitude) }
            return value.magnitude.integer.map { [.integer($0)] } ?? []
        case .ceiling: return whole(.up)
        case .floor: return whole(.down)
        case .truncate: return whole(.towardZero)
        case .exp: return decimal(value.exponential)
        case .ln: return decimal(value.naturalLogarithm)
        case .sqrt: return decimal(value.squareRoot)
        case .round:
            let digits = try integer(arguments, 0, name, frame) ?? 0
            guard digits >= 0 else {
                throw .wrongType(place: place, expected: "a number of digits from 0 on")
            }
            return decimal(digits >= value.scale ? value : value.rounded(to: digits))
        default: break
        }
        guard let other = try Self.single(try evaluate(arguments[0], frame), place) else {
            return []
        }
        guard let number = other.number else {
            throw .wrongType(place: place, expected: "a number")
        }
        if name == .log { return decimal(value.logarithm(base: number)) }
        try charge(100)
        guard let result = value.raised(to: number) else { return [] }
        if case .integer = item, case .integer? = other.system, let integer = result.integer {
            return [.integer(integer)]
        }
        return [.decimal(result)]
    }

    /// The sum, least, greatest and mean of a collection; nothing for nothing.
    func statistics(
        _ name: FunctionName, _ input: [PathItem]
    ) throws(PathError) -> [PathItem] {
        guard var result = input.first?.system else { return [] }
        for item in input.dropFirst() {
            guard let item = item.system else { return [] }
            switch name {
            case .min: if (try Self.order(item, result) ?? 0) < 0 { result = item }
            case .max: if (try Self.order(item, result) ?? 0) > 0 { result = item }
            default:
                guard let sum = try arithmetic(.add, result, item) else { return [] }
                result = sum
            }
        }
        guard name == .avg else { return [result] }
        let count = PathItem.integer(Int64(input.count))
        return try arithmetic(.divide, result, count).map { [$0] } ?? []
    }
}
