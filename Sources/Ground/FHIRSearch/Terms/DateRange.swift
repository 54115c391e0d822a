import Base

/// What a date of FHIR covers with its precision: milliseconds since 1970 in UTC.
///
/// A time without an offset is in UTC. Fractions of a second finer than a millisecond are cut.
package struct DateRange: Hashable, Sendable {
    package let low: Int64
    /// The first millisecond behind.
    package let high: Int64

    /// Stands for no beginning of a period.
    package static let past = Int64.min / 4
    /// Stands for no end of a period.
    package static let future = Int64.max / 4

    package init(low: Int64, high: Int64) { (self.low, self.high) = (low, high) }

    /// Reads years, months, days, minutes and seconds, such as `2015-02` or
    /// `2015-02-07T13:28:17.239+08:00`; nil for other text.
    package init?(_ text: String) {
        var text = text
        let read = text.withUTF8 { utf8 -> DateRange? in
            var scanner = Scanner(bytes: utf8)
            return scanner.range()
        }
        guard let range = read else { return nil }
        self = range
    }

    /// As long again before and behind, for a value that is only about right.
    var widened: DateRange {
        let length = high - low
        return DateRange(low: low - length, high: high + length)
    }

    private struct Scanner {
        let bytes: UnsafeBufferPointer<UInt8>
        var place = 0

        init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

        private var isAtEnd: Bool { place == bytes.count }

        private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
            guard place < bytes.count, bytes[place] == UInt8(ascii: scalar) else { return false }
            place += 1
            return true
        }

        private mutating func number(_ digits: Int) -> Int? {
            guard place + digits <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[place..<place + digits] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            place += digits
            return value
        }

        mutating func range() -> DateRange? {
            guard let year = number(4) else { return nil }
            guard take("-") else { return isAtEnd ? months(year, 1, count: 12) : nil }
            guard let month = number(2) else { return nil }
            guard take("-") else { return isAtEnd ? months(year, month, count: 1) : nil }
            guard let day = number(2), let date = CivilDate(year: year, month: month, day: day)
            else { return nil }
            let start = Int64(date.daysSinceEpoch) * 86_400_000
            guard !isAtEnd else { return DateRange(low: start, high: start + 86_400_000) }
            return take("T") ? time(from: start) : nil
        }

        private func months(_ year: Int, _ month: Int, count: Int) -> DateRange? {
            guard let first = CivilDate(year: year, month: month, day: 1) else { return nil }
            let next = month + count
            // Year 10000 has no date of its own: its first day follows the last of 9999.
            let end =
                CivilDate(year: next > 12 ? year + 1 : year, month: next > 12 ? 1 : next, day: 1)?
                .daysSinceEpoch ?? 2_932_897
            return DateRange(
                low: Int64(first.daysSinceEpoch) * 86_400_000, high: Int64(end) * 86_400_000)
        }

        private mutating func time(from start: Int64) -> DateRange? {
            guard let hour = number(2), hour < 24, take(":"), let minute = number(2), minute < 60
            else { return nil }
            var (low, length) = (start + Int64(hour * 60 + minute) * 60_000, Int64(60_000))
            if take(":") {
                guard let second = number(2), second < 61 else { return nil }
                (low, length) = (low + Int64(second) * 1000, 1000)
                if take(".") {
                    guard let fraction = fraction() else { return nil }
                    (low, length) = (low + fraction.value, fraction.length)
                }
            }
            guard let offset = offset(), isAtEnd else { return nil }
            low -= Int64(offset) * 60_000
            return DateRange(low: low, high: low + length)
        }

        private mutating func fraction() -> (value: Int64, length: Int64)? {
            var (value, unit, digits) = (Int64(0), Int64(100), 0)
            while let digit = number(1) {
                value += Int64(digit) * unit
                unit /= 10
                digits += 1
            }
            return digits == 0 ? nil : (value, digits == 1 ? 100 : digits == 2 ? 10 : 1)
        }

        /// Minutes east of Greenwich.
        ///
        /// A `+` that a form turned into a space is one still.
        private mutating func offset() -> Int? {
            if isAtEnd || take("Z") { return 0 }
            let sign = take("-") ? -1 : take("+") || take(" ") ? 1 : 0
            guard sign != 0, let hours = number(2), hours <= 14, take(":"),
                let minutes = number(2), minutes < 60
            else { return nil }
            return sign * (hours * 60 + minutes)
        }
    }
}
