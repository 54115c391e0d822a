import Encoding
import FHIRSearch
import System
import Testing

/// What resources can be found by.
@Suite(
    "Term extraction", .enabled(if: InstalledDefinitions.isPresent, InstalledDefinitions.absence))
struct ExtractionTests {
    private func terms(_ resource: JSONValue) throws -> [IndexTerm] {
        let extractor = try #require(InstalledDefinitions.extractor)
        return extractor.terms(
            of: resource, type: resource["resourceType"]?.stringValue ?? ""
        ).terms
    }

    private func values(_ resource: JSONValue, _ key: String) throws -> [TermValue] {
        try terms(resource).filter { $0.key == key }.map(\.value)
    }

    @Test("an observation's code, subject, value and composites")
    func observation() throws {
        let observation: JSONValue = [
            "resourceType": "Observation", "status": "final",
            "code": [
                "coding": [
                    ["system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"]
                ],
                "text": "Puls",
            ],
            "subject": ["reference": "https://here.example/fhir/Patient/1"],
            "effectiveDateTime": "2020-02-01",
            "valueQuantity": [
                "value": .number("5.4"), "unit": "milligram",
                "system": "http://unitsofmeasure.org", "code": "mg",
            ],
        ]
        #expect(
            try values(observation, "Observation.code") == [
                .token(system: "http://loinc.org", code: "8867-4")
            ])
        #expect(
            try values(observation, "Observation.code:text") == [
                .text(folded: "heart rate", exact: "Heart rate"),
                .text(folded: "puls", exact: "Puls"),
            ])
        let patient = TermValue.reference(ResourceName(type: "Patient", id: "1"), version: nil)
        #expect(try values(observation, "Observation.subject") == [patient])
        #expect(try values(observation, "Observation.patient") == [patient])
        #expect(
            try values(observation, "Observation.status") == [
                .token(system: "http://hl7.org/fhir/observation-status", code: "final")
            ])
        #expect(
            try values(observation, "Observation.date") == [
                .date(low: 1_580_515_200_000, high: 1_580_601_600_000)
            ])
        #expect(
            try values(observation, "Observation.value-quantity") == [
                .number(unit: "", low: 5.4, high: 5.4),
                .number(unit: "|mg", low: 5.4, high: 5.4),
                .number(unit: "|milligram", low: 5.4, high: 5.4),
                .number(unit: "http://unitsofmeasure.org|g", low: 0.0054, high: 0.0054),
            ])
        let all = try terms(observation)
        let parts = Set(
            all.filter { $0.key.hasPrefix("Observation.code-value-quantity$") }.map(\.part))
        #expect(parts.count == 1 && !parts.contains(0))
        #expect(all.filter { $0.key == "Observation.code-value-quantity$2" }.count == 4)
        #expect(!all.contains { $0.key.hasPrefix("Observation.code-value-string") })
    }

    @Test("expressions with filters, casts, logic and types of references")
    func filters() throws {
        let patient: JSONValue = [
            "resourceType": "Patient",
            "telecom": [["system": "email", "value": "a@b"], ["system": "phone", "value": "1"]],
            "deceasedDateTime": "2020", "gender": "male",
            "identifier": [
                [
                    "system": "urn:x", "value": "7",
                    "type": ["coding": [["system": "urn:t", "code": "MR"]]],
                ]
            ],
            "name": [["family": "王", "given": ["小", "明"]]],
            "meta": ["tag": [["system": "urn:tag", "code": "a"]]],
        ]
        #expect(try values(patient, "Patient.email") == [.token(system: nil, code: "a@b")])
        #expect(try values(patient, "Patient.deceased") == [.token(system: nil, code: "true")])
        #expect(
            try values(patient, "Patient.identifier:of-type") == [
                .token(system: "urn:t", code: "MR|7")
            ])
        #expect(
            try values(patient, "Patient.name").contains(.text(folded: "王小明", exact: "王小明")))
        #expect(try values(patient, "Resource._tag") == [.token(system: "urn:tag", code: "a")])
        let encounter: JSONValue = [
            "resourceType": "Encounter",
            "participant": [
                ["individual": ["reference": "Practitioner/1"]],
                ["individual": ["reference": "RelatedPerson/1"]],
            ],
            "subject": ["identifier": ["system": "urn:x", "value": "9"]],
        ]
        #expect(try values(encounter, "Encounter.practitioner").count == 1)
        #expect(try values(encounter, "Encounter.participant").count == 2)
        #expect(
            try values(encounter, "Encounter.subject:identifier") == [
                .token(system: "urn:x", code: "9")
            ])
    }

    @Test("resources of strange shapes have terms or none")
    func strange() throws {
        for value: JSONValue in [[], "a", 1, ["a": [[["b": true]]]]] {
            for name in ["name", "birthDate", "contact", "meta", "identifier", "link", "active"] {
                let resource: JSONValue = .object([
                    JSONMember("resourceType", "Patient"), JSONMember(name, value),
                ])
                _ = try terms(resource)
            }
        }
        let long = String(repeating: "长", count: 1000)
        let folded = try #require(
            try values(
                ["resourceType": "Patient", "name": [["family": .string(long)]]], "Patient.family"
            ).first)
        guard case .text(let text, let exact) = folded else {
            Issue.record("no text")
            return
        }
        #expect(text.utf8.count == 510)
        #expect(exact.utf8.count > 512)
    }

    @Test(
        "extraction of sample resources is quick",
        .enabled(if: SyntheaData.isPresent, SyntheaData.absence))
    func measure() throws {
        let extractor = try #require(InstalledDefinitions.extractor)
        let resources = try SyntheaData.resources(bundles: 4)
        let start = SystemClock.monotonicNanoseconds
        var count = 0
        for resource in resources {
            count +=
                extractor.terms(
                    of: resource, type: resource["resourceType"]?.stringValue ?? ""
                ).terms.count
        }
        let each = (SystemClock.monotonicNanoseconds - start) / UInt64(max(1, resources.count))
        print("extraction: \(resources.count) resources, \(count) terms, \(each) ns each")
        #expect(count > 5 * resources.count)
    }
}
