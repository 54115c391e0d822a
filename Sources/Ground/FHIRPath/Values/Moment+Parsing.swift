import Base

extension Moment {
    /// Reads a date such as `2015`, `2015-02` or `2015-02-04`; nil for other text.
    package init?(date text: String) {
        var scanner = MomentScanner(text)
        guard let (date, precision) = scanner.date(), scanner.isAtEnd else { return nil }
        self.init(.date, precision, date: date)
    }

    /// Reads a date and time: a date, or one with `T` and a time, which may be cut after any part,
    /// and an offset from UTC; nil for other text.
    package init?(dateTime text: String) {
        var scanner = MomentScanner(text)
        guard let (date, precision) = scanner.date() else { return nil }
        guard scanner.take("T") else {
            guard scanner.isAtEnd else { return nil }
            self.init(.dateTime, precision, date: date)
            return
        }
        // A bare `T` after the date says that this is a date and time without a time.
        if scanner.isAtEnd {
            self.init(.dateTime, precision, date: date)
            return
        }
        guard precision == .day, let time = scanner.time() else { return nil }
        let offset = scanner.offset()
        guard scanner.isAtEnd else { return nil }
        self.init(
            .dateTime, time.precision, date: date, hour: time.hour, minute: time.minute,
            second: time.second, millisecond: time.millisecond,
            fractionDigits: time.fractionDigits, offsetMinutes: offset)
    }

    /// Reads a time such as `14`, `14:34`, `14:34:28` or `14:34:28.123`; nil for other text.
    package init?(time text: String) {
        var scanner = MomentScanner(text)
        guard let time = scanner.time(), scanner.isAtEnd else { return nil }
        self.init(
            .time, time.precision, date: Self.noDate, hour: time.hour, minute: time.minute,
            second: time.second, millisecond: time.millisecond,
            fractionDigits: time.fractionDigits)
    }
}

/// Reads the parts of dates and times from the start of a text.
private struct MomentScanner {
    struct Time {
        var precision = Moment.Precision.hour
        var hour = 0
        var minute = 0
        var second = 0
        var millisecond = 0
        var fractionDigits = 0
    }

    private var rest: ArraySlice<UInt8>

    init(_ text: String) { rest = Array(text.utf8)[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func number(_ digits: Int) -> Int? {
        guard rest.count >= digits else { return nil }
        var value = 0
        for byte in rest.prefix(digits) {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
        }
        rest = rest.dropFirst(digits)
        return value
    }

    mutating func date() -> (CivilDate, Moment.Precision)? {
        guard let year = number(4) else { return nil }
        var (month, day, precision) = (1, 1, Moment.Precision.year)
        if take("-") {
            guard let value = number(2) else { return nil }
            (month, precision) = (value, .month)
            if take("-") {
                guard let value = number(2) else { return nil }
                (day, precision) = (value, .day)
            }
        }
        return CivilDate(year: year, month: month, day: day).map { ($0, precision) }
    }

    mutating func time() -> Time? {
        var time = Time()
        guard let hour = number(2), hour < 24 else { return nil }
        time.hour = hour
        guard take(":") else { return time }
        guard let minute = number(2), minute < 60 else { return nil }
        (time.minute, time.precision) = (minute, .minute)
        guard take(":") else { return time }
        guard let second = number(2), second < 61 else { return nil }
        (time.second, time.precision) = (second, .second)
        guard take(".") else { return time }
        var unit = 100
        while let digit = number(1) {
            time.millisecond += digit * unit
            unit /= 10
            time.fractionDigits += 1
        }
        return time.fractionDigits > 0 ? time : nil
    }

    /// Minutes east of Greenwich; nil, with nothing read, when there is no offset.
    mutating func offset() -> Int? {
        if take("Z") { return 0 }
        let before = rest
        let sign = take("-") ? -1 : take("+") ? 1 : 0
        guard sign != 0, let hours = number(2), take(":"), let minutes = number(2),
            hours <= 14, minutes < 60
        else {
            rest = before
            return nil
        }
        return sign * (hours * 60 + minutes)
    }
}
