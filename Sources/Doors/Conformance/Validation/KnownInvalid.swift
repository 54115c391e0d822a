/// Official examples of FHIR R4 that break rules of FHIR R4, and how.
enum KnownInvalid {
    static let reasons: [String: String] = [
        "ActivityDefinition-heart-valve-replacement":
            "The narrative shows nothing, which txt-2 asks for.",
        "Bundle-10bb101f-a121-4264-a920-67be9cb82c74":
            "The third fullUrl ends in Patient/pat12, but the resource's id is pat2.",
        "DeviceUseStatement-example":
            "reasonReference refers to a Procedure, which is none of its target types.",
        "MedicationRequest-medrx0301":
            "dispenseRequest.performer refers to a Practitioner, but must be an Organization.",
        "Observation-clinical-gender":
            "performer refers to an Encounter, which cannot perform an observation.",
    ]

    /// Why a file must not be valid; nil for all others.
    static func reason(_ name: String) -> String? {
        name.lastIndex(of: ".").flatMap { reasons[String(name[..<$0])] }
    }
}
