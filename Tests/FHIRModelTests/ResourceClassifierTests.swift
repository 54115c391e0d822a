import Encoding
import FHIRModel
import Testing

@Suite("The classifier of resources")
struct ResourceClassifierTests {
    private func domain(_ text: String) throws -> Domain {
        ResourceClassifier.domain(of: try JSONDocument(parsing: Array(text.utf8)).root)
    }

    @Test(
        "goes by resource type",
        arguments: [
            ("Patient", Domain.medical), ("Condition", .medical), ("Immunization", .medical),
            ("MedicationRequest", .medication), ("Medication", .medication),
            ("Specimen", .laboratory), ("ImagingStudy", .imaging), ("Media", .imaging),
            ("MolecularSequence", .genome), ("Claim", .administrative),
            ("ExplanationOfBenefit", .administrative), ("Coverage", .administrative),
            ("Organization", .directory), ("Practitioner", .directory), ("Location", .directory),
            ("ValueSet", .knowledge), ("PlanDefinition", .knowledge), ("Binary", .directory),
            ("Observation", .medical), ("DiagnosticReport", .medical), ("Provenance", .medical),
        ])
    func byType(_ type: String, _ expected: Domain) throws {
        #expect(try domain(#"{"resourceType":"\#(type)"}"#) == expected)
    }

