import Base

extension Moment {
    /// Digits of the text that are known: 4 for a year, 17 for a date and time with milliseconds.
    var digitCount: Int {
        let whole = kind == .time ? [4: 2, 5: 4, 6: 6] : [1: 4, 2: 6, 3: 8, 4: 10, 5: 12, 6: 14]
        return (whole[precision.rawValue] ?? 0) + (fractionDigits > 0 ? 3 : 0)
    }

    /// The most digits of each kind.
    var fullDigitCount: Int {
        switch kind {
        case .date: 8
        case .dateTime: 17
        case .time: 9
        }
    }

    /// The earliest or latest moment that this one may be, to so many digits; nil for a number of
    /// digits that no moment of this kind has.
    ///
    /// An hour without minutes, which FHIR does not have, stands for its first minute, as in HL7's
    /// tests. Without an offset, the earliest is furthest in the east and the latest in the west.
    func boundary(isHigh: Bool, digits: Int) -> Moment? {
        let levels: [Int: Precision] =
            kind == .time
            ? [2: .hour, 4: .minute, 6: .second, 9: .second]
            : [4: .year, 6: .month, 8: .day, 10: .hour, 12: .minute, 14: .second, 17: .second]
        guard digits <= fullDigitCount, let wanted = levels[digits] else { return nil }
        let month = precision >= .month ? date.month : isHigh ? 12 : 1
        let lastDay = (28...31).last { CivilDate(year: date.year, month: month, day: $0) != nil }
        let day = precision >= .day ? date.day : isHigh ? lastDay ?? 28 : 1
        let edge = CivilDate(year: date.year, month: month, day: day) ?? date
        let hasTime = precision >= .hour
        let isZoned = kind == .dateTime && wanted >= .hour
        return Moment(
            kind, wanted, date: kind == .time ? Self.noDate : edge,
            hour: hasTime ? hour : isHigh ? 23 : 0,
            minute: hasTime ? minute : isHigh ? 59 : 0,
            second: precision >= .second ? second : isHigh ? 59 : 0,
            millisecond: fractionDigits > 0 ? millisecond : isHigh ? 999 : 0,
            fractionDigits: digits == fullDigitCount && kind != .date ? 3 : 0,
            offsetMinutes: isZoned ? offsetMinutes ?? (isHigh ? -12 * 60 : 14 * 60) : nil)
    }
}
