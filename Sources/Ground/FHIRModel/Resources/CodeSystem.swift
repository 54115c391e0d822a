/// The identifiers of the code systems that Kanglian itself reads or writes.
package enum CodeSystem {
    package static let actCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    package static let actReason = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
    package static let confidentiality =
        "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
    package static let observationCategory =
        "http://terminology.hl7.org/CodeSystem/observation-category"
    package static let diagnosticService = "http://terminology.hl7.org/CodeSystem/v2-0074"
    package static let icd10 = "http://hl7.org/fhir/sid/icd-10"
    package static let loinc = "http://loinc.org"
    package static let snomed = "http://snomed.info/sct"
    package static let ucum = "http://unitsofmeasure.org"

    /// Kanglian's own: a tag of this system names a ``Domain`` by its code.
    package static let domain = "https://kanglian.example/fhir/CodeSystem/domain"

    /// Kanglian's own: identifiers that are GB 11643 resident identity numbers.
    package static let identityNumber = "https://kanglian.example/fhir/sid/gb-11643"
}
