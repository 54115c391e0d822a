package import Base
import Encoding

/// A made-up resident with a made-up history.
package struct SampleResident: Sendable {
    /// Formally valid; it may by chance be somebody's, so it is for tests only.
    package let identityNumber: IdentityNumber
    package let name: String
    package let birthDate: CivilDate
    package let sex: Sex
    /// A FHIR R4 transaction Bundle of 25 to 60 resources, all labelled as test data.
    package let bundle: [UInt8]
}

/// Synthetic Chinese residents for tests, demonstrations and benchmarks.
///
/// The same seed, province and index give the same bytes on every machine. Conditions, medicines
/// and laboratory values fit age and sex and one another, roughly. Every resource carries HTEST
/// (test health data) as tag and as security label; phone numbers begin with 100, which no network
/// uses; hospitals say that they are samples.
package struct SampleResidents: Sendable {
    private let seed: UInt64
    private let province: Province
    private let today: CivilDate

    /// Histories end on this day unless another is given.
    private static let defaultToday = CivilDate(daysSinceEpoch: 20_454)  // 2026-01-01

    /// - Parameters:
    ///   - seed: Whatever tells one population from another.
    ///   - province: Two digits of GB/T 2260; an unknown code gives residents of Zhejiang.
    ///   - today: The last day of the histories; 2026-01-01 when nil.
    package init(seed: UInt64, province: String, today: CivilDate? = nil) {
        self.seed = seed
        self.province = Province(code: province) ?? Province.all[10]
        self.today = today ?? Self.defaultToday
    }

    /// The resident with an index; any integer will do.
    package func resident(index: Int) -> SampleResident {
        var dice = SampleDice(seed: seed, province: province.code, index: index)
        let district = dice.pick(SampleRegions.districts(of: province))
        let sex: Sex = dice.happens(50) ? .female : .male
        let age = Self.age(&dice)
        let birthDate = CivilDate(
            daysSinceEpoch: today.daysSinceEpoch - age * 36_525 / 100 - dice.number(1...364))
        let sequence = dice.number(0...499) * 2 + (sex == .male ? 1 : 0)
        let surname = dice.pick(SampleNames.surnames)
        let given = dice.pick(SampleNames.givenNames(sex, bornIn: birthDate.year))
        guard let region = RegionCode(district.code),
            let number = IdentityNumber(region: region, birthDate: birthDate, sequence: sequence)
        else { preconditionFailure("the tables hold a region or date that is none") }
        let person = SamplePerson(
            identityNumber: number, surname: surname, given: given, sex: sex,
            birthDate: birthDate,
            age: (today.daysSinceEpoch - birthDate.daysSinceEpoch) * 100 / 36_525,
            phone: "100" + "\(100_000_000 + dice.number(0...99_999_999))".dropFirst(),
            province: province, district: district,
            street: "示范路\(dice.number(1...299))号\(dice.number(1...30))室")
        var history = SampleHistory(person: person, today: today, dice: dice)
        return SampleResident(
            identityNumber: number, name: surname + given, birthDate: birthDate, sex: sex,
            bundle: history.bundle().serialized())
    }

    /// An age in years; the middle-aged and old are seen more often, as in a hospital.
    private static func age(_ dice: inout SampleDice) -> Int {
        switch dice.number(0...99) {
        case ..<14: dice.number(0...14)
        case ..<40: dice.number(15...39)
        case ..<70: dice.number(40...64)
        default: dice.number(65...94)
        }
    }
}

/// Who the sample resident is.
struct SamplePerson {
    let identityNumber: IdentityNumber
    let surname: String
    let given: String
    let sex: Sex
    let birthDate: CivilDate
    let age: Int
    let phone: String
    let province: Province
    let district: SampleRegions.District
    let street: String
}
