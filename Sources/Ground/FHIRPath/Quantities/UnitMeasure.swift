/// What a UCUM unit amounts to: a ratio of numbers and powers of base units.
struct UnitMeasure: Sendable {
    /// The number of base units is `numerator / denominator`; apart, both stay exact.
    private(set) var numerator = ExactDecimal.one
    private(set) var denominator = ExactDecimal.one
    /// Exponents other than zero, by base unit.
    private(set) var powers: [String: Int] = [:]

    /// The longest code of a unit that is read.
    private static let codeLimit = 100
    /// How deep parentheses and units made of units may nest.
    private static let depthLimit = 12

    /// Reads a UCUM code; nil for unknown units and for codes that do not fit.
    init?(code: String) {
        guard code.utf8.count <= Self.codeLimit else { return nil }
        self.init(code, depth: 0)
    }

    private init?(_ code: String, depth: Int) {
        var parser = UnitParser(code, depth: depth)
        guard depth < Self.depthLimit, let measure = parser.expression(), parser.isAtEnd else {
            return nil
        }
        self = measure
    }

    init() {}

    /// One symbol, with a prefix or without.
    init?(symbol: String, depth: Int) {
        if UnitTable.bases[symbol] != nil {
            powers = [symbol: 1]
        } else if let atom = UnitTable.atoms[symbol] {
            guard let value = Self.value(of: atom, depth) else { return nil }
            self = value
        } else {
            for length in 1...2 where symbol.count > length {
                let rest = String(symbol.dropFirst(length))
                guard let exponent = UnitTable.prefixes[String(symbol.prefix(length))],
                    UnitTable.bases[rest] ?? UnitTable.atoms[rest]?.isMetric ?? false,
                    var measure = UnitMeasure(symbol: rest, depth: depth),
                    let factor = ExactDecimal.power(of: abs(exponent))
                else { continue }
                let number = ExactDecimal(coefficient: factor, scale: 0)
                guard measure.multiply(number, inverse: exponent < 0) else { continue }
                self = measure
                return
            }
            return nil
        }
    }

    private static func value(of atom: UnitTable.Atom, _ depth: Int) -> UnitMeasure? {
        guard let number = ExactDecimal(atom.number),
            var measure = UnitMeasure(atom.unit, depth: depth + 1),
            measure.multiply(number, inverse: false)
        else { return nil }
        return measure
    }

    /// Multiplies by a number or its inverse; false when the result does not fit.
    mutating func multiply(_ number: ExactDecimal, inverse: Bool) -> Bool {
        guard let product = (inverse ? denominator : numerator).multiplied(by: number) else {
            return false
        }
        if inverse { denominator = product.normalized } else { numerator = product.normalized }
        return true
    }

    /// This unit times a power of another one; nil when it does not fit.
    func multiplied(by other: UnitMeasure, power: Int = 1) -> UnitMeasure? {
        guard power.magnitude <= 20 else { return nil }
        var result = self
        for _ in 0..<power.magnitude {
            guard result.multiply(other.numerator, inverse: power < 0),
                result.multiply(other.denominator, inverse: power > 0)
            else { return nil }
        }
        for (unit, exponent) in other.powers {
            let sum = (result.powers[unit] ?? 0) + exponent * power
            result.powers[unit] = sum == 0 ? nil : sum
        }
        return result
    }

    /// Whether the two measure the same thing.
    func isCommensurable(with other: UnitMeasure) -> Bool { powers == other.powers }

    /// A number of this unit as a number of another one; nil when that is not possible.
    func convert(_ value: ExactDecimal, to other: UnitMeasure) -> ExactDecimal? {
        guard isCommensurable(with: other),
            let upper = value.multiplied(by: numerator)?.multiplied(by: other.denominator),
            let lower = denominator.multiplied(by: other.numerator)
        else { return nil }
        return upper.divided(by: lower)
    }
}

/// Reads UCUM's grammar: symbols with exponents, `.`, `/`, parentheses and annotations.
private struct UnitParser {
    private var rest: ArraySlice<Unicode.Scalar>
    private let depth: Int

    init(_ code: String, depth: Int) {
        rest = Array(code.unicodeScalars)[...]
        self.depth = depth
    }

    var isAtEnd: Bool { rest.isEmpty }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func expression() -> UnitMeasure? {
        var result = UnitMeasure()
        var isInverse = take("/")
        while true {
            guard let part = component(),
                let product = result.multiplied(by: part, power: isInverse ? -1 : 1)
            else { return nil }
            result = product
            if take("/") {
                isInverse = true
            } else if take(".") {
                isInverse = false
            } else {
                return result
            }
        }
    }

    private mutating func component() -> UnitMeasure? {
        if take("(") {
            let text = String(String.UnicodeScalarView(rest))
            guard depth < 8 else { return nil }
            var inner = UnitParser(text, depth: depth + 1)
            guard let result = inner.expression(), inner.take(")") else { return nil }
            rest = rest.suffix(inner.rest.count)
            return result
        }
        if rest.first == "{" { return annotation() ? UnitMeasure() : nil }
        let symbol = symbol()
        if !symbol.isEmpty, symbol.allSatisfy(\.isNumber), symbol != "10*", symbol != "10^" {
            guard let number = ExactDecimal(symbol), !number.isZero else { return nil }
            var result = UnitMeasure()
            return result.multiply(number, inverse: false) ? result : nil
        }
        guard var result = UnitMeasure(symbol: symbol, depth: depth) else { return nil }
        if let exponent = exponent() {
            guard let power = UnitMeasure().multiplied(by: result, power: exponent) else {
                return nil
            }
            result = power
        }
        if rest.first == "{", !annotation() { return nil }
        return result
    }

    private mutating func annotation() -> Bool {
        guard let end = rest.firstIndex(of: "}") else { return false }
        rest = rest[(end + 1)...]
        return true
    }

    /// A symbol, in which brackets may hold digits, or a number.
    private mutating func symbol() -> String {
        var text = String.UnicodeScalarView()
        if rest.starts(with: "10*".unicodeScalars) || rest.starts(with: "10^".unicodeScalars) {
            text.append(contentsOf: rest.prefix(3))
            rest = rest.dropFirst(3)
            return String(text)
        }
        let isNumber = rest.first.map(Self.isDigit) ?? false
        var isBracketed = false
        while let scalar = rest.first {
            if scalar == "[" { isBracketed = true }
            let ends: Bool =
                isBracketed
                ? false
                : isNumber
                    ? !Self.isDigit(scalar)
                    : Self.isDigit(scalar) || ".()/{}+-".unicodeScalars.contains(scalar)
            if ends { break }
            if scalar == "]" { isBracketed = false }
            text.append(scalar)
            rest = rest.dropFirst()
        }
        return String(text)
    }

    private mutating func exponent() -> Int? {
        let before = rest
        let isNegative = take("-")
        if !isNegative { _ = take("+") }
        var digits = ""
        while let scalar = rest.first, Self.isDigit(scalar), digits.count < 3 {
            digits.unicodeScalars.append(scalar)
            rest = rest.dropFirst()
        }
        guard let value = Int(digits) else {
            rest = before
            return nil
        }
        return isNegative ? -value : value
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
}
