import Base
import Encoding

extension SampleBundleWriter {
    private func category(_ code: String) -> JSONValue {
        [status("observation-category", code)]
    }

    /// What all observations of a visit have in common; `finding` follows.
    private mutating func addObservation(
        _ code: JSONValue, category: JSONValue, _ encounter: SampleEncounter,
        domain: Domain? = nil, isLabelled: Bool = false, _ finding: [JSONMember],
        _ dice: inout SampleDice
    ) -> String {
        let head: [JSONMember] = [
            JSONMember("status", "final"), JSONMember("category", category),
            JSONMember("code", code), JSONMember("subject", patient),
            JSONMember("encounter", reference(encounter.url)),
            JSONMember("effectiveDateTime", encounter.time(after: 10)),
            JSONMember("performer", [reference(hospitalURL)]),
        ]
        return add(
            "Observation", url: "urn:uuid:\(dice.uuid())",
            label: isLabelled ? encounter.label : nil, domain: domain, .object(head + finding))
    }

    mutating func addVitalSign(
        _ loinc: String, _ english: String, _ chinese: String, _ units: Int, _ places: Int,
        _ unit: String, _ ucum: String, _ encounter: SampleEncounter, _ dice: inout SampleDice
    ) {
        let value = quantity(SampleDecimal(units: units, places: places), unit, ucum)
        _ = addObservation(
            concept(CodeSystem.loinc, loinc, english, text: chinese),
            category: category("vital-signs"), encounter, [JSONMember("valueQuantity", value)],
            &dice)
    }

    mutating func addBloodPressure(
        _ systolic: Int, _ diastolic: Int, _ encounter: SampleEncounter, _ dice: inout SampleDice
    ) {
        func component(_ loinc: String, _ english: String, _ chinese: String, _ value: Int)
            -> JSONValue
        {
            [
                "code": concept(CodeSystem.loinc, loinc, english, text: chinese),
                "valueQuantity": quantity(
                    SampleDecimal(units: value, places: 0), "mmHg", "mm[Hg]"),
            ]
        }
        _ = addObservation(
            concept(CodeSystem.loinc, "85354-9", "Blood pressure panel", text: "血压"),
            category: category("vital-signs"), encounter,
            [
                JSONMember(
                    "component",
                    [
                        component("8480-6", "Systolic blood pressure", "收缩压", systolic),
                        component("8462-4", "Diastolic blood pressure", "舒张压", diastolic),
                    ])
            ],
            &dice)
    }

    mutating func addLaboratory(
        _ test: SampleTest, _ units: Int, _ encounter: SampleEncounter, _ dice: inout SampleDice
    ) -> String {
        let value = test.decimal(units)
        let isSurvey = test.ucum == "{score}"
        let interpretation =
            test.usual.contains(units) ? "N" : units > test.usual.upperBound ? "H" : "L"
        return addObservation(
            concept(CodeSystem.loinc, test.loinc, test.english, text: test.chinese),
            category: category(isSurvey ? "survey" : "laboratory"), encounter, isLabelled: true,
            [
                JSONMember("valueQuantity", quantity(value, test.unit, test.ucum)),
                JSONMember(
                    "interpretation", [status("v3-ObservationInterpretation", interpretation)]),
                JSONMember(
                    "referenceRange",
                    [
                        [
                            "low": quantity(
                                test.decimal(test.usual.lowerBound), test.unit, test.ucum),
                            "high": quantity(
                                test.decimal(test.usual.upperBound), test.unit, test.ucum),
                        ]
                    ]),
            ],
            &dice)
    }

    /// The report that lists a visit's laboratory results.
    mutating func addReport(
        _ results: [String], _ encounter: SampleEncounter, title: String, _ dice: inout SampleDice
    ) {
        add(
            "DiagnosticReport", url: "urn:uuid:\(dice.uuid())", label: encounter.label,
            [
                "status": "final", "category": [status("v2-0074", "LAB")],
                "code": ["text": .string(title)], "subject": patient,
                "encounter": reference(encounter.url),
                "effectiveDateTime": encounter.time(after: 10),
                "issued": encounter.time(after: 40), "performer": [reference(hospitalURL)],
                "result": .array(results.map { reference($0) }),
            ])
    }

    mutating func addChestFilm(_ encounter: SampleEncounter, _ dice: inout SampleDice) {
        add(
            "DiagnosticReport", url: "urn:uuid:\(dice.uuid())",
            [
                "status": "final", "category": [status("v2-0074", "RAD")],
                "code": concept(CodeSystem.loinc, "36643-5", "XR Chest 2 Views", text: "胸部正侧位片"),
                "subject": patient, "encounter": reference(encounter.url),
                "effectiveDateTime": encounter.time(after: 25),
                "issued": encounter.time(after: 40), "performer": [reference(hospitalURL)],
                "conclusion": .string(
                    dice.pick(["双肺未见明显活动性病变。", "双肺纹理增多、增粗，请结合临床。", "主动脉硬化，余未见异常。"])),
            ])
    }

    /// A day's steps of a wristband.
    mutating func addSteps(
        _ steps: Int, _ encounter: SampleEncounter, _ dice: inout SampleDice
    ) {
        _ = addObservation(
            concept(CodeSystem.loinc, "55423-8", "Number of steps", text: "步数"),
            category: category("activity"), encounter,
            [
                JSONMember(
                    "valueQuantity",
                    quantity(SampleDecimal(units: steps, places: 0), "步", "{steps}"))
            ],
            &dice)
    }

    /// How independent an old resident is, 0 to 100.
    mutating func addBarthelIndex(
        _ score: Int, _ encounter: SampleEncounter, _ dice: inout SampleDice
    ) {
        _ = addObservation(
            ["text": "Barthel指数（日常生活能力评定）"], category: category("survey"), encounter,
            domain: .eldercare,
            [
                JSONMember(
                    "valueQuantity",
                    quantity(SampleDecimal(units: score, places: 0), "分", "{score}"))
            ],
            &dice)
    }
}
