import Base
import Encoding

/// Writes a sample resident's history, visit by visit.
struct SampleHistory {
    private let person: SamplePerson
    private let today: CivilDate
    private var dice: SampleDice
    private var writer: SampleBundleWriter

    /// Every history has at least this many resources.
    private static let minimumCount = 25

    init(person: SamplePerson, today: CivilDate, dice: SampleDice) {
        self.person = person
        self.today = today
        self.dice = dice
        writer = SampleBundleWriter(person: person, dice: &self.dice)
    }

    /// The whole history as a transaction.
    mutating func bundle() -> JSONValue {
        writer.addPeople(&dice)
        let diseases = chooseDiseases()
        var daysAgo = dice.number(400...700)
        checkUp(daysAgo, diseases)
        addVaccines(before: daysAgo)
        if dice.happens(15) { writer.addAllergy(on: day(daysAgo), &dice) }
        for disease in diseases {
            daysAgo -= dice.number(40...90)
            visit(daysAgo, disease)
        }
        while writer.count < Self.minimumCount {
            daysAgo -= dice.number(10...25)
            followUp(daysAgo, diseases.first { $0.isChronic })
        }
        return writer.bundle
    }

    private func day(_ daysAgo: Int) -> CivilDate {
        CivilDate(
            daysSinceEpoch: max(today.daysSinceEpoch - daysAgo, person.birthDate.daysSinceEpoch))
    }

    /// Up to three ordinary diagnoses that fit age and sex, and at times a sensitive one.
    private mutating func chooseDiseases() -> [SampleDisease] {
        func fits(_ disease: SampleDisease) -> Bool {
            disease.ages.contains(person.age) && (disease.sex ?? person.sex) == person.sex
        }
        var chosen: [SampleDisease] = []
        for disease in SampleDiseases.ordinary where fits(disease) && chosen.count < 3 {
            if dice.happens(disease.percent) { chosen.append(disease) }
        }
        if chosen.isEmpty, let cold = SampleDiseases.ordinary.first(where: { $0.code == "J06.9" }) {
            chosen.append(cold)
        }
        for disease in SampleDiseases.sensitive where fits(disease) {
            if dice.happens(disease.percent) {
                chosen.append(disease)
                break
            }
        }
        return chosen
    }

    // MARK: Visits

    /// A health check: vital signs, a panel and what belongs to the resident's age.
    private mutating func checkUp(_ daysAgo: Int, _ diseases: [SampleDisease]) {
        let encounter = writer.addEncounter(on: day(daysAgo), reason: "健康体检", &dice)
        addVitalSigns(encounter, hasHypertension: diseases.contains { $0.code == "I10" })
        addBodySize(encounter)
        let raised = Set(diseases.filter(\.isChronic).flatMap(\.tests).map(\.loinc))
        addPanel(SampleTests.panel, raised: raised, encounter, title: "体检检验报告")
        if (18...75).contains(person.age), dice.happens(50) {
            writer.addSteps(dice.central(3000...14_000), encounter, &dice)
        }
        if person.age >= 75 { writer.addBarthelIndex(dice.number(9...20) * 5, encounter, &dice) }
        if person.age >= 45, dice.happens(40) { writer.addChestFilm(encounter, &dice) }
    }

    /// The visit at which a disease is found.
    private mutating func visit(_ daysAgo: Int, _ disease: SampleDisease) {
        let encounter = writer.addEncounter(
            on: day(daysAgo), reason: disease.name, label: disease.label, &dice)
        let condition = writer.addCondition(disease, encounter, &dice)
        addVitalSigns(encounter, hasHypertension: disease.code == "I10")
        if let medicine = disease.medicine {
            writer.addPrescription(medicine, for: condition, encounter, &dice)
        }
        if disease.code == "J44.9" { writer.addChestFilm(encounter, &dice) }
        guard !disease.tests.isEmpty else { return }
        addPanel(
            disease.tests, raised: Set(disease.tests.map(\.loinc)), encounter, title: "检验报告单")
    }

    /// A later visit, at which a chronic disease's medicine is prescribed again.
    private mutating func followUp(_ daysAgo: Int, _ disease: SampleDisease?) {
        let encounter = writer.addEncounter(
            on: day(daysAgo), reason: "复诊", label: disease?.label, &dice)
        addVitalSigns(encounter, hasHypertension: disease?.code == "I10")
        if let medicine = disease?.medicine {
            writer.addPrescription(medicine, for: nil, encounter, &dice)
        }
    }

    // MARK: Findings

    private mutating func addVitalSigns(_ encounter: SampleEncounter, hasHypertension: Bool) {
        let isChild = person.age < 12
        let systolic =
            isChild
            ? 85 + person.age * 2 + dice.number(0...10)
            : hasHypertension ? dice.central(140...172) : dice.central(100...136)
        let diastolic = systolic * 60 / 100 + dice.number(-4...8)
        writer.addBloodPressure(systolic, diastolic, encounter, &dice)
        let rate = isChild ? dice.central(85...120) : dice.central(58...92)
        writer.addVitalSign("8867-4", "Heart rate", "心率", rate, 0, "次/分", "/min", encounter, &dice)
        let temperature =
            encounter.reason.contains("急性") ? dice.central(370...392) : dice.central(361...370)
        writer.addVitalSign(
            "8310-5", "Body temperature", "体温", temperature, 1, "℃", "Cel", encounter, &dice)
    }

    /// Height and weight by age and sex, and the index that follows from them.
    private mutating func addBodySize(_ encounter: SampleEncounter) {
        let adult = person.sex == .male ? dice.central(1600...1830) : dice.central(1500...1710)
        let shares = [40, 44, 50, 55, 59, 63, 67, 70, 73, 76, 79, 83, 87, 91, 95, 97, 99]
        let millimetres = person.age < shares.count ? adult * shares[person.age] / 100 : adult
        // Weight in units of 100 g: body mass index (in tenths) × height².
        let index = person.age < 12 ? dice.central(145...180) : dice.central(195...285)
        let hectograms = index * millimetres / 1000 * millimetres / 1000
        writer.addVitalSign(
            "8302-2", "Body height", "身高", millimetres, 1, "cm", "cm", encounter, &dice)
        writer.addVitalSign(
            "29463-7", "Body weight", "体重", hectograms, 1, "kg", "kg", encounter, &dice)
        let exact = hectograms * 1_000_000 * 10 / (millimetres * millimetres)
        writer.addVitalSign(
            "39156-5", "Body mass index", "体重指数", exact, 2, "kg/m²", "kg/m2", encounter, &dice)
    }

    private mutating func addPanel(
        _ tests: [SampleTest], raised: Set<String>, _ encounter: SampleEncounter, title: String
    ) {
        let results = tests.map { test in
            let isRaised = raised.contains(test.loinc)
            let value = dice.central(isRaised ? test.raised : test.usual)
            return writer.addLaboratory(test, value, encounter, &dice)
        }
        writer.addReport(results, encounter, title: title, &dice)
    }

    private mutating func addVaccines(before daysAgo: Int) {
        for vaccine in SampleVaccine.all where vaccine.ages.contains(person.age) {
            guard dice.happens(vaccine.percent) else { continue }
            writer.addImmunization(vaccine, on: day(daysAgo + dice.number(10...200)), &dice)
        }
    }
}
