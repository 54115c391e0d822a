import Base
import Testing

@Suite("Days")
struct CivilDateTests {
    private static func isLeap(_ year: Int) -> Bool {
        year % 400 == 0 || (year % 4 == 0 && year % 100 != 0)
    }

    // Counts 300,000 days one by one from 1 January 1600, which is day −135,140.
    @Test("follow each other as in the calendar, from 1600 to 2421")
    func consecutive() {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var (year, month, day) = (1600, 1, 1)
        var wrong = 0
        for number in -135_140..<164_860 {
            let date = CivilDate(daysSinceEpoch: number)
            if date.year != year || date.month != month || date.day != day
                || date.daysSinceEpoch != number
                || CivilDate(year: year, month: month, day: day) != date
            {
                wrong += 1
            }
            let length = lengths[month - 1] + (month == 2 && Self.isLeap(year) ? 1 : 0)
            day += 1
            if day > length { (day, month) = (1, month + 1) }
            if month > 12 { (month, year) = (1, year + 1) }
        }
        #expect(wrong == 0)
        #expect(year == 2421)
    }

    @Test(
        "are read in one form only",
        arguments: [
            ("2026-11-21", 20_778), ("0001-01-01", -719_162), ("2026-02-29", nil), ("2026-11", nil),
            ("2026-11-2", nil), ("2026-11-021", nil), ("+026-11-21", nil), ("2026-11-21T", nil),
            ("0000-01-01", nil), ("", nil), ("２０２６-11-21", nil),
        ])
    func reads(_ text: String, number: Int?) {
        #expect(CivilDate(iso: text)?.daysSinceEpoch == number)
        #expect(number == nil || CivilDate(iso: text)?.iso == text)
    }

    @Test(
        "have known numbers",
        arguments: [
            (1970, 1, 1, 0), (1969, 12, 31, -1), (2000, 2, 29, 11_016), (2000, 3, 1, 11_017),
            (1900, 3, 1, -25_508), (2026, 11, 21, 20_778), (1, 1, 1, -719_162),
            (9999, 12, 31, 2_932_896),
        ])
    func known(year: Int, month: Int, day: Int, number: Int) throws {
        let date = try #require(CivilDate(year: year, month: month, day: day))
        #expect(date.daysSinceEpoch == number)
        #expect(CivilDate(daysSinceEpoch: number) == date)
    }

    @Test(
        "that do not exist are refused",
        arguments: [
            (2023, 2, 29), (1900, 2, 29), (2100, 2, 29), (2024, 2, 30), (2024, 4, 31), (2024, 0, 1),
            (2024, 13, 1), (2024, 1, 0), (2024, 1, 32), (0, 1, 1), (10_000, 1, 1), (-1, 1, 1),
            (.max, 1, 1), (2024, .min, 1), (2024, 1, .max),
        ])
    func refused(year: Int, month: Int, day: Int) {
        #expect(CivilDate(year: year, month: month, day: day) == nil)
    }

    @Test("are written and ordered as in ISO 8601")
    func text() throws {
        let early = try #require(CivilDate(year: 987, month: 6, day: 5))
        let late = try #require(CivilDate(year: 1990, month: 2, day: 28))
        #expect(early.iso == "0987-06-05")
        #expect(late.iso == "1990-02-28")
        #expect(early < late)
        #expect(early.iso < late.iso)
    }
}

@Suite("Times")
struct TimestampTests {
    @Test(
        "are written as RFC 3339 says",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (1, "1970-01-01T00:00:00.001Z"),
            (86_399_999, "1970-01-01T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_000_000_000_000, "2001-09-09T01:46:40.000Z"),
            (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(UInt64, String)])
    func rfc3339(milliseconds: UInt64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).rfc3339 == text)
    }

    @Test("beyond the calendar are written without failing")
    func extreme() {
        #expect(Timestamp(milliseconds: .max).rfc3339.hasSuffix("Z"))
    }

    @Test("advance by seconds and stop at the end of the range")
    func advanced() {
        let time = Timestamp(milliseconds: 500)
        #expect(time.advanced(bySeconds: 0) == time)
        #expect(time.advanced(bySeconds: 2).milliseconds == 2500)
        #expect(time.advanced(bySeconds: .max).milliseconds == .max)
        #expect(Timestamp(milliseconds: .max).advanced(bySeconds: 1).milliseconds == .max)
        #expect(time < time.advanced(bySeconds: 1))
    }
}
