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
        let (sum, carry) = milliseconds.addingReportingOverflow(overflow ? .max : product)
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
}
