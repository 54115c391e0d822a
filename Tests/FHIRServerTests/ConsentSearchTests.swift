import Agent
import Base
import Consent
import Encoding
import FHIRModel
import FHIRServer
import HTTPServer
import Ledger
import Testing

/// What a caller may see of what a search finds: no more, no less, and on record.
@Suite("Searches under consent")
struct ConsentSearchTests {
    private func observation(_ patient: String, _ category: String) -> JSONValue {
        [
            "resourceType": "Observation", "status": "final", "code": ["text": "x"],
            "category": [
                [
                    "coding": [
                        [
                            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                            "code": .string(category),
                        ]
                    ]
                ]
            ], "subject": ["reference": .string("Patient/" + patient)],
        ]
    }

    private func consent(
        _ patient: String, _ recipient: JSONValue, domains: [String], type: String = "permit",
        purposes: [String] = ["TREAT"]
    ) -> JSONValue {
        [
            "resourceType": "Consent", "status": "active",
            "scope": ["text": "privacy"], "category": [["text": "privacy"]],
            "patient": ["reference": .string("Patient/" + patient)],
            "provision": [
                "type": .string(type),
                "actor": [["role": ["text": "reader"], "reference": recipient]],
                "class": .array(
                    domains.map {
                        [
                            "system": "https://kanglian.example/fhir/CodeSystem/domain",
                            "code": .string($0),
                        ]
                    }),
                "purpose": .array(
                    purposes.map {
                        [
                            "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
                            "code": .string($0),
                        ]
                    }),
            ],
        ]
    }

    @Test("another institution's doctor sees nothing, then what a Consent opens, then nothing")
    func life() throws {
        let zone = try FHIRZone(seed: 21, institutions: 2)
        let patient = try zone.patient("孙", identifier: "1")
        let vital = zone.ask(.post, "Observation", observation(patient, "vital-signs"))
        let test = zone.ask(.post, "Observation", observation(patient, "laboratory"))
        let (vitalID, testID) = (
            try #require(vital.resource?["id"]?.stringValue),
            try #require(test.resource?["id"]?.stringValue)
        )
        let guest = zone.doctor(1, at: 0)
        let search = "Observation?_total=accurate"
        #expect(zone.ask(.get, search, as: guest).resource?["total"]?.integerValue == 0)
        #expect(zone.ask(.get, "Observation/\(testID)", as: guest).status == 403)
        #expect(zone.ask(.get, "Observation/\(testID)", as: guest).code == "consent.no-consent")
        let account = FHIRZone.account(zone.doctors[1]).description
        let given = zone.ask(
            .post, "Consent",
            consent(
                patient, ["reference": .string("Practitioner/\(account)")],
                domains: ["laboratory"]))
        #expect(given.status == 201, "\(given.text)")
        #expect(zone.ask(.get, search, as: guest).ids == [testID])
        #expect(zone.ask(.get, "Observation/\(testID)", as: guest).status == 200)
        #expect(zone.ask(.get, "Observation/\(vitalID)", as: guest).status == 403)
        // A chain through what the guest may not see finds nothing.
        #expect(zone.ask(.get, "Observation?patient.name=孙", as: guest).ids == [])
        #expect(zone.ask(.get, "Observation?patient.name=孙").ids.count == 2)
        let listed = zone.ask(.get, "Consent?patient=Patient/\(patient)")
        #expect(listed.ids.count == 1)
        let id = try #require(given.resource?["id"]?.stringValue)
        #expect(zone.ask(.delete, "Consent/\(id)?patient=Patient/\(patient)").status == 204)
        #expect(zone.ask(.get, search, as: guest).resource?["total"]?.integerValue == 0)
        #expect(zone.ask(.get, "Observation/\(testID)", as: guest).code == "consent.revoked")
        let audit = zone.ask(.get, "AuditEvent?patient=Patient/\(patient)&_count=100")
        let outcomes = (audit.resource?["entry"]?.elements ?? []).map {
            $0["resource"]?["outcome"]?.stringValue
        }
        // Allowed and refused reads of the guest, and the own ones.
        #expect(outcomes.contains("4") && outcomes.contains("0"))
    }

    @Test("nobody but the resident's host sees or gives consents")
    func strangers() throws {
        let zone = try FHIRZone(seed: 22, institutions: 2)
        let patient = try zone.patient("周", identifier: "1")
        let doctor = zone.doctor(0)
        #expect(zone.ask(.get, "Consent?patient=Patient/\(patient)", as: doctor).status == 403)
        let account = FHIRZone.account(zone.doctors[0]).description
        let own = zone.ask(
            .post, "Consent",
            consent(
                patient, ["reference": .string("Practitioner/\(account)")], domains: ["medical"]),
            as: doctor)
        #expect(own.status == 403)
        #expect(zone.ask(.get, "AuditEvent?patient=Patient/\(patient)", as: doctor).status == 403)
    }