    @Test("knows every type that can name a patient as personal")
    func compartments() throws {
        let personal = ResourceType.all.filter { type in
            (try? domain(#"{"resourceType":"\#(type)"}"#))?.isPersonal == true
        }
        #expect(personal.count == 69)
        for type in ResourceType.all {
            for member in ["subject", "patient"] {
                let text =
                    #"{"resourceType":"\#(type)","\#(member)":{"reference":"urn:uuid:1"}}"#
                #expect(try domain(text).isPersonal, "\(type) \(member)")
            }
        }
    }

    @Test(
        "goes by category",
        arguments: [
            ("Observation", "observation-category", "laboratory", Domain.laboratory),
            ("Observation", "observation-category", "vital-signs", .medical),
            ("Observation", "observation-category", "imaging", .imaging),
            ("Observation", "observation-category", "activity", .wellness),
            ("Observation", "observation-category", "survey", .medical),
            ("DiagnosticReport", "v2-0074", "LAB", .laboratory),
            ("DiagnosticReport", "v2-0074", "HM", .laboratory),
            ("DiagnosticReport", "v2-0074", "RAD", .imaging),
            ("DiagnosticReport", "v2-0074", "CT", .imaging),
            ("DiagnosticReport", "v2-0074", "GE", .genome),
            ("Observation", "v2-0074", "GE", .genome),
            ("DiagnosticReport", "v2-0074", "OTH", .medical),
            ("Communication", "communication-category", "instruction", .education),
            ("Claim", "observation-category", "laboratory", .administrative),
        ])
    func byCategory(_ type: String, _ system: String, _ code: String, _ expected: Domain) throws {
        let coding =
            #"{"system":"http://terminology.hl7.org/CodeSystem/\#(system)","code":"\#(code)"}"#
        let subject = #""subject":{"reference":"Patient/1"}"#
        #expect(
            try domain(
                #"{"resourceType":"\#(type)","category":[{"coding":[\#(coding)]}],\#(subject)}"#)
                == expected)
        // ServiceRequest and others may have a category that says nothing before one that does.
        #expect(
            try domain(
                #"""
                {"resourceType":"\#(type)","category":[{"text":"x"},{"coding":[{"code":"?"},
                \#(coding)]}],\#(subject)}
                """#
            ) == expected)
    }

    @Test("reads SNOMED CT categories of orders")
    func orders() throws {
        func order(_ code: String) throws -> Domain {
            try domain(
                #"""
                {"resourceType":"ServiceRequest",
                "category":[{"coding":[{"system":"http://snomed.info/sct","code":"\#(code)"}]}]}
                """#
            )
        }
        #expect(try order("108252007") == .laboratory)
        #expect(try order("363679005") == .imaging)
        #expect(try order("387713003") == .medical)
    }

    @Test(
        "lets a security label override everything",
        arguments: [
            "ETH", "PSY", "HIV", "SDV", "STD", "SUD", "GDIS", "SEX", "MH", "BH", "VIO", "TBOO",
            "PSYTHPN", "OPIOIDUD", "ETHUD", "SPI", "PRS", "SCA", "SICKLE", "MST",
        ])
    func labels(_ code: String) throws {
        for type in [
            "Observation", "MedicationRequest", "MolecularSequence", "Claim", "Organization",
        ] {
            for system in [
                "http://terminology.hl7.org/CodeSystem/v3-ActCode",
                "urn:oid:2.16.840.1.113883.5.4",
            ] {
                let label = #"{"system":"\#(system)","code":"\#(code)"}"#
                #expect(
                    try domain(
                        #"{"resourceType":"\#(type)","meta":{"security":[{"code":"N"},\#(label)]}}"#
                    )
                        == .sensitive)
            }
            #expect(
                try domain(
                    #"{"resourceType":"\#(type)","meta":{"security":[{"code":"\#(code)"}]}}"#)
                    == .sensitive)
        }
    }

    @Test("takes restricted confidentiality as sensitive, and normal as nothing")
    func confidentiality() throws {
        func labelled(_ code: String, _ system: String) throws -> Domain {
            try domain(
                #"""
                {"resourceType":"Condition","meta":{"security":[{"system":"\#(system)",
                "code":"\#(code)"}]}}
                """#
            )
        }
        let system = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
        for code in ["R", "V"] { #expect(try labelled(code, system) == .sensitive) }
        for code in ["N", "L", "M", "U", "HTEST", "DOB"] {
            #expect(try labelled(code, system) == .medical)
        }
        #expect(try labelled("R", "http://example.org/other") == .medical)
        #expect(try labelled("PSY", "http://example.org/other") == .medical)
    }

    @Test("protects diagnoses that are sensitive by their ICD-10 code")
    func diagnoses() throws {
        func condition(_ code: String, _ system: String = "http://hl7.org/fhir/sid/icd-10") throws
            -> Domain
        {
            try domain(
                #"""
                {"resourceType":"Condition","code":{"coding":[{"system":"\#(system)",
                "code":"\#(code)"}]}}
                """#
            )
        }
        for code in ["F32.9", "F10.2", "B20", "B24", "A50", "A64", "Z21", "T74.1", "f20.000x001"] {
            #expect(try condition(code) == .sensitive, "\(code)")
        }
        for code in ["I10", "F03", "F70", "B19", "B25", "A49", "A65", "Z34", "", "F"] {
            #expect(try condition(code) == .medical, "\(code)")
        }
        #expect(try condition("F32", "http://hl7.org/fhir/sid/icd-10-cn") == .sensitive)
        #expect(try condition("F32", "http://example.org/ward") == .medical)
        #expect(
            try domain(
                #"""
                {"resourceType":"MedicationRequest",
                "reasonCode":[{"coding":[{"system":"http://hl7.org/fhir/sid/icd-10",
                "code":"B24"}]}]}
                """#
            ) == .sensitive)
    }

    @Test("obeys a tag of our own, but not to make a record public or less sensitive")
    func tags() throws {
        func tagged(_ code: String, _ more: String = "") throws -> Domain {
            try domain(
                #"""
                {"resourceType":"Observation","meta":{"tag":[{"system":"\#(CodeSystem.domain)",
                "code":"\#(code)"}]\#(more)},"subject":{"reference":"Patient/1"}}
                """#
            )
        }
        #expect(try tagged("eldercare") == .eldercare)
        #expect(try tagged("wellness") == .wellness)
        #expect(try tagged("knowledge") == .medical)
        #expect(try tagged("directory") == .medical)
        #expect(try tagged("nonsense") == .medical)
        #expect(try tagged("medical", #","security":[{"code":"PSY"}]"#) == .sensitive)
    }

    @Test("takes what it does not know as medical when it names a patient")
    func unknown() throws {
        #expect(
            try domain(#"{"resourceType":"Group","member":[{"entity":{"reference":"Patient/1"}}]}"#)
                == .medical)
        #expect(
            try domain(#"{"resourceType":"Schedule","actor":[{"reference":"Patient/1"}]}"#)
                == .medical)
        #expect(
            try domain(#"{"resourceType":"Schedule","actor":[{"reference":"Practitioner/1"}]}"#)
                == .directory)
        #expect(
            try domain(#"{"resourceType":"Device","patient":{"type":"Patient","display":"x"}}"#)
                == .medical)
        #expect(try domain(#"{"resourceType":"Device"}"#) == .directory)
        #expect(try domain("[]") == .directory)
    }

    @Test("knows the concrete types of FHIR R4")
    func types() {
        #expect(ResourceType.all.count == 146)
        #expect(ResourceType.all == ResourceType.all.sorted())
        #expect(ResourceType.isKnown("Patient"))
        for name in ["patient", "DomainResource", "Resource", "", "SubscriptionTopic", "Patient "] {
            #expect(!ResourceType.isKnown(name))
        }
    }
}
