/// A number with a unit: a UCUM code, or a word of the calendar.
package struct PathQuantity: Sendable {
    package let value: ExactDecimal
    /// The UCUM code, `1` for a number alone, or the calendar's word as it was written.
    package let unit: String
    /// True when the unit was written as a word, such as `4 days`.
    let isCalendar: Bool

    init(_ value: ExactDecimal, _ unit: String, isCalendar: Bool = false) {
        (self.value, self.unit, self.isCalendar) = (value, unit, isCalendar)
    }

    /// Reads `5`, `5 'mg'` or `5 days`; nil for other text.
    init?(text: String) {
        let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard let first = parts.first, let value = ExactDecimal(String(first)),
            !first.utf8.contains(UInt8(ascii: "e")), !first.utf8.contains(UInt8(ascii: "E"))
        else { return nil }
        guard parts.count == 2 else {
            self.init(value, "1")
            return
        }
        let unit = parts[1].drop { $0 == " " }
        if unit.count > 2, unit.first == "'", unit.last == "'" {
            self.init(value, String(unit.dropFirst().dropLast()))
        } else if CalendarUnit(word: String(unit)) != nil {
            self.init(value, String(unit), isCalendar: true)
        } else {
            return nil
        }
    }

    /// The form that FHIRPath reads.
    package var text: String { value.text + " " + (isCalendar ? unit : "'\(unit)'") }

    /// The calendar's unit that lasts as long; nil for other units.
    var exactCalendarUnit: CalendarUnit? { CalendarUnit(exactly: unit) }

    /// The unit's code, calendar words as the UCUM code that comes next to them.
    private var code: String {
        isCalendar ? CalendarUnit(word: unit)?.code ?? unit : unit
    }

    /// Whether years or months of the calendar stand against those of UCUM, whose lengths differ.
    private func isAmbiguous(with other: PathQuantity) -> Bool {
        func isLong(_ quantity: PathQuantity) -> Bool {
            quantity.isCalendar && CalendarUnit(word: quantity.unit)?.isExact == false
        }
        return isLong(self) != isLong(other)
    }

    /// Whether the two measure the same thing.
    func isCommensurable(with other: PathQuantity) -> Bool {
        if code == other.code { return true }
        guard let left = UnitMeasure(code: code), let right = UnitMeasure(code: other.code) else {
            return false
        }
        return left.isCommensurable(with: right)
    }

    /// The value of another quantity in the unit of this one; nil when they do not compare.
    func converting(_ other: PathQuantity, isExact: Bool = true) -> ExactDecimal? {
        guard code != other.code || isCalendar != other.isCalendar else { return other.value }
        if isExact, isAmbiguous(with: other) { return nil }
        if code == other.code { return other.value }
        guard let left = UnitMeasure(code: code), let right = UnitMeasure(code: other.code) else {
            return nil
        }
        return right.convert(other.value, to: left)
    }

    /// The sum, in the finer of the two units; nil when they do not compare.
    func adding(_ other: PathQuantity) -> PathQuantity? {
        guard let value = converting(other), let sum = self.value.adding(value) else {
            return nil
        }
        return PathQuantity(sum.normalized, unit, isCalendar: isCalendar)
    }

    func multiplied(by other: PathQuantity) -> PathQuantity? {
        value.multiplied(by: other.value).map {
            PathQuantity($0, Self.product(code, other.code))
        }
    }

    func divided(by other: PathQuantity) -> PathQuantity? {
        value.divided(by: other.value).map { PathQuantity($0, Self.quotient(code, other.code)) }
    }

    private static func product(_ left: String, _ right: String) -> String {
        if left == "1" { return right }
        return right == "1" ? left : "\(left).\(grouped(right))"
    }

    private static func quotient(_ left: String, _ right: String) -> String {
        if right == "1" { return left }
        if left == right { return "1" }
        return "\(left)/\(grouped(right))"
    }

    private static func grouped(_ unit: String) -> String {
        unit.contains(".") || unit.contains("/") ? "(\(unit))" : unit
    }
}