    @Test("a deny hides the records from the doctors of the institution that wrote them")
    func deny() throws {
        let zone = try FHIRZone(seed: 23)
        let patient = try zone.patient("吴", identifier: "1")
        _ = zone.ask(.post, "Observation", observation(patient, "laboratory"))
        let doctor = zone.doctor(0)
        #expect(zone.ask(.get, "Observation", as: doctor).ids.count == 1)
        forbidLaboratory(patient, zone)
        #expect(zone.ask(.get, "Observation", as: doctor).ids == [])
        #expect(zone.ask(.get, "Patient", as: doctor).ids == [patient])
    }

    @Test("a consent of one read is used up by one search, whatever the search shows")
    func limited() throws {
        let zone = try FHIRZone(seed: 24, institutions: 2)
        let patient = try zone.patient("郑", identifier: "1")
        // More than one audit event names.
        for _ in 0..<70 { _ = zone.ask(.post, "Observation", observation(patient, "laboratory")) }
        var wish = consent(
            patient,
            ["reference": .string("Practitioner/\(FHIRZone.account(zone.doctors[1]))")],
            domains: ["laboratory"])
        wish["extension"] = [
            [
                "url": "https://kanglian.example/fhir/StructureDefinition/read-limit",
                "valueUnsignedInt": 1,
            ]
        ]
        #expect(zone.ask(.post, "Consent", wish).status == 201)
        let guest = zone.doctor(1, at: 0)
        #expect(zone.ask(.get, "Observation?_count=100", as: guest).ids.count == 70)
        #expect(zone.ask(.get, "Observation", as: guest).ids == [])
    }

    /// The resident forbids the first doctor to read laboratory records.
    private func forbidLaboratory(_ patient: String, _ zone: FHIRZone) {
        let account = FHIRZone.account(zone.doctors[0]).description
        let denied = zone.ask(
            .post, "Consent",
            consent(
                patient, ["reference": .string("Practitioner/\(account)")],
                domains: ["laboratory"], type: "deny"))
        #expect(denied.status == 201)
    }

    @Test("a patch shows nothing to whom the resident forbids to read")
    func deniedPatch() throws {
        let zone = try FHIRZone(seed: 26)
        let patient = try zone.patient("楚", identifier: "1")
        let created = zone.ask(.post, "Observation", observation(patient, "laboratory"))
        let id = try #require(created.resource?["id"]?.stringValue)
        forbidLaboratory(patient, zone)
        let answer = zone.ask(
            .patch, "Observation/\(id)",
            [["op": "replace", "path": "/status", "value": "amended"]],
            headers: ["content-type": "application/json-patch+json"], as: zone.doctor(0))
        #expect(answer.status == 403 && answer.code == "consent.deny")
        #expect(zone.ask(.get, "Observation/\(id)").resource?["status"] == "final")
    }

    @Test("what is included needs the token's scope too")
    func includedScopes() throws {
        let zone = try FHIRZone(seed: 27)
        let patient = try zone.patient("何", identifier: "1")
        _ = zone.ask(.post, "Observation", observation(patient, "exam"))
        let url = "Observation?_include=Observation:patient"
        let reader = Caller(
            account: FHIRZone.account(zone.institutions[0]), isStaff: true, purpose: .treatment,
            scopes: ScopeSet("system/Observation.rs"))
        #expect(zone.ask(.get, url).ids.count == 2)
        #expect(zone.ask(.get, url, as: reader).ids.count == 1)
        #expect(zone.ask(.get, "Patient/\(patient)/Consent", as: reader).status == 403)
    }

    @Test("scopes limit what a token does")
    func scopes() throws {
        let zone = try FHIRZone(seed: 25)
        let patient = try zone.patient("冯", identifier: "1")
        let reader = Caller(
            account: FHIRZone.account(zone.institutions[0]), isStaff: true, purpose: .treatment,
            scopes: ScopeSet("system/Observation.rs"))
        #expect(zone.ask(.get, "Observation", as: reader).status == 200)
        #expect(zone.ask(.get, "Patient/\(patient)", as: reader).status == 403)
        #expect(
            zone.ask(.post, "Observation", observation(patient, "exam"), as: reader).status == 403)
    }
}
