// Roots, powers and logarithms in fixed point: no binary fractions, the same on every machine.
// Results have eight digits after the point, which is what FHIRPath asks for (§Math).

extension ExactDecimal {
    /// Digits after the point of results that are not exact.
    static let functionScale = 8
    /// Digits after the point while computing; a product of two such numbers fits 128 bits.
    private static let workingScale = 16
    private static let unit: Int128 = 10_000_000_000_000_000
    /// The natural logarithm of two with ``workingScale`` digits.
    private static let logarithmOfTwo: Int128 = 6_931_471_805_599_453

    /// The square root; nil for negative numbers.
    var squareRoot: ExactDecimal? {
        guard coefficient >= 0 else { return nil }
        for digits in stride(from: 12, through: 0, by: -1) {
            guard let value = rounded(to: 2 * digits) else { continue }
            let root = Self.wholeRoot(value.coefficient)
            return ExactDecimal(coefficient: root, scale: digits).rounded(
                to: min(digits, Self.functionScale))?.normalized
        }
        return nil
    }

    /// The largest whole number whose square is no more (Newton's method).
    private static func wholeRoot(_ value: Int128) -> Int128 {
        guard value > 1 else { return value }
        var root: Int128 = 1 << ((128 - value.leadingZeroBitCount + 1) / 2)
        while true {
            let next = (root + value / root) / 2
            guard next < root else { return root }
            root = next
        }
    }

    /// e to this power; nil when it does not fit.
    var exponential: ExactDecimal? {
        guard let value = rounded(to: Self.workingScale)?.coefficient,
            value.magnitude < 45 * Self.unit.magnitude
        else { return nil }
        // eˣ = 2ᵏ · eʳ with |r| at most ln 2, where the series ends soon.
        let (doublings, rest) = value.quotientAndRemainder(dividingBy: Self.logarithmOfTwo)
        var (sum, term, index) = (Self.unit, Self.unit, Int128(1))
        while term != 0 {
            term = term * rest / Self.unit / index
            sum += term
            index += 1
        }
        if doublings < 0 { sum >>= -doublings } else { sum = sum * (1 << doublings) }
        return ExactDecimal(coefficient: sum, scale: Self.workingScale)
            .rounded(to: Self.functionScale)?.normalized
    }

    /// The natural logarithm; nil for what is not positive.
    var naturalLogarithm: ExactDecimal? {
        preciseLogarithm?.rounded(to: Self.functionScale)?.normalized
    }

    private var preciseLogarithm: ExactDecimal? {
        guard coefficient > 0 else { return nil }
        // x = m · 2ᵏ · 10ⁿ with m near 1; ln m = 2 artanh((m − 1) / (m + 1)).
        var (digits, tens) = (coefficient, -scale)
        while digits >= 1_000_000_000_000_000_000 {
            digits /= 10
            tens += 1
        }
        var mantissa = digits * Self.unit
        var twos: Int128 = 0
        while mantissa >= 2 * Self.unit {
            mantissa /= 2
            twos += 1
        }
        let ratio = (mantissa - Self.unit) * Self.unit / (mantissa + Self.unit)
        let square = ratio * ratio / Self.unit
        var (sum, power, index) = (Int128(0), ratio, Int128(1))
        while power != 0 {
            sum += power / index
            power = power * square / Self.unit
            index += 2
        }
        let logarithmOfTen: Int128 = 23_025_850_929_940_457
        let total = 2 * sum + twos * Self.logarithmOfTwo + Int128(tens) * logarithmOfTen
        return ExactDecimal(coefficient: total, scale: Self.workingScale)
    }

    /// The logarithm to a base; nil where there is none.
    func logarithm(base: ExactDecimal) -> ExactDecimal? {
        guard let value = preciseLogarithm, let other = base.preciseLogarithm else { return nil }
        return value.divided(by: other)?.rounded(to: Self.functionScale)?.normalized
    }

    /// This number to a power; nil where the result is no real number or does not fit.
    func raised(to exponent: ExactDecimal) -> ExactDecimal? {
        if let whole = exponent.integer {
            guard whole.magnitude <= 1000 else { return nil }
            var result = ExactDecimal.one
            for _ in 0..<whole.magnitude {
                guard let next = result.multiplied(by: self) else { return nil }
                result = next
            }
            return whole < 0 ? ExactDecimal.one.divided(by: result) : result
        }
        if isZero { return exponent.isNegative ? nil : .zero }
        guard let logarithm = preciseLogarithm?.multiplied(by: exponent) else { return nil }
        return logarithm.exponential
    }
}
