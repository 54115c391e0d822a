import Encoding
import FHIRDefinitions
import FHIRPath

/// Dates, numbers and references.
extension TermEmitter {
    func date(_ value: JSONValue, _ type: String) -> TermValue? {
        let range: DateRange? =
            switch type {
            case "Period": Self.period(value)
            case "Timing": Self.timing(value)
            default: value.stringValue.flatMap { DateRange($0) }
            }
        return range.map { .date(low: $0.low, high: $0.high) }
    }

    /// A side that is missing or wrong is open; nil when both are.
    private static func period(_ value: JSONValue) -> DateRange? {
        let start = value["start"]?.stringValue.flatMap { DateRange($0) }
        let end = value["end"]?.stringValue.flatMap { DateRange($0) }
        guard start != nil || end != nil else { return nil }
        let (low, high) = (start?.low ?? DateRange.past, end?.high ?? DateRange.future)
        return DateRange(low: low, high: max(low, high))
    }

    /// From the first event to the last, or the bounds of the repetition.
    private static func timing(_ value: JSONValue) -> DateRange? {
        let events = (value["event"]?.elements ?? []).compactMap { event in
            event.stringValue.flatMap { DateRange($0) }
        }
        if let low = events.map(\.low).min(), let high = events.map(\.high).max() {
            return DateRange(low: low, high: high)
        }
        return value["repeat"]?["boundsPeriod"].flatMap(period)
    }

    // MARK: Numbers

    func numbers(_ value: JSONValue, _ type: String, hasUnits: Bool) -> [TermValue] {
        switch type {
        case "Range":
            let (low, high) = (value["low"], value["high"])
            guard hasUnits else {
                return Self.range(Self.decimal(low?["value"]), Self.decimal(high?["value"]))
                    .map { [$0] } ?? []
            }
            return Self.quantities(low, high)
        case "Money":
            guard let number = Self.decimal(value["value"]) else { return [] }
            let currency = value["currency"]?.stringValue
            return [Self.number(UnitKey.none, number, number)]
                + (currency.map {
                    [
                        Self.number(UnitKey.written($0), number, number),
                        Self.number(UnitKey.coded("urn:iso:std:iso:4217", $0), number, number),
                    ]
                } ?? [])
        case "SampledData": return Self.quantities(value["origin"], value["origin"])
        default:
            if case .object = value { return Self.quantities(value, value) }
            return Self.decimal(value).map { [Self.number(UnitKey.none, $0, $0)] } ?? []
        }
    }

    private static func decimal(_ value: JSONValue?) -> ExactDecimal? {
        value?.numberText.flatMap { ExactDecimal($0) }
    }

    private static func number(
        _ unit: String, _ low: ExactDecimal, _ high: ExactDecimal
    ) -> TermValue {
        .number(unit: unit, low: low.double, high: high.double)
    }

    private static func range(_ low: ExactDecimal?, _ high: ExactDecimal?) -> TermValue? {
        guard low != nil || high != nil else { return nil }
        return .number(
            unit: UnitKey.none, low: low?.double ?? -.greatestFiniteMagnitude,
            high: high?.double ?? .greatestFiniteMagnitude)
    }

    /// A quantity, or a range of two with the unit of the first.
    private static func quantities(_ low: JSONValue?, _ high: JSONValue?) -> [TermValue] {
        guard let unitHolder = low ?? high else { return [] }
        var (lower, upper) = (decimal(low?["value"]), decimal(high?["value"]))
        guard lower != nil || upper != nil else { return [] }
        switch low?["comparator"]?.stringValue {
        case "<", "<=": lower = nil
        case ">", ">=": upper = nil
        default: break
        }
        let (system, code) = (
            unitHolder["system"]?.stringValue, unitHolder["code"]?.stringValue
        )
        let word = unitHolder["unit"]?.stringValue
        var terms: [TermValue] = []
        func add(_ unit: String, _ convert: (ExactDecimal) -> ExactDecimal?) {
            guard unit.utf8.count <= SearchLimits.termBytes else { return }
            let (start, end) = (lower.map(convert), upper.map(convert))
            // A number that does not fit in base units has no term there.
            if case .some(.none) = start { return }
            if case .some(.none) = end { return }
            terms.append(
                .number(
                    unit: unit, low: (start ?? nil)?.double ?? -.greatestFiniteMagnitude,
                    high: (end ?? nil)?.double ?? .greatestFiniteMagnitude))
        }
        add(UnitKey.none) { $0 }
        if let code { add(UnitKey.written(code)) { $0 } }
        if let word, word != code { add(UnitKey.written(word)) { $0 } }
        if let system, let code {
            let unit = UnitKey.canonical(system, code)
            add(unit.key, unit.convert)
        }
        return terms
    }

    // MARK: References

    func reference(_ value: JSONValue, _ type: String) -> TermValue? {
        switch type {
        case "Reference": return value["reference"]?.stringValue.flatMap { term(ofReference: $0) }
        case "canonical", "uri", "url": return value.stringValue.flatMap { term(ofReference: $0) }
        case "Resource":
            guard let name = value["resourceType"]?.stringValue,
                let id = value["id"]?.stringValue
            else { return nil }
            return term(ofReference: "\(name)/\(id)")
        default: return nil
        }
    }

    private func term(ofReference text: String) -> TermValue? {
        guard !text.isEmpty, text.utf8.count <= SearchLimits.termBytes else { return nil }
        switch parsed(text) {
        case .resource(let name, let version): return .reference(name, version: version)
        case .external(let url, let version): return .external(url, version: version)
        case .contained: return nil
        }
    }

    private func parsed(_ text: String) -> ReferenceText {
        ReferenceText(text, base: base) { name in
            guard let type = table.type(name) else { return false }
            return type.kind == .resource && !type.isAbstract
        }
    }

    /// The type of what a reference leads to, as far as its text says.
    func typeName(ofReference text: String) -> String? {
        if case .resource(let name, _) = parsed(text) { return name.type }
        return nil
    }

    /// The type of what a `Reference` leads to.
    func typeName(of reference: JSONValue) -> String? {
        reference["reference"]?.stringValue.flatMap { typeName(ofReference: $0) }
            ?? reference["type"]?.stringValue
    }
}
