import Agent
import Base
import Consent
import Encoding
import FHIRModel
import FHIRSearch
import FHIRServer
import HTTPServer
import Ledger
import Node
import Sandbox
import Synchronization
import System
import Testing

/// What was on its way to the chain when the server died.
@Suite("Writes that a crash broke off")
struct RecoveryTests {
    private func condition(_ patient: String, id: String, _ text: String) -> JSONValue {
        [
            "resourceType": "Condition", "id": .string(id), "code": ["text": .string(text)],
            "subject": ["reference": .string("Patient/" + patient)],
        ]
    }

    @Test("a create and an update that reached the chain or not are complete after the next start")
    func completed() throws {
        // 1: the note cannot be written; 2: it is written, the index is not.
        for failing in 1...2 {
            let index = FragileIndex()
            let zone = try FHIRZone(seed: 61) { _ in index }
            let patient = try zone.patient("卫", identifier: "1")
            #expect(
                zone.ask(.put, "Condition/c", condition(patient, id: "c", "first")).status == 201)
            index.fail(atWrite: failing)
            #expect(
                zone.ask(.put, "Condition/c", condition(patient, id: "c", "second")).status == 503)
            index.fail(atWrite: failing)
            #expect(
                zone.ask(.put, "Condition/d", condition(patient, id: "d", "new")).status == 503)
            index.mend()
            let scope = try #require(
                try index.current(ResourceName(type: "Patient", id: patient))?.scope)
            let owner = try #require(RecordKind(scope: scope)).owner
            let before = try versions(of: owner, zone)
            let host = try zone.restartedHost(index: index)
            defer { host.close() }
            #expect(
                try versions(of: owner, zone) == before, "nothing is written to the chain twice")
            let read = { (id: String) -> FHIRAnswer in
                host.service.respond(
                    to: FHIRRequest(method: .get, path: ["Condition", id]), for: zone.system())
            }
            if failing == 1 {
                #expect(read("c").resource?["code"]?["text"] == "first")
                #expect(read("d").status == 404)
            } else {
                #expect(read("c").resource?["code"]?["text"] == "second")
                #expect(read("c").header("etag") == "W/\"2\"")
                #expect(read("d").resource?["code"]?["text"] == "new")
            }
            #expect(try index.notes(startingWith: "pending/", after: nil, limit: 9).isEmpty)
        }
    }

    /// The versions of each of an owner's records on the chain.
    private func versions(of owner: AccountID, _ zone: FHIRZone) throws -> [Hash256: UInt64] {
        let port = NodePort(node: zone.node, account: owner)
        let page = try port.records(of: owner, domain: nil, purpose: .residentRequest, after: nil)
        return Dictionary(uniqueKeysWithValues: page.records.map { ($0.record, $0.versions) })
    }

    @Test("a load is repeated without writing anything twice")
    func loads() throws {
        let zone = try FHIRZone(seed: 62)
        let patient: JSONValue = [
            "resourceType": "Patient", "id": "p",
            "identifier": [["system": "urn:test", "value": "1"]],
        ]
        let documents = [patient] + (0..<100).map { condition("p", id: "c\($0)", "x") }
        let pool = WorkerPool(threads: 1)
        defer { pool.close() }
        func load() throws -> BulkLoader {
            let loader = BulkLoader(service: zone.hosts[0].service, pool: pool)
            for document in documents { try loader.load(document) }
            try loader.finish()
            return loader
        }
        let first = try load()
        #expect(first.count == 101 && first.unchanged == 0)
        let height = zone.node.head.height
        let second = try load()
        #expect(second.count == 0 && second.unchanged == 101)
        #expect(zone.node.head.height == height)
        #expect(zone.ask(.get, "Condition?_summary=count").resource?["total"] == 100)
    }
}
