import Base
import FHIRDefinitions
import FHIRPath

/// The values of parameters without a modifier.
extension QueryParser {
    /// Reads one value, its escapes still in it.
    func test(
        _ raw: String, _ kind: SearchParameterDefinition.Kind, targets: [String],
        parameter: String
    ) throws(SearchError) -> TermTest {
        let value = SearchText.unescaped(raw)
        switch kind {
        case .string: return try text(value, .starts)
        case .uri: return .token(system: .any, code: try term(value))
        case .token: return try token(raw, parameter)
        case .date: return .date(try dateTest(value, parameter))
        case .number: return try number(value, unit: UnitKey.none, parameter, .number) { $0 }
        case .quantity: return try quantity(raw, parameter)
        case .reference: return try reference(value, targets, parameter)
        case .composite, .special: throw .unsupportedParameter(parameter)
        }
    }

    /// A value that can be a term as it stands.
    func term(_ value: String) throws(SearchError) -> String {
        guard value.utf8.count <= SearchLimits.termBytes else {
            throw .limit(.termBytes, maximum: SearchLimits.termBytes)
        }
        return value
    }

    func text(_ value: String, _ form: TextTest) throws(SearchError) -> TermTest {
        let value = try term(value)
        return .text(form, form == .exactly ? value : TextFolding.folded(value))
    }

    private func token(_ raw: String, _ parameter: String) throws(SearchError) -> TermTest {
        let parts = SearchText.split(raw, at: "|").map { SearchText.unescaped($0) }
        guard parts.count <= 2, let last = parts.last else {
            throw .value(parameter: parameter, .token)
        }
        let code = try term(last)
        guard parts.count == 2 else { return .token(system: .any, code: code) }
        guard !parts[0].isEmpty else {
            guard !code.isEmpty else { throw .value(parameter: parameter, .token) }
            return .token(system: .absent, code: code)
        }
        return .token(system: .exactly(try term(parts[0])), code: code.isEmpty ? nil : code)
    }

    /// The prefix in front of an ordered value, and the value.
    private static func prefix(of value: String) -> (SearchPrefix, String) {
        guard let prefix = SearchPrefix(rawValue: String(value.prefix(2))) else {
            return (.equal, value)
        }
        return (prefix, String(value.dropFirst(2)))
    }

    func dateTest(_ value: String, _ parameter: String) throws(SearchError) -> RangeTest<Int64> {
        let (prefix, text) = Self.prefix(of: value)
        guard var range = DateRange(text) else { throw .value(parameter: parameter, .date) }
        if prefix == .approximate { range = range.widened }
        return RangeTest(prefix, low: range.low, high: range.high)
    }

    private func number(
        _ value: String, unit: String, _ parameter: String, _ expected: SearchError.Expectation,
        convert: (ExactDecimal) -> ExactDecimal?
    ) throws(SearchError) -> TermTest {
        let (prefix, text) = Self.prefix(of: value)
        guard let number = ExactDecimal(text) else { throw .value(parameter: parameter, expected) }
        let range: (low: ExactDecimal, high: ExactDecimal)? =
            switch prefix {
            case .equal, .notEqual: number.neighbours(digit: Self.precision(of: text, number))
            case .approximate: number.surroundings
            default: (number, number)
            }
        guard let range, let low = convert(range.low), let high = convert(range.high) else {
            throw .value(parameter: parameter, expected)
        }
        return .number(
            unit: unit, RangeTest(prefix, low: low.double, high: high.double))
    }

    /// The last digit of a number that counts.
    ///
    /// With an exponent it is one more than is written: `1e2` covers 95 to 105 in FHIR.
    private static func precision(of text: String, _ number: ExactDecimal) -> Int {
        guard let place = text.firstIndex(where: { $0 == "e" || $0 == "E" }),
            let written = Int(text[text.index(after: place)...])
        else { return number.scale }
        // Zero may have any exponent.
        let exponent = min(max(written, -1000), 1000)
        let mantissa = text[..<place]
        let digits = mantissa.split(separator: ".").dropFirst().first?.count ?? 0
        return digits - exponent + 1
    }

    private func quantity(_ raw: String, _ parameter: String) throws(SearchError) -> TermTest {
        let parts = SearchText.split(raw, at: "|").map { SearchText.unescaped($0) }
        guard parts.count == 1 || parts.count == 3 else {
            throw .value(parameter: parameter, .quantity)
        }
        guard parts.count == 3, !parts[2].isEmpty else {
            guard parts.count == 1 || parts[1].isEmpty else {
                throw .value(parameter: parameter, .quantity)
            }
            return try number(parts[0], unit: UnitKey.none, parameter, .quantity) { $0 }
        }
        let code = try term(parts[2])
        guard !parts[1].isEmpty else {
            return try number(parts[0], unit: UnitKey.written(code), parameter, .quantity) { $0 }
        }
        let unit = UnitKey.canonical(try term(parts[1]), code)
        return try number(
            parts[0], unit: try term(unit.key), parameter, .quantity, convert: unit.convert)
    }

    private func reference(
        _ value: String, _ targets: [String], _ parameter: String
    ) throws(SearchError) -> TermTest {
        let value = try term(value)
        if ReferenceText.isID(value) {
            return .reference(targets.map { ResourceName(type: $0, id: value) }, version: nil)
        }
        switch ReferenceText(value, base: base, isType: lookup.isResourceType) {
        case .resource(let name, let version):
            return .reference(targets.contains(name.type) ? [name] : [], version: version)
        case .external(let url, let version):
            guard url.contains(":") else { throw .value(parameter: parameter, .reference) }
            return .external(url, version: version)
        case .contained: throw .value(parameter: parameter, .reference)
        }
    }
}
