import Encoding
import FHIRServer
import HTTPServer
import Ledger
import Node
import System
import Testing

/// Batches and transactions.
@Suite("FHIR bundles")
struct BundleTests {
    private func entry(
        _ method: String, _ url: String, _ resource: JSONValue? = nil, fullURL: String? = nil,
        _ more: [(String, JSONValue)] = []
    ) -> JSONValue {
        var request: JSONValue = ["method": .string(method), "url": .string(url)]
        for (name, value) in more { request[name] = value }
        var entry: JSONValue = ["request": request]
        if let fullURL { entry["fullUrl"] = .string(fullURL) }
        if let resource { entry["resource"] = resource }
        return entry
    }

    private func bundle(_ type: String, _ entries: [JSONValue]) -> JSONValue {
        ["resourceType": "Bundle", "type": .string(type), "entry": .array(entries)]
    }

    private let patient: JSONValue = [
        "resourceType": "Patient", "identifier": [["system": "urn:test", "value": "7"]],
        "name": [["family": "赵"]],
    ]

    private func condition(_ subject: String) -> JSONValue {
        [
            "resourceType": "Condition", "code": ["text": "x"],
            "subject": ["reference": .string(subject)],
        ]
    }

    @Test("references between entries are rewritten, and reads come last")
    func references() throws {
        let zone = try FHIRZone(seed: 11)
        let answer = zone.ask(
            .post, "",
            bundle(
                "transaction",
                [
                    entry("GET", "Condition"),
                    entry("POST", "Condition", condition("urn:uuid:p"), fullURL: "urn:uuid:c"),
                    entry("POST", "Patient", patient, fullURL: "urn:uuid:p"),
                ]))
        #expect(answer.status == 200, "\(answer.text)")
        let entries = answer.resource?["entry"]?.elements ?? []
        #expect(entries.count == 3)
        #expect(entries[1]["response"]?["status"] == "201 Created")
        let id = try #require(entries[2]["resource"]?["id"]?.stringValue)
        #expect(
            entries[1]["resource"]?["subject"]?["reference"]?.stringValue == "Patient/" + id)
        #expect(entries[0]["resource"]?["entry"]?.elements.count == 1)
    }

    @Test("one bad entry, and nothing is written")
    func allOrNothing() throws {
        let zone = try FHIRZone(seed: 12)
        let height = zone.node.head.height
        let answer = zone.ask(
            .post, "",
            bundle(
                "transaction",
                [
                    entry("POST", "Patient", patient, fullURL: "urn:uuid:p"),
                    entry("PUT", "Condition/1", condition("Patient/nobody")),
                ]))
        #expect(answer.status >= 400)
        #expect(zone.ask(.get, "Patient").ids == [])
        #expect(zone.ask(.get, "Condition").ids == [])
        // Nor was anybody enrolled.
        #expect(zone.node.head.height == height)
    }

    @Test(
        "what is no record is not written as one: it has interactions of its own",
        arguments: ["Consent", "AuditEvent", "Subscription"])
    func noRecords(type: String) throws {
        let zone = try FHIRZone(seed: 14)
        let resource: JSONValue = ["resourceType": .string(type), "id": "1", "status": "active"]
        let answer = zone.ask(
            .post, "", bundle("transaction", [entry("PUT", type + "/1", resource)]))
        #expect(answer.status == 422)
        let pool = WorkerPool(threads: 1)
        defer { pool.close() }
        let loader = BulkLoader(service: zone.hosts[0].service, pool: pool)
        #expect(throws: FHIRError.self) { try loader.load(resource) }
    }

    @Test("a conditional create finds what is there, and a conditional reference leads to it")
    func conditions() throws {
        let zone = try FHIRZone(seed: 13)
        let id = try zone.patient("钱", identifier: "7")
        let answer = zone.ask(
            .post, "",
            bundle(
                "transaction",
                [
                    entry(
                        "POST", "Patient", patient, fullURL: "urn:uuid:p",
                        [("ifNoneExist", "identifier=urn:test|7")]),
                    entry("POST", "Condition", condition("urn:uuid:p")),
                    entry("POST", "Condition", condition("Patient?identifier=urn:test|7")),
                ]))
        #expect(answer.status == 200, "\(answer.text)")
        let entries = answer.resource?["entry"]?.elements ?? []
        #expect(entries[0]["response"]?["status"] == "200 OK")
        for entry in entries.dropFirst() {
            #expect(
                entry["resource"]?["subject"]?["reference"]?.stringValue == "Patient/" + id)
        }
        let missing = zone.ask(
            .post, "",
            bundle(
                "transaction",
                [entry("POST", "Condition", condition("Patient?identifier=urn:test|8"))]))
        #expect(missing.status == 412)
    }

    @Test("entries of a batch stand for themselves")
    func batch() throws {
        let zone = try FHIRZone(seed: 14)
        let answer = zone.ask(
            .post, "",
            bundle(
                "batch",
                [
                    entry("POST", "Patient", patient), entry("GET", "Patient/none"),
                    entry("GET", "Patient?name=赵"),
                ]))
        let entries = answer.resource?["entry"]?.elements ?? []
        let statuses = entries.map { $0["response"]?["status"]?.stringValue }
        #expect(statuses == ["201 Created", "404", "200 OK"])
        #expect(entries[2]["resource"]?["entry"]?.elements.count == 1)
    }

    @Test("more entries than one chain transaction takes are all there")
    func large() throws {
        let zone = try FHIRZone(seed: 15)
        let conditions = (0..<150).map { index in
            entry(
                "PUT", "Condition/c\(index)",
                {
                    var resource = condition("urn:uuid:p")
                    resource["id"] = .string("c\(index)")
                    return resource
                }())
        }
        let answer = zone.ask(
            .post, "",
            bundle(
                "transaction",
                [entry("POST", "Patient", patient, fullURL: "urn:uuid:p")] + conditions))
        #expect(answer.status == 200, "\(answer.text.prefix(500))")
        let found = zone.ask(.get, "Condition?_count=200&_total=accurate")
        #expect(found.resource?["total"]?.integerValue == 150)
    }
}
