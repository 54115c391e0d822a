package import Encoding

/// Decides which ``Domain`` a FHIR R4 resource belongs to.
///
/// In this order:
/// 1. A security label of ``SecurityLabel`` or a diagnosis of ICD-10 chapters that are protected
///    makes it `sensitive`, whatever its type.
/// 2. A `meta.tag` or `meta.security` of ``CodeSystem/domain`` names the domain. A record about a
///    resident cannot be tagged `knowledge` or `directory`.
/// 3. Observation, DiagnosticReport, ServiceRequest and others: by `category`.
/// 4. The table of resource types.
/// 5. Anything else is `medical` when it refers to a patient, else `directory`; and so is what the
///    table calls `knowledge` or `directory` but refers to a patient, such as a Schedule of one.
package enum ResourceClassifier {
    /// The domain of a resource, which should be a JSON object with a `resourceType`.
    package static func domain(of resource: JSONElement) -> Domain {
        if SecurityLabel.isSensitive(resource) || SensitiveDiagnosis.isSensitive(resource) {
            return .sensitive
        }
        let type = resource["resourceType"]?.stringValue ?? ""
        let isAboutResident = type == "Patient" || PatientCompartment.mentionsPatient(resource)
        if let tagged = taggedDomain(resource), tagged.isPersonal || !isAboutResident {
            return tagged
        }
        if categorized.contains(type), let domain = domainByCategory(resource) { return domain }
        guard let domain = byType[type], domain.isPersonal || !isAboutResident else {
            return isAboutResident ? .medical : .directory
        }
        return domain
    }

    private static func taggedDomain(_ resource: JSONElement) -> Domain? {
        guard let meta = resource["meta"] else { return nil }
        return (meta.codingList("tag") + meta.codingList("security"))
            .first { $0.system == CodeSystem.domain }
            .flatMap { Domain(code: $0.code) }
    }

    // MARK: Categories

    private static let categorized: Set<String> = [
        "Observation", "DiagnosticReport", "ServiceRequest", "Communication",
        "CommunicationRequest", "DocumentReference",
    ]

    /// The first category that says something; categories that only say "clinical" say nothing.
    private static func domainByCategory(_ resource: JSONElement) -> Domain? {
        for coding in resource.codings("category") {
            let table: [String: Domain] =
                switch coding.system {
                case CodeSystem.observationCategory: byObservationCategory
                case CodeSystem.diagnosticService: byDiagnosticService
                default: byOtherCategory
                }
            if let domain = table[coding.code] { return domain }
        }
        return nil
    }

    private static let byObservationCategory: [String: Domain] = [
        "laboratory": .laboratory, "imaging": .imaging, "activity": .wellness,
        "vital-signs": .medical, "social-history": .medical, "survey": .medical, "exam": .medical,
        "therapy": .medical, "procedure": .medical,
    ]

    /// HL7 v2 table 0074, diagnostic service sections.
    private static let byDiagnosticService: [String: Domain] = {
        var table: [String: Domain] = ["GE": .genome, "CG": .genome, "PHR": .medication]
        let laboratory = [
            "LAB", "BG", "BLB", "CH", "CP", "HM", "IMM", "MB", "MCB", "MYC", "OSL", "PAR", "PAT",
            "SP", "SR", "TX", "URN", "VR",
        ]
        let imaging = ["RAD", "CT", "CUS", "IMG", "NMR", "NMS", "OUS", "RUS", "RX", "VUS", "XRC"]
        for code in laboratory { table[code] = .laboratory }
        for code in imaging { table[code] = .imaging }
        return table
    }()

    /// Codes of SNOMED CT, LOINC and others, which do not collide.
    private static let byOtherCategory: [String: Domain] = [
        "108252007": .laboratory,  // SNOMED CT: laboratory procedure
        "363679005": .imaging,  // SNOMED CT: imaging
        "409063005": .medical,  // SNOMED CT: counselling
        "409073007": .education,  // SNOMED CT: education
        "LP29693-6": .laboratory,  // LOINC part: laboratory
        "LP29684-5": .imaging,  // LOINC part: radiology
        "instruction": .education,  // communication-category
        "laboratory": .laboratory, "imaging": .imaging, "activity": .wellness,
    ]

    // MARK: Types

    private static let byType: [String: Domain] = {
        var table: [String: Domain] = [:]
        func put(_ domain: Domain, _ types: String) {
            for type in types.split(whereSeparator: \.isWhitespace) {
                table[String(type)] = domain
            }
        }
        put(
            .medical,
            """
            AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent BodyStructure
            CarePlan CareTeam ClinicalImpression Communication CommunicationRequest Composition
            Condition Consent DetectedIssue DeviceRequest DeviceUseStatement DiagnosticReport
            DocumentManifest DocumentReference Encounter EpisodeOfCare FamilyMemberHistory Flag Goal
            GuidanceResponse Immunization ImmunizationEvaluation ImmunizationRecommendation List
            NutritionOrder Observation Patient Person Procedure Provenance QuestionnaireResponse
            RelatedPerson RequestGroup ResearchSubject RiskAssessment ServiceRequest SupplyDelivery
            SupplyRequest Task VisionPrescription
            """)
        put(
            .medication,
            """
            Medication MedicationAdministration MedicationDispense MedicationRequest
            MedicationStatement
            """)
        put(.laboratory, "Specimen")
        put(.imaging, "ImagingStudy Media")
        put(.genome, "MolecularSequence")
        put(
            .administrative,
            """
            Account ChargeItem Claim ClaimResponse Contract Coverage CoverageEligibilityRequest
            CoverageEligibilityResponse EnrollmentRequest EnrollmentResponse ExplanationOfBenefit
            Invoice PaymentNotice PaymentReconciliation
            """)
        put(
            .knowledge,
            """
            ActivityDefinition CapabilityStatement CatalogEntry ChargeItemDefinition CodeSystem
            CompartmentDefinition ConceptMap DeviceDefinition EffectEvidenceSynthesis
            EventDefinition Evidence EvidenceVariable ExampleScenario GraphDefinition
            ImplementationGuide Library Measure MedicationKnowledge MedicinalProduct
            MedicinalProductAuthorization
            MedicinalProductContraindication MedicinalProductIndication MedicinalProductIngredient
            MedicinalProductInteraction MedicinalProductManufactured MedicinalProductPackaged
            MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition
            NamingSystem ObservationDefinition OperationDefinition PlanDefinition Questionnaire
            ResearchDefinition ResearchElementDefinition ResearchStudy RiskEvidenceSynthesis
            SearchParameter SpecimenDefinition StructureDefinition StructureMap Substance
            SubstanceNucleicAcid SubstancePolymer SubstanceProtein SubstanceReferenceInformation
            SubstanceSourceMaterial SubstanceSpecification TerminologyCapabilities TestReport
            TestScript ValueSet
            """)
        put(
            .directory,
            """
            Endpoint HealthcareService InsurancePlan Location Organization OrganizationAffiliation
            Practitioner PractitionerRole Schedule Slot Subscription VerificationResult
            """)
        return table
    }()
}
