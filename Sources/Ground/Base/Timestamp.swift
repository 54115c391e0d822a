/// Milliseconds since 1970-01-01T00:00:00Z.
///
/// The ledger reads no clock: times come in as values.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: UInt64

    package init(milliseconds: UInt64) { self.milliseconds = milliseconds }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The time `seconds` later, saturating at the end of the range.
    package func advanced(bySeconds seconds: UInt64) -> Timestamp {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        return advanced(byMilliseconds: overflow ? .max : product)
    }

    /// The time `count` milliseconds later, saturating at the end of the range.
    package func advanced(byMilliseconds count: UInt64) -> Timestamp {
        let (sum, carry) = milliseconds.addingReportingOverflow(count)
        return Timestamp(milliseconds: carry ? .max : sum)
    }

    /// RFC 3339 in UTC with milliseconds, such as `2026-11-21T06:13:02.000Z`.
    package var rfc3339: String {
        let (days, secondOfDay) = (milliseconds / 86_400_000, milliseconds / 1000 % 86_400)
        let date = CivilDate(daysSinceEpoch: Int(clamping: days))
        func pad(_ value: UInt64, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return "\(date.iso)T\(pad(secondOfDay / 3600, 2)):\(pad(secondOfDay / 60 % 60, 2)):"
            + "\(pad(secondOfDay % 60, 2)).\(pad(milliseconds % 1000, 3))Z"
    }

    /// Reads the form that ``rfc3339`` writes, and seconds without a fraction; UTC (`Z`) only.
    package init?(rfc3339 text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 20 || bytes.count == 24, bytes.last == UInt8(ascii: "Z") else {
            return nil
        }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard (48...57).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 48)
            }
            return value
        }
        func stands(_ character: Character, at index: Int) -> Bool {
            bytes[index] == character.asciiValue
        }
        guard stands("-", at: 4), stands("-", at: 7), stands("T", at: 10), stands(":", at: 13),
            stands(":", at: 16), let year = number(0..<4), let month = number(5..<7),
            let day = number(8..<10), let hour = number(11..<13), let minute = number(14..<16),
            let second = number(17..<19), hour < 24, minute < 60, second < 60,
            let date = CivilDate(year: year, month: month, day: day), date.daysSinceEpoch >= 0
        else { return nil }
        var fraction = 0
        if bytes.count == 24 {
            guard stands(".", at: 19), let value = number(20..<23) else { return nil }
            fraction = value
        }
        let seconds = date.daysSinceEpoch * 86_400 + hour * 3600 + minute * 60 + second
        milliseconds = UInt64(seconds * 1000 + fraction)
    }
}
