/// A number in the base units that its UCUM unit is made of, so that equal amounts are equal.
package struct CanonicalQuantity: Sendable {
    /// The base units with their exponents in the order of their names, such as `g.m-3`; `1` for
    /// none.
    package let unit: String
    private let measure: UnitMeasure

    /// Reads a UCUM code; nil for unknown units.
    package init?(code: String) {
        guard let measure = UnitMeasure(code: code) else { return nil }
        self.measure = measure
        let names = measure.powers.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let parts = names.map { name in
            let power = measure.powers[name] ?? 1
            return power == 1 ? name : "\(name)\(power)"
        }
        unit = parts.isEmpty ? "1" : parts.joined(separator: ".")
    }

    /// The number in base units; nil when it does not fit.
    package func canonical(_ value: ExactDecimal) -> ExactDecimal? {
        value.multiplied(by: measure.numerator)?.divided(by: measure.denominator)
    }
}

extension ExactDecimal {
    /// The nearest binary number.
    package var double: Double { Double(text) ?? 0 }

    /// The numbers that are written like this one when they are rounded to a digit.
    ///
    /// They lie half a unit of it below and above. Digits count from the point to the right.
    package func neighbours(digit: Int) -> (low: ExactDecimal, high: ExactDecimal)? {
        let half =
            digit >= 0
            ? ExactDecimal(checking: 5, scale: digit + 1)
            : Self.power(of: -digit - 1).flatMap { power -> ExactDecimal? in
                let (five, isOver) = power.multipliedReportingOverflow(by: 5)
                return isOver ? nil : ExactDecimal(checking: five, scale: 0)
            }
        guard let half, let low = subtracting(half), let high = adding(half) else { return nil }
        return (low, high)
    }

    /// The numbers that differ by at most a tenth.
    package var surroundings: (low: ExactDecimal, high: ExactDecimal)? {
        guard let tenth = magnitude.multiplied(by: ExactDecimal(coefficient: 1, scale: 1)),
            let low = subtracting(tenth), let high = adding(tenth)
        else { return nil }
        return (low, high)
    }
}
