extension ExactDecimal {
    /// How digits that are given up change the last one that stays.
    enum Rounding {
        case halfAwayFromZero, towardZero, down, up
    }

    static prefix func - (value: ExactDecimal) -> ExactDecimal {
        ExactDecimal(coefficient: -value.coefficient, scale: value.scale)
    }

    var magnitude: ExactDecimal { coefficient < 0 ? -self : self }

    func adding(_ other: ExactDecimal) -> ExactDecimal? {
        let scale = max(scale, other.scale)
        guard let left = scaled(to: scale), let right = other.scaled(to: scale) else { return nil }
        let (sum, overflow) = left.coefficient.addingReportingOverflow(right.coefficient)
        return overflow ? nil : ExactDecimal(checking: sum, scale: scale)
    }

    func subtracting(_ other: ExactDecimal) -> ExactDecimal? { adding(-other) }

    func multiplied(by other: ExactDecimal) -> ExactDecimal? {
        let direct = coefficient.multipliedReportingOverflow(by: other.coefficient)
        if !direct.overflow {
            return ExactDecimal(checking: direct.partialValue, scale: scale + other.scale)?
                .limited
        }
        // Trailing zeros may be what does not fit.
        let (left, right) = (normalized, other.normalized)
        let (product, overflow) = left.coefficient.multipliedReportingOverflow(
            by: right.coefficient)
        guard !overflow else { return nil }
        return ExactDecimal(checking: product, scale: left.scale + right.scale)?.limited
    }

    /// The quotient, exact when it ends within 28 digits after the point, else rounded there or
    /// where 38 digits end; nil for a division by zero.
    func divided(by other: ExactDecimal) -> ExactDecimal? {
        let (left, right) = (normalized, other.normalized)
        guard right.coefficient != 0 else { return nil }
        var (quotient, rest) = left.coefficient.quotientAndRemainder(
            dividingBy: right.coefficient)
        var scale = left.scale - right.scale
        while scale < 0 || rest != 0 && scale < Self.scaleLimit {
            let (nextRest, restOverflow) = rest.multipliedReportingOverflow(by: 10)
            let (shifted, overflow) = quotient.multipliedReportingOverflow(by: 10)
            guard !restOverflow, !overflow else { break }
            let (digit, remainder) = nextRest.quotientAndRemainder(dividingBy: right.coefficient)
            (quotient, rest) = (shifted + digit, remainder)
            scale += 1
        }
        guard scale >= 0 else { return nil }
        if rest != 0, rest.magnitude >= right.coefficient.magnitude - rest.magnitude {
            quotient += (rest < 0) == (right.coefficient < 0) ? 1 : -1
        }
        return ExactDecimal(checking: quotient, scale: scale)?.limited?.normalized
    }

    /// The quotient without its fraction; nil for a division by zero.
    func wholeQuotient(by other: ExactDecimal) -> ExactDecimal? {
        let scale = max(scale, other.scale)
        guard let left = scaled(to: scale), let right = other.scaled(to: scale),
            right.coefficient != 0
        else { return nil }
        return ExactDecimal(coefficient: left.coefficient / right.coefficient, scale: 0)
    }

    /// What a whole division leaves, with the sign of the dividend; nil for a division by zero.
    func remainder(by other: ExactDecimal) -> ExactDecimal? {
        let scale = max(scale, other.scale)
        guard let left = scaled(to: scale), let right = other.scaled(to: scale),
            right.coefficient != 0
        else { return nil }
        return ExactDecimal(coefficient: left.coefficient % right.coefficient, scale: scale)
    }

    /// The number with exactly so many digits after the point; nil when it does not fit.
    func rounded(to digits: Int, _ rule: Rounding = .halfAwayFromZero) -> ExactDecimal? {
        guard digits < scale else { return scaled(to: digits) }
        guard digits >= 0, let unit = Self.power(of: scale - digits) else { return nil }
        let (whole, rest) = coefficient.quotientAndRemainder(dividingBy: unit)
        var value = whole
        let sign: Int128 = coefficient < 0 ? -1 : 1
        switch rule {
        case .halfAwayFromZero:
            if rest.magnitude >= unit.magnitude - rest.magnitude { value += sign }
        case .towardZero: break
        case .down: if rest < 0 { value -= 1 }
        case .up: if rest > 0 { value += 1 }
        }
        return ExactDecimal(coefficient: value, scale: digits)
    }

    /// The number with zeros added after the point; nil when it does not fit.
    func scaled(to digits: Int) -> ExactDecimal? {
        guard digits > scale else { return digits == scale ? self : nil }
        guard digits <= 37, let unit = Self.power(of: digits - scale) else { return nil }
        let (value, overflow) = coefficient.multipliedReportingOverflow(by: unit)
        return overflow ? nil : ExactDecimal(checking: value, scale: digits)
    }

    /// The number with no more digits after the point than results may have.
    private var limited: ExactDecimal? {
        scale > Self.scaleLimit ? rounded(to: Self.scaleLimit) : self
    }
}
