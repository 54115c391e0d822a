import Base
import Encoding
import FHIRServer
import FHIRTerminology
import FHIRValidation
import HTTPServer
import Testing

/// Validation, terminology, patches by FHIRPath, everything and receipts.
@Suite("FHIR operations")
struct OperationTests {
    private func strictZone(seed: UInt64) throws -> FHIRZone {
        let table = try FHIRZone.table.get()
        return try FHIRZone(
            seed: seed,
            validation: ResourceValidation(
                FHIRValidator(table: table, terminology: Terminology(table)), level: .full,
                clock: { Timestamp(milliseconds: 1_790_000_000_000) }))
    }

    @Test("a wrong resource is refused with the place, and kept by nobody")
    func validation() throws {
        let zone = try strictZone(seed: 71)
        let answer = zone.ask(
            .post, "Patient", ["resourceType": "Patient", "gender": "martian", "birthDate": "x"])
        #expect(answer.status == 422)
        let places = (answer.resource?["issue"]?.elements ?? []).compactMap {
            $0["expression"]?[0]?.stringValue
        }
        #expect(Set(places) == ["Patient.gender", "Patient.birthDate"])
        #expect(zone.ask(.get, "Patient").ids == [])
        let dry = zone.ask(
            .post, "Patient/$validate", ["resourceType": "Patient", "gender": "male"])
        #expect(
            dry.resource?["issue"]?.elements.allSatisfy { $0["severity"] != "error" } == true)
    }

    @Test("value sets are expanded, codes looked up and checked")
    func terminology() throws {
        let zone = try FHIRZone(seed: 72)
        let gender = "http://hl7.org/fhir/ValueSet/administrative-gender"
        let expanded = zone.ask(.get, "ValueSet/$expand?url=\(gender)&count=2")
        #expect(expanded.resource?["expansion"]?["total"] == 4)
        #expect(expanded.resource?["expansion"]?["contains"]?.elements.count == 2)
        let valid = zone.ask(.get, "ValueSet/$validate-code?url=\(gender)&code=male")
        #expect(valid.resource?["parameter"]?[0]?["valueBoolean"] == true)
        let wrong = zone.ask(.get, "ValueSet/$validate-code?url=\(gender)&code=martian")
        #expect(wrong.resource?["parameter"]?[0]?["valueBoolean"] == false)
        let looked = zone.ask(
            .get, "CodeSystem/$lookup?system=http://hl7.org/fhir/administrative-gender&code=other")
        #expect(looked.text.contains("Other"))
        #expect(zone.ask(.get, "ValueSet/$expand?url=http://nowhere").status == 404)
        #expect(zone.ask(.get, "ValueSet/$expand").status == 400)
    }

    @Test("a search asks whether a code is in a value set")
    func valueSets() throws {
        let zone = try FHIRZone(seed: 76)
        _ = try zone.patient("杨", identifier: "1")
        let set = "http://hl7.org/fhir/ValueSet/administrative-gender"
        #expect(zone.ask(.get, "Patient?gender:in=\(set)").ids == [])
        let answer = zone.ask(
            .post, "Patient",
            [
                "resourceType": "Patient", "gender": "female",
                "identifier": [["system": "urn:test", "value": "2"]],
            ])
        let id = try #require(answer.resource?["id"]?.stringValue)
        #expect(zone.ask(.get, "Patient?gender:in=\(set)").ids == [id])
    }

    @Test("a patch by FHIRPath changes what it names")
    func patch() throws {
        let zone = try FHIRZone(seed: 73)
        let patient = try zone.patient("蒋", identifier: "1")
        let answer = zone.ask(
            .patch, "Patient/\(patient)",
            [
                "resourceType": "Parameters",
                "parameter": [
                    [
                        "name": "operation",
                        "part": [
                            ["name": "type", "valueCode": "add"],
                            ["name": "path", "valueString": "Patient"],
                            ["name": "name", "valueString": "birthDate"],
                            ["name": "value", "valueDate": "1930-01-01"],
                        ],
                    ]
                ],
            ], headers: ["content-type": "application/fhir+json"])
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.resource?["birthDate"] == "1930-01-01")
    }

    @Test("everything about a patient is a page of all kinds, and a version has its receipt")
    func everything() throws {
        let zone = try FHIRZone(seed: 74)
        let patient = try zone.patient("沈", identifier: "1")
        let created = zone.ask(
            .post, "Condition",
            [
                "resourceType": "Condition", "code": ["text": "x"],
                "subject": ["reference": .string("Patient/" + patient)],
            ])
        let id = try #require(created.resource?["id"]?.stringValue)
        let all = zone.ask(.get, "Patient/\(patient)/$everything")
        #expect(Set(all.ids) == [patient, id], "\(all.text)")
        let receipt = zone.ask(.get, "Condition/\(id)/$receipt")
        #expect(receipt.resource?["resourceType"] == "Provenance")
        #expect(receipt.resource?["entity"]?.elements.count == 1)
    }

    @Test("parts of resources are marked as such")
    func parts() throws {
        let zone = try FHIRZone(seed: 75)
        let patient = try zone.patient("韩", identifier: "1")
        let part = zone.ask(.get, "Patient/\(patient)?_elements=name")
        #expect(part.resource?["name"] != nil && part.resource?["identifier"] == nil)
        #expect(part.resource?["meta"]?["tag"]?[0]?["code"] == "SUBSETTED")
        let counted = zone.ask(.get, "Patient?_summary=count")
        #expect(counted.resource?["total"] == 1 && counted.ids == [])
    }
}
