/// A decimal number of up to 38 digits, kept exactly with the digits that were written.
///
/// `1.50` and `1.5` are equal but remember their precision. Arithmetic that does not fit gives nil,
/// which FHIRPath turns into an empty result.
package struct ExactDecimal: Sendable {
    /// The number without its point.
    let coefficient: Int128
    /// Digits after the point.
    package let scale: Int

    /// Digits after the point that a result keeps at most.
    static let scaleLimit = 28
    /// Digits after the point that can be written or asked for.
    static let writtenScaleLimit = 34

    init(coefficient: Int128, scale: Int) {
        (self.coefficient, self.scale) = (coefficient, scale)
    }

    /// A result; nil when it has more than 38 digits, so that its negation always fits.
    init?(checking coefficient: Int128, scale: Int) {
        let limit = UInt128(10_000_000_000_000_000_000) * 10_000_000_000_000_000_000
        guard coefficient.magnitude < limit else { return nil }
        self.init(coefficient: coefficient, scale: scale)
    }

    package init(_ integer: Int64) { self.init(coefficient: Int128(integer), scale: 0) }

    /// Reads the grammar of JSON's numbers; nil for other text and for numbers that do not fit.
    package init?(_ text: String) {
        var bytes = Array(text.utf8)[...]
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { bytes = bytes.dropFirst() }
        var value: Int128 = 0
        var (scale, digits, hasPoint) = (0, 0, false)
        while let byte = bytes.first, byte != UInt8(ascii: "e"), byte != UInt8(ascii: "E") {
            bytes = bytes.dropFirst()
            if byte == UInt8(ascii: "."), !hasPoint, digits > 0 {
                hasPoint = true
                continue
            }
            guard (0x30...0x39).contains(byte),
                let next = Self.appending(Int128(byte - 0x30), to: value)
            else { return nil }
            value = next
            digits += 1
            if hasPoint { scale += 1 }
        }
        guard digits > 0, !hasPoint || scale > 0 else { return nil }
        if !bytes.isEmpty {
            guard let exponent = Int(String(decoding: bytes.dropFirst(), as: UTF8.self)),
                (-100...100).contains(exponent)
            else { return nil }
            scale -= exponent
        }
        while scale < 0 {
            guard let next = Self.appending(0, to: value) else { return nil }
            value = next
            scale += 1
        }
        guard scale <= Self.writtenScaleLimit else { return nil }
        self.init(coefficient: isNegative ? -value : value, scale: scale)
    }

    private static func appending(_ digit: Int128, to value: Int128) -> Int128? {
        let (product, overflow) = value.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(digit)
        return overflow || carry ? nil : ExactDecimal(checking: sum, scale: 0)?.coefficient
    }

    package static let zero = ExactDecimal(0)
    package static let one = ExactDecimal(1)

    /// The digits as they were written, with the point where it was.
    package var text: String {
        var digits = String(coefficient.magnitude)
        if scale > 0 {
            digits = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -scale))
        }
        return (coefficient < 0 ? "-" : "") + digits
    }

    package var isNegative: Bool { coefficient < 0 }
    package var isZero: Bool { coefficient == 0 }

    /// The number when it has no fraction and fits.
    package var integer: Int64? {
        let value = normalized
        return value.scale == 0 ? Int64(exactly: value.coefficient) : nil
    }

    /// The number without trailing zeros after the point.
    package var normalized: ExactDecimal {
        var (value, scale) = (coefficient, scale)
        while scale > 0, value % 10 == 0 {
            value /= 10
            scale -= 1
        }
        return ExactDecimal(coefficient: value, scale: scale)
    }

    /// Ten to a power; nil when it does not fit.
    static func power(of exponent: Int) -> Int128? {
        guard (0...38).contains(exponent) else { return nil }
        var value: Int128 = 1
        for _ in 0..<exponent { value *= 10 }
        return value
    }
}

extension ExactDecimal: Hashable, Comparable {
    package static func == (left: ExactDecimal, right: ExactDecimal) -> Bool {
        let (left, right) = (left.normalized, right.normalized)
        return left.coefficient == right.coefficient && left.scale == right.scale
    }

    package func hash(into hasher: inout Hasher) {
        let value = normalized
        hasher.combine(value.coefficient)
        hasher.combine(value.scale)
    }

    package static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
        let (leftWhole, rightWhole) = (left.parts, right.parts)
        guard leftWhole.whole == rightWhole.whole else { return leftWhole.whole < rightWhole.whole }
        return leftWhole.fraction < rightWhole.fraction
    }

    /// The part before the point, rounded down, and what is missing, in units of 10⁻³⁷.
    private var parts: (whole: Int128, fraction: Int128) {
        let unit = Self.power(of: scale) ?? 1
        var (whole, rest) = coefficient.quotientAndRemainder(dividingBy: unit)
        if rest < 0 { (whole, rest) = (whole - 1, rest + unit) }
        return (whole, rest * (Self.power(of: 37 - scale) ?? 1))
    }
}
