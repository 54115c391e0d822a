package import Encoding

/// Where a resource names the patient it is about.
///
/// Source: FHIR R4 CompartmentDefinition `patient`, with the search parameters' expressions.
/// Members by which a patient only takes part (performer, author, recipient) come after those
/// that name the subject. Types that R4 leaves out but that can name a patient (Task, Device,
/// Contract, GuidanceResponse) are added.
package enum PatientCompartment {
    /// The paths at which a type may name its patient, most telling first.
    static func paths(of type: String) -> [String] { table[type] ?? fallback }

    /// The members of a type that is not in the table.
    private static let fallback = ["patient", "subject", "beneficiary", "individual", "for"]

    private static let table: [String: [String]] = [
        "Account": ["subject"], "AdverseEvent": ["subject"],
        "AllergyIntolerance": ["patient"], "Appointment": ["participant.actor"],
        "AppointmentResponse": ["actor"], "AuditEvent": ["entity.what", "agent.who"],
        "Basic": ["subject", "author"], "BodyStructure": ["patient"], "CarePlan": ["subject"],
        "CareTeam": ["subject", "participant.member"], "ChargeItem": ["subject"],
        "Claim": ["patient"], "ClaimResponse": ["patient"], "ClinicalImpression": ["subject"],
        "Communication": ["subject", "recipient", "sender"],
        "CommunicationRequest": ["subject", "recipient", "sender", "requester"],
        "Composition": ["subject"], "Condition": ["subject"], "Consent": ["patient"],
        "Contract": ["subject"],
        "Coverage": ["beneficiary", "subscriber", "policyHolder", "payor"],
        "CoverageEligibilityRequest": ["patient"], "CoverageEligibilityResponse": ["patient"],
        "DetectedIssue": ["patient"], "Device": ["patient"], "DeviceRequest": ["subject"],
        "DeviceUseStatement": ["subject"], "DiagnosticReport": ["subject"],
        "DocumentManifest": ["subject"], "DocumentReference": ["subject"],
        "Encounter": ["subject"], "EnrollmentRequest": ["candidate"],
        "EpisodeOfCare": ["patient"], "ExplanationOfBenefit": ["patient"],
        "FamilyMemberHistory": ["patient"], "Flag": ["subject"], "Goal": ["subject"],
        "Group": ["member.entity"], "GuidanceResponse": ["subject"],
        "ImagingStudy": ["subject"], "Immunization": ["patient"],
        "ImmunizationEvaluation": ["patient"], "ImmunizationRecommendation": ["patient"],
        "Invoice": ["subject", "recipient"], "List": ["subject"], "MeasureReport": ["subject"],
        "Media": ["subject"], "MedicationAdministration": ["subject"],
        "MedicationDispense": ["subject", "receiver"], "MedicationRequest": ["subject"],
        "MedicationStatement": ["subject"], "MolecularSequence": ["patient"],
        "NutritionOrder": ["patient"], "Observation": ["subject"], "Person": ["link.target"],
        "Procedure": ["subject"], "Provenance": ["target"],
        "QuestionnaireResponse": ["subject"], "RelatedPerson": ["patient"],
        "RequestGroup": ["subject"], "ResearchSubject": ["individual"],
        "RiskAssessment": ["subject"], "Schedule": ["actor"], "ServiceRequest": ["subject"],
        "Specimen": ["subject"], "SupplyDelivery": ["patient"],
        "SupplyRequest": ["deliverTo"], "Task": ["for"], "VisionPrescription": ["patient"],
    ]

    /// The Reference values that may name the patient, most telling first.
    package static func candidates(in resource: JSONElement) -> [JSONElement] {
        let type = resource["resourceType"]?.stringValue ?? ""
        return paths(of: type).flatMap { resource.values(at: $0) }
    }

    /// Whether the text or type of a reference says that its target is a Patient.
    package static func namesPatient(_ reference: JSONElement) -> Bool {
        if reference["type"]?.isString("Patient") == true { return true }
        guard let text = reference["reference"]?.stringValue else { return false }
        return ReferenceText(text).resourceType == "Patient"
    }

    /// Whether the resource's own members name a patient.
    ///
    /// A `urn:` reference tells no type; in a member called `patient` or `subject` it counts.
    package static func mentionsPatient(_ resource: JSONElement) -> Bool {
        if candidates(in: resource).contains(where: namesPatient) { return true }
        return ["patient", "subject"].contains { name in
            resource.values(at: name).contains { reference in
                reference["reference"]?.stringValue?.hasPrefix("urn:") == true
            }
        }
    }
}
