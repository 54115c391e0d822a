package import Base

/// A date, date and time, or time of day, as precise as it was written.
package struct Moment: Hashable, Sendable {
    /// Which of FHIRPath's three types it is.
    package enum Kind: Hashable, Sendable {
        case date, dateTime, time
    }

    /// The parts, from coarse to fine; the value counts how many are known.
    enum Precision: Int, Comparable, Sendable {
        case year = 1
        case month, day, hour, minute, second

        static func < (left: Precision, right: Precision) -> Bool { left.rawValue < right.rawValue }
    }

    package let kind: Kind
    let precision: Precision
    /// Year, month and day, 0001-01-01 for times and where unknown.
    let date: CivilDate
    let hour: Int
    let minute: Int
    let second: Int
    /// Thousandths of a second.
    let millisecond: Int
    /// Digits of the fraction of a second that were written; arithmetic and comparison count three.
    let fractionDigits: Int
    /// Minutes east of Greenwich; nil when it is not known.
    let offsetMinutes: Int?

    init(
        _ kind: Kind, _ precision: Precision, date: CivilDate, hour: Int = 0, minute: Int = 0,
        second: Int = 0, millisecond: Int = 0, fractionDigits: Int = 0, offsetMinutes: Int? = nil
    ) {
        (self.kind, self.precision, self.date) = (kind, precision, date)
        (self.hour, self.minute, self.second) = (hour, minute, second)
        (self.millisecond, self.fractionDigits) = (millisecond, fractionDigits)
        self.offsetMinutes = offsetMinutes
    }

    /// The day that stands for what is unknown: 0001-01-01.
    static let noDate = CivilDate(daysSinceEpoch: -719_162)

    /// A point of time in UTC, to the millisecond.
    package init(_ time: Timestamp) {
        let milliseconds = Int(clamping: time.milliseconds)
        let (days, rest) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        self.init(
            .dateTime, .second, date: CivilDate(daysSinceEpoch: days), hour: rest / 3_600_000,
            minute: rest / 60_000 % 60, second: rest / 1000 % 60, millisecond: rest % 1000,
            fractionDigits: 3, offsetMinutes: 0)
    }

    /// The day of a date and time.
    var day: Moment { Moment(.date, min(precision, .day), date: date) }

    /// The same date as a date and time.
    var asDateTime: Moment {
        kind == .date ? Moment(.dateTime, precision, date: date) : self
    }

    /// The text, as FHIR writes it.
    package var text: String {
        var text = ""
        if kind != .time {
            let parts = date.iso.split(separator: "-")
            text = parts.prefix(min(precision.rawValue, 3)).joined(separator: "-")
            guard precision >= .hour else { return text }
            text += "T"
        }
        text += Self.pad(hour)
        if precision >= .minute { text += ":" + Self.pad(minute) }
        if precision >= .second { text += ":" + Self.pad(second) }
        if fractionDigits > 0 {
            text += "." + Self.pad(millisecond, 3).prefix(min(3, fractionDigits))
        }
        return text + zoneText
    }

    private var zoneText: String {
        guard let offsetMinutes else { return "" }
        guard offsetMinutes != 0 else { return "Z" }
        let minutes = offsetMinutes.magnitude
        return (offsetMinutes < 0 ? "-" : "+") + Self.pad(Int(minutes / 60)) + ":"
            + Self.pad(Int(minutes % 60))
    }

    private static func pad(_ value: Int, _ width: Int = 2) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
