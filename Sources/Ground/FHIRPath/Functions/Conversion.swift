/// Conversions between FHIRPath's types (FHIRPath §Conversion).
extension PathEvaluator {
    mutating func conversion(
        _ name: FunctionName, _ arguments: [Expression], _ input: [PathItem], _ frame: Frame
    ) throws(PathError) -> [PathItem] {
        guard let item = try Self.single(input, "\(name.rawValue)()")?.system else { return [] }
        let unit = try text(arguments, 0, name, frame)
        let isTest = name.rawValue.hasPrefix("converts")
        let converted: PathItem? =
            switch name {
            case .toBoolean, .convertsToBoolean: Self.boolean(item).map { .boolean($0) }
            case .toInteger, .convertsToInteger: Self.integer(item).map { .integer($0) }
            case .toDecimal, .convertsToDecimal: Self.decimal(item).map { .decimal($0) }
            case .toString, .convertsToString: item.text.map { .string($0) }
            case .toQuantity, .convertsToQuantity:
                Self.quantity(item, unit: unit).map { .quantity($0) }
            case .toDate, .convertsToDate: Self.moment(item, .date).map { .moment($0) }
            case .toDateTime, .convertsToDateTime:
                Self.moment(item, .dateTime).map { .moment($0) }
            default: Self.moment(item, .time).map { .moment($0) }
            }
        return isTest ? [.boolean(converted != nil)] : converted.map { [$0] } ?? []
    }

    private static func boolean(_ item: PathItem) -> Bool? {
        switch item {
        case .boolean(let value): return value
        case .string(let text):
            switch text.lowercased() {
            case "true", "t", "yes", "y", "1", "1.0": return true
            case "false", "f", "no", "n", "0", "0.0": return false
            default: return nil
            }
        default:
            guard let number = item.number else { return nil }
            return number == .one ? true : number == .zero ? false : nil
        }
    }

    private static func integer(_ item: PathItem) -> Int64? {
        switch item {
        case .integer(let value): value
        case .boolean(let value): value ? 1 : 0
        case .string(let text): Int64(text)
        default: nil
        }
    }

    private static func decimal(_ item: PathItem) -> ExactDecimal? {
        switch item {
        case .boolean(let value): value ? .one : .zero
        case .string(let text): text.contains { $0 == "e" || $0 == "E" } ? nil : ExactDecimal(text)
        default: item.number
        }
    }

    private static func quantity(_ item: PathItem, unit: String?) -> PathQuantity? {
        let quantity: PathQuantity? =
            switch item {
            case .quantity(let quantity): quantity
            case .string(let text): PathQuantity(text: text)
            default: decimal(item).map { PathQuantity($0, "1") }
            }
        guard let unit, let quantity else { return quantity }
        let wanted = PathQuantity(.zero, unit, isCalendar: CalendarUnit(word: unit) != nil)
        return wanted.converting(quantity).map {
            PathQuantity($0, unit, isCalendar: wanted.isCalendar)
        }
    }

    private static func moment(_ item: PathItem, _ kind: Moment.Kind) -> Moment? {
        switch (item, kind) {
        case (.moment(let moment), .date): moment.kind == .time ? nil : moment.day
        case (.moment(let moment), .dateTime): moment.kind == .time ? nil : moment.asDateTime
        case (.moment(let moment), .time): moment.kind == .time ? moment : nil
        case (.string(let text), .date): Moment(date: text)
        case (.string(let text), .dateTime): Moment(dateTime: text)
        case (.string(let text), .time): Moment(time: text)
        default: nil
        }
    }
}
