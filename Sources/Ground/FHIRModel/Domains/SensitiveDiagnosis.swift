import Encoding

/// Diagnoses that are sensitive by their ICD-10 code, when no label says so.
///
/// Few Chinese systems write security labels, and a missing label must not disclose a diagnosis.
/// National versions (国临版, 国标版) extend the same three-character categories.
enum SensitiveDiagnosis {
    /// Categories as first and last of a range, three characters each.
    static let ranges: [(String, String)] = [
        ("A50", "A64"),  // infections transmitted sexually
        ("B20", "B24"),  // HIV disease
        ("F10", "F19"),  // substance use
        ("F20", "F69"),  // psychoses, mood, neuroses, eating, sexual function, personality
        ("F90", "F98"),  // disorders of behaviour from childhood
        ("O04", "O06"),  // abortion
        ("T74", "T74"),  // maltreatment
        ("X60", "X84"),  // self-harm
        ("Y05", "Y07"),  // sexual assault, maltreatment
        ("Z21", "Z21"),  // asymptomatic HIV infection
    ]

    /// The members of a resource that can hold a diagnosis.
    private static let elements = [
        "code", "reasonCode", "conclusionCode", "diagnosisCodeableConcept",
    ]

    static func isSensitive(_ resource: JSONElement) -> Bool {
        elements.contains { name in
            resource.codings(name).contains { coding in
                guard let system = coding.system, isICD10(system) else { return false }
                let category = String(coding.code.prefix(3)).uppercased()
                return ranges.contains { $0.0 <= category && category <= $0.1 }
            }
        }
    }

    private static func isICD10(_ system: String) -> Bool {
        system.hasPrefix(CodeSystem.icd10) || system == "urn:oid:2.16.840.1.113883.6.3"
            || system == "urn:oid:2.16.156.10011.2.3.3.11"
    }
}
