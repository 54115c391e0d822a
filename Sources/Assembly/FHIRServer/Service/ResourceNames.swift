import Base
import FHIRModel

/// Checks of names that come in URLs.
enum ResourceNames {
    static func isID(_ text: String) -> Bool { ResourceType.isValidID(text) }
}

/// Dates of HTTP header fields (RFC 9110 §5.6.7).
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func text(_ time: Timestamp) -> String {
        let iso = time.rfc3339
        let day = days[Int(time.milliseconds / 86_400_000 % 7)]
        let month = Int(iso.dropFirst(5).prefix(2)).map { months[$0 - 1] } ?? ""
        return "\(day), \(iso.dropFirst(8).prefix(2)) \(month) \(iso.prefix(4)) "
            + "\(iso.dropFirst(11).prefix(8)) GMT"
    }
}
