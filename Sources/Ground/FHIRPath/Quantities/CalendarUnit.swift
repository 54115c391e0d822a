/// A unit of the calendar or the clock that FHIRPath knows by its word.
enum CalendarUnit: String, CaseIterable, Sendable {
    case year, month, week, day, hour, minute, second, millisecond

    /// Reads `day`, `days` and the like.
    init?(word: String) {
        let singular = word.hasSuffix("s") ? String(word.dropLast()) : word
        self.init(rawValue: singular)
    }

    /// Reads the UCUM codes of units that last exactly as long as the calendar's, and words.
    init?(exactly unit: String) {
        switch unit {
        case "wk": self = .week
        case "d": self = .day
        case "h": self = .hour
        case "min": self = .minute
        case "s": self = .second
        case "ms": self = .millisecond
        default: self.init(word: unit)
        }
    }

    /// The UCUM code; that of a year or month lasts only about as long.
    var code: String {
        switch self {
        case .year: "a"
        case .month: "mo"
        case .week: "wk"
        case .day: "d"
        case .hour: "h"
        case .minute: "min"
        case .second: "s"
        case .millisecond: "ms"
        }
    }

    /// True for weeks and shorter, which last as long as their UCUM units.
    var isExact: Bool { self != .year && self != .month }

    /// How long it lasts: months count 30 and years 365 days.
    var milliseconds: Int {
        switch self {
        case .year: 365 * 86_400_000
        case .month: 30 * 86_400_000
        case .week: 7 * 86_400_000
        case .day: 86_400_000
        case .hour: 3_600_000
        case .minute: 60_000
        case .second: 1000
        case .millisecond: 1
        }
    }
}
