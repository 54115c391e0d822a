/// A diagnosis that a sample resident may have, and what usually goes with it.
struct SampleDisease {
    let code: String
    let name: String
    let ages: ClosedRange<Int>
    let sex: Sex?
    /// How many in a hundred residents of that age and sex have it.
    let percent: Int
    let isChronic: Bool
    let medicine: SampleMedicine?
    let tests: [SampleTest]
    /// The security label, for a sensitive one.
    var label: String?
}

/// A medicine by its ATC code, with the usual dose as text.
struct SampleMedicine {
    let code: String
    let name: String
    let dosage: String
}

/// A laboratory test or measurement with the range in which sample values lie.
struct SampleTest {
    let loinc: String
    let english: String
    let chinese: String
    let unit: String
    let ucum: String
    let places: Int
    /// Usual values, in units of the last decimal place.
    let usual: ClosedRange<Int>
    /// Values with the disease that asks for the test.
    let raised: ClosedRange<Int>

    func decimal(_ units: Int) -> SampleDecimal { SampleDecimal(units: units, places: places) }
}

/// The tests, by LOINC.
enum SampleTests {
    static let glucose = SampleTest(
        loinc: "14771-0", english: "Fasting glucose", chinese: "空腹血糖", unit: "mmol/L",
        ucum: "mmol/L", places: 2, usual: 410...600, raised: 700...1250)
    static let haemoglobinA1c = SampleTest(
        loinc: "4548-4", english: "Hemoglobin A1c", chinese: "糖化血红蛋白", unit: "%", ucum: "%",
        places: 1, usual: 45...57, raised: 65...95)
    static let cholesterol = SampleTest(
        loinc: "14647-2", english: "Cholesterol", chinese: "总胆固醇", unit: "mmol/L", ucum: "mmol/L",
        places: 2, usual: 310...515, raised: 580...780)
    static let triglycerides = SampleTest(
        loinc: "14927-8", english: "Triglyceride", chinese: "甘油三酯", unit: "mmol/L",
        ucum: "mmol/L", places: 2, usual: 60...165, raised: 190...420)
    static let creatinine = SampleTest(
        loinc: "14682-9", english: "Creatinine", chinese: "肌酐", unit: "μmol/L", ucum: "umol/L",
        places: 0, usual: 50...95, raised: 125...260)
    static let urate = SampleTest(
        loinc: "14933-6", english: "Urate", chinese: "尿酸", unit: "μmol/L", ucum: "umol/L",
        places: 0, usual: 210...400, raised: 450...620)
    static let alanineAminotransferase = SampleTest(
        loinc: "1742-6", english: "Alanine aminotransferase", chinese: "丙氨酸氨基转移酶", unit: "U/L",
        ucum: "U/L", places: 0, usual: 9...40, raised: 55...120)
    static let haemoglobin = SampleTest(
        loinc: "718-7", english: "Hemoglobin", chinese: "血红蛋白", unit: "g/L", ucum: "g/L",
        places: 0, usual: 120...158, raised: 78...108)
    static let leukocytes = SampleTest(
        loinc: "6690-2", english: "Leukocytes", chinese: "白细胞计数", unit: "10^9/L", ucum: "10*9/L",
        places: 2, usual: 400...950, raised: 1050...1680)
    static let platelets = SampleTest(
        loinc: "777-3", english: "Platelets", chinese: "血小板计数", unit: "10^9/L", ucum: "10*9/L",
        places: 0, usual: 130...320, raised: 90...120)
    static let thyrotropin = SampleTest(
        loinc: "3016-3", english: "Thyrotropin", chinese: "促甲状腺激素", unit: "mIU/L", ucum: "m[IU]/L",
        places: 3, usual: 550...4200, raised: 4900...9100)
    static let depressionScore = SampleTest(
        loinc: "44261-6", english: "PHQ-9 total score", chinese: "PHQ-9总分", unit: "分",
        ucum: "{score}", places: 0, usual: 0...4, raised: 10...22)

    /// The panel of a health check.
    static let panel = [
        glucose, cholesterol, triglycerides, creatinine, alanineAminotransferase, haemoglobin,
        leukocytes,
    ]
}
