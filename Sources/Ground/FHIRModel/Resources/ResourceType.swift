/// The resource types of FHIR R4 (4.0.1) and the shape of its ids.
package enum ResourceType {
    /// The 146 concrete types, in alphabetical order.
    ///
    /// Source: hl7.fhir.r4.core 4.0.1, StructureDefinitions of kind `resource`.
    package static let all: [String] =
        """
        Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment
        AppointmentResponse AuditEvent Basic Binary BiologicallyDerivedProduct
        BodyStructure Bundle CapabilityStatement CarePlan CareTeam CatalogEntry ChargeItem
        ChargeItemDefinition Claim ClaimResponse ClinicalImpression CodeSystem
        Communication CommunicationRequest CompartmentDefinition Composition ConceptMap
        Condition Consent Contract Coverage CoverageEligibilityRequest
        CoverageEligibilityResponse DetectedIssue Device DeviceDefinition DeviceMetric
        DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest
        DocumentReference EffectEvidenceSynthesis Encounter Endpoint EnrollmentRequest
        EnrollmentResponse EpisodeOfCare EventDefinition Evidence EvidenceVariable
        ExampleScenario ExplanationOfBenefit FamilyMemberHistory Flag Goal GraphDefinition
        Group GuidanceResponse HealthcareService ImagingStudy Immunization
        ImmunizationEvaluation ImmunizationRecommendation ImplementationGuide
        InsurancePlan Invoice Library Linkage List Location Measure MeasureReport Media
        Medication MedicationAdministration MedicationDispense MedicationKnowledge
        MedicationRequest MedicationStatement MedicinalProduct
        MedicinalProductAuthorization MedicinalProductContraindication
        MedicinalProductIndication MedicinalProductIngredient MedicinalProductInteraction
        MedicinalProductManufactured MedicinalProductPackaged
        MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition
        MessageHeader MolecularSequence NamingSystem NutritionOrder Observation
        ObservationDefinition OperationDefinition OperationOutcome Organization
        OrganizationAffiliation Parameters Patient PaymentNotice PaymentReconciliation
        Person PlanDefinition Practitioner PractitionerRole Procedure Provenance
        Questionnaire QuestionnaireResponse RelatedPerson RequestGroup ResearchDefinition
        ResearchElementDefinition ResearchStudy ResearchSubject RiskAssessment
        RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot Specimen
        SpecimenDefinition StructureDefinition StructureMap Subscription Substance
        SubstanceNucleicAcid SubstancePolymer SubstanceProtein
        SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification
        SupplyDelivery SupplyRequest Task TerminologyCapabilities TestReport TestScript
        ValueSet VerificationResult VisionPrescription
        """
        .split(whereSeparator: \.isWhitespace).map(String.init)

    private static let known = Set(all)

    /// Whether FHIR R4 has a concrete resource type of this name.
    package static func isKnown(_ name: String) -> Bool { known.contains(name) }

    /// Whether a text may be a resource's id: 1 to 64 of `A–Z a–z 0–9 - .` (FHIR R4 `id`).
    package static func isValidID(_ text: some StringProtocol) -> Bool {
        let bytes = text.utf8
        return (1...64).contains(bytes.count)
            && bytes.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E: true
                default: false
                }
            }
    }
}
