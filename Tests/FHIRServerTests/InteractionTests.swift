import Encoding
import FHIRServer
import HTTPServer
import Testing

/// Create, read, update, patch, delete and history of one resource.
@Suite("FHIR interactions")
struct InteractionTests {
    private func observation(_ patient: String, _ value: String) -> JSONValue {
        [
            "resourceType": "Observation", "status": "final",
            "code": ["coding": [["system": "http://loinc.org", "code": "8867-4"]]],
            "subject": ["reference": .string("Patient/" + patient)],
            "valueQuantity": ["value": .number(value), "unit": "/min"],
        ]
    }

    @Test("a resource is created, read with its decimals, updated, deleted, and its history kept")
    func life() throws {
        let zone = try FHIRZone(seed: 1)
        let patient = try zone.patient("王", identifier: "1")
        let created = zone.ask(.post, "Observation", observation(patient, "60.0"))
        #expect(created.status == 201)
        #expect(created.header("etag") == "W/\"1\"")
        let id = try #require(created.resource?["id"]?.stringValue)
        #expect(
            created.header("location") == "http://fhir.example/fhir/Observation/\(id)/_history/1")
        let read = zone.ask(.get, "Observation/\(id)")
        #expect(read.status == 200)
        #expect(read.resource?["valueQuantity"]?["value"]?.numberText == "60.0")
        #expect(read.resource?["meta"]?["versionId"]?.stringValue == "1")
        var changed = observation(patient, "61.50")
        changed["id"] = .string(id)
        let stale = zone.ask(
            .put, "Observation/\(id)", changed, headers: ["if-match": "W/\"7\""])
        #expect(stale.status == 412)
        let updated = zone.ask(
            .put, "Observation/\(id)", changed, headers: ["if-match": "W/\"1\""])
        #expect(updated.status == 200)
        #expect(updated.header("etag") == "W/\"2\"")
        let first = zone.ask(.get, "Observation/\(id)/_history/1")
        #expect(first.resource?["valueQuantity"]?["value"]?.numberText == "60.0")
        #expect(zone.ask(.delete, "Observation/\(id)").status == 204)
        #expect(zone.ask(.get, "Observation/\(id)").status == 410)
        let history = zone.ask(.get, "Observation/\(id)/_history")
        #expect(history.resource?["total"]?.integerValue == 3)
        let methods = (history.resource?["entry"]?.elements ?? []).map {
            $0["request"]?["method"]?.stringValue
        }
        #expect(methods == ["DELETE", "PUT", "POST"])
        #expect(zone.ask(.put, "Observation/\(id)", changed).status == 201)
        #expect(zone.ask(.get, "Observation/\(id)").resource?["meta"]?["versionId"] == "4")
    }

    @Test("a JSON Patch changes what it names, and a failed test changes nothing")
    func patch() throws {
        let zone = try FHIRZone(seed: 2)
        let patient = try zone.patient("李", identifier: "1")
        let headers: HTTPHeaders = ["content-type": "application/json-patch+json"]
        let patched = zone.ask(
            .patch, "Patient/\(patient)",
            [["op": "add", "path": "/birthDate", "value": "1980-02-03"]],
            headers: headers)
        #expect(patched.status == 200)
        #expect(patched.resource?["birthDate"] == "1980-02-03")
        let failed = zone.ask(
            .patch, "Patient/\(patient)",
            [
                ["op": "remove", "path": "/birthDate"],
                ["op": "test", "path": "/gender", "value": "male"],
            ], headers: headers)
        #expect(failed.status == 422)
        #expect(zone.ask(.get, "Patient/\(patient)").resource?["birthDate"] == "1980-02-03")
    }

    @Test("erasure destroys every version, and the id can be used again")
    func erasure() throws {
        let zone = try FHIRZone(seed: 3, policy: .erasure)
        let patient = try zone.patient("张", identifier: "1")
        let created = zone.ask(.post, "Observation", observation(patient, "1"))
        let id = try #require(created.resource?["id"]?.stringValue)
        #expect(zone.ask(.delete, "Observation/\(id)").status == 204)
        let read = zone.ask(.get, "Observation/\(id)")
        #expect(read.status == 403 || read.status == 410)
        #expect(zone.ask(.get, "Observation?_id=\(id)").ids == [])
    }

    @Test("what is not there, of no type, without a body or about nobody is refused")
    func refusals() throws {
        let zone = try FHIRZone(seed: 4)
        #expect(zone.ask(.get, "Observation/none").status == 404)
        #expect(zone.ask(.get, "Nonsense/1").status == 404)
        #expect(zone.ask(.post, "Observation").status == 400)
        #expect(zone.ask(.post, "Observation", ["resourceType": "Patient"]).status == 400)
        #expect(zone.ask(.post, "Observation", observation("nobody", "1")).status == 422)
        #expect(zone.ask(.get, "Patient/a%b").status == 400)
    }
}
