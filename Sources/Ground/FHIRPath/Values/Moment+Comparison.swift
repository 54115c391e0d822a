import Base

extension Moment {
    /// How two moments stand to each other.
    enum Order: Hashable, Sendable {
        case before, same, after
        /// Their precisions or missing offsets leave it open.
        case unknown
        /// Times of day have no order with dates.
        case incomparable
    }

    /// Offsets from UTC lie within so many minutes east and west.
    private static let offsetRange = (west: -12 * 60, east: 14 * 60)

    /// The order as far as the parts that both know tell it (FHIRPath §Equality, §Comparison).
    func order(to other: Moment) -> Order {
        guard (kind == .time) == (other.kind == .time) else { return .incomparable }
        let hasTimes = precision >= .hour && other.precision >= .hour
        if hasTimes, (offsetMinutes == nil) != (other.offsetMinutes == nil), kind != .time {
            return orderWithUnknownOffset(to: other)
        }
        let (left, right) =
            hasTimes
            ? (parts(utc: true), other.parts(utc: true))
            : (parts(utc: false), other.parts(utc: false))
        return Self.order(left, right, isSamePrecision: precision == other.precision)
    }

    private static func order(_ left: [Int], _ right: [Int], isSamePrecision: Bool) -> Order {
        for (left, right) in zip(left, right) where left != right {
            return left < right ? .before : .after
        }
        return isSamePrecision ? .same : .unknown
    }

    /// One of the two has an offset; the other one may have any.
    private func orderWithUnknownOffset(to other: Moment) -> Order {
        guard offsetMinutes == nil else {
            return switch other.order(to: self) {
            case .before: .after
            case .after: .before
            case let same: same
            }
        }
        let earliest = with(offset: Self.offsetRange.east).order(to: other)
        let latest = with(offset: Self.offsetRange.west).order(to: other)
        return earliest == latest && earliest != .same ? earliest : .unknown
    }

    private func with(offset: Int) -> Moment {
        Moment(
            kind, precision, date: date, hour: hour, minute: minute, second: second,
            millisecond: millisecond, fractionDigits: fractionDigits, offsetMinutes: offset)
    }

    /// The known parts; seconds and their fraction are one, in milliseconds.
    private func parts(utc: Bool) -> [Int] {
        var moment = self
        if utc, let offsetMinutes, offsetMinutes != 0 {
            moment = adding(milliseconds: -offsetMinutes * 60_000)
        }
        let date = moment.date
        var parts: [Int] = []
        if kind != .time {
            parts = Array([date.year, date.month, date.day].prefix(precision.rawValue))
        }
        if precision >= .hour { parts.append(moment.hour) }
        if precision >= .minute { parts.append(moment.minute) }
        if precision >= .second { parts.append(moment.second * 1000 + moment.millisecond) }
        return parts
    }
}
