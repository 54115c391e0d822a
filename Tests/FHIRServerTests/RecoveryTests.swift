import Agent
import Base
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
            let owner = try #require(ScopeLabel(scope)).owner
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

/// An index in memory that fails when it is told to.
private final class FragileIndex: ResourceIndex {
    private let inner = ScanIndex()
    private let left = Mutex<Int?>(nil)

    /// The write of this number from now on, and all behind it, fail.
    func fail(atWrite number: Int) { left.withLock { $0 = number - 1 } }

    func mend() { left.withLock { $0 = nil } }

    func write(_ changes: [IndexChange]) throws(IndexError) {
        let fails = left.withLock { left -> Bool in
            guard let count = left else { return false }
            left = max(0, count - 1)
            return count == 0
        }
        if fails { throw .unavailable("the disk is full") }
        try inner.write(changes)
    }

    func current(_ name: ResourceName) throws(IndexError) -> StoredVersion? {
        try inner.current(name)
    }

    func version(
        _ name: ResourceName, _ number: UInt64
    ) throws(IndexError) -> StoredVersion? { try inner.version(name, number) }

    func history(_ request: HistoryRequest) throws(IndexError) -> HistoryPage {
        try inner.history(request)
    }

    func search(_ request: SearchRequest) throws(IndexError) -> SearchPage {
        try inner.search(request)
    }

    func scopes(startingWith prefix: [UInt8]) throws(IndexError) -> [NumberedScope] {
        try inner.scopes(startingWith: prefix)
    }

    func note(_ key: String) throws(IndexError) -> [UInt8]? { try inner.note(key) }

    func notes(
        startingWith prefix: String, after: String?, limit: Int
    ) throws(IndexError) -> [(key: String, value: [UInt8])] {
        try inner.notes(startingWith: prefix, after: after, limit: limit)
    }
}
