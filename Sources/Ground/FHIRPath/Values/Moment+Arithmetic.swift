import Base

extension Moment {
    /// The moment so much later, by calendar or clock; nil when it leaves the years 1 to 9999.
    ///
    /// Fractions of the amount are dropped. What is finer than the moment's precision is turned
    /// into its finest part first (FHIRPath §Date/Time Arithmetic).
    func adding(_ amount: Int64, _ unit: CalendarUnit) -> Moment? {
        guard amount.magnitude < 1 << 40 else { return nil }
        if kind == .time { return addingToTime(amount, unit) }
        let amount = Int(amount)
        switch unit {
        case .year: return adding(months: amount * 12)
        case .month:
            return precision == .year
                ? adding(months: amount / 12 * 12)
                : adding(months: amount)
        case .week: return adding(days: amount * 7)
        case .day: return adding(days: amount)
        case .hour, .minute, .second, .millisecond:
            let milliseconds = amount.multipliedReportingOverflow(by: unit.milliseconds)
            guard !milliseconds.overflow else { return nil }
            guard precision >= .hour else {
                return adding(days: milliseconds.partialValue / CalendarUnit.day.milliseconds)
            }
            return adding(clock: milliseconds.partialValue)
        }
    }

    private func adding(months: Int) -> Moment? {
        let total = date.year * 12 + date.month - 1 + months
        guard total >= 12, total < 120_000 else { return nil }
        // The last day of a month stands for those that it does not have.
        for day in stride(from: date.day, through: 28, by: -1) {
            if let date = CivilDate(year: total / 12, month: total % 12 + 1, day: day) {
                return with(date)
            }
        }
        return CivilDate(year: total / 12, month: total % 12 + 1, day: date.day).map { with($0) }
    }

    private func adding(days: Int) -> Moment? {
        switch precision {
        case .year: return adding(months: days / 365 * 12)
        case .month: return adding(months: days / 30)
        default:
            let day = date.daysSinceEpoch + days
            guard (-719_162...2_932_896).contains(day) else { return nil }
            return with(CivilDate(daysSinceEpoch: day))
        }
    }

    /// Only whole units of the last known part count.
    private func adding(clock milliseconds: Int) -> Moment? {
        let unit: CalendarUnit =
            precision == .hour ? .hour : precision == .minute ? .minute : .millisecond
        let moment = adding(milliseconds: milliseconds / unit.milliseconds * unit.milliseconds)
        return (1...9999).contains(moment.date.year) ? moment : nil
    }

    private func addingToTime(_ amount: Int64, _ unit: CalendarUnit) -> Moment? {
        switch unit {
        case .hour, .minute, .second, .millisecond:
            let day = CalendarUnit.day.milliseconds
            let amount = (Int(amount) % day * unit.milliseconds) % day
            let moment = adding(clock: amount)
            return moment.map { $0.with(Self.noDate) }
        default: return nil
        }
    }

    private func with(_ date: CivilDate) -> Moment {
        Moment(
            kind, precision, date: date, hour: hour, minute: minute, second: second,
            millisecond: millisecond, fractionDigits: fractionDigits,
            offsetMinutes: offsetMinutes)
    }

    /// The moment so many milliseconds later; years beyond 9999 are possible.
    func adding(milliseconds: Int) -> Moment {
        let seconds = hour * 3600 + minute * 60 + second
        let total = seconds * 1000 + millisecond + milliseconds
        let length = CalendarUnit.day.milliseconds
        var (days, rest) = total.quotientAndRemainder(dividingBy: length)
        if rest < 0 { (days, rest) = (days - 1, rest + length) }
        let isFraction = milliseconds % 1000 != 0
        return Moment(
            kind, precision, date: CivilDate(daysSinceEpoch: date.daysSinceEpoch + days),
            hour: rest / 3_600_000, minute: rest / 60_000 % 60, second: rest / 1000 % 60,
            millisecond: rest % 1000, fractionDigits: isFraction ? 3 : fractionDigits,
            offsetMinutes: offsetMinutes)
    }
}
