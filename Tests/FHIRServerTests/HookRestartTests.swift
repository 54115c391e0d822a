import Base
import Cryptography
import Encoding
import FHIRSearch
import FHIRServer
import HTTPServer
import IndexSQLite
import Ledger
import System
import Testing

/// What a restart, or the time between, must not lose.
@Suite("Notifications over a restart")
struct HookRestartTests {
    @Test("what failed before and what was loaded while it was down comes after the restart")
    func resumed() throws {
        let place = try HookPlace()
        let folder = try FileSystem.makeTemporaryFolder("hooks")
        defer { try? FileSystem.removeTree(folder) }
        let hooks = try FHIRZone.hooks(place.origin)
        let zone = try FHIRZone(seed: 161, hooks: hooks) { _ in
            try SQLiteIndex(SQLiteSettings(path: folder + "/index.db", key: Hash256.zero))
        }
        let patient = try zone.patient("陈", identifier: "1")
        let id = try zone.subscribe(
            FHIRZone.subscription(
                "Observation?code=8867-4", to: place.url, header: "Authorization: Bearer s"))
        let first = try zone.observe(patient)
        zone.settle()
        place.receiver.answer([HTTPResponse(status: 500)])
        let second = try zone.observe(patient)
        zone.settle()
        zone.hosts[0].close()
        // Without a list of endpoints, as `kanglian fhir load` runs.
        let loading = try zone.restartedHost(index: zone.indexes[0])
        let pool = WorkerPool(threads: 1)
        let loader = BulkLoader(service: loading.service, pool: pool)
        for (name, code) in [("a", "8867-4"), ("b", "other"), ("c", "8867-4")] {
            var resource = FHIRZone.observation(patient, code: code)
            resource["id"] = .string(name)
            try loader.load(resource)
        }
        try loader.finish()
        pool.close()
        loading.close()
        let again = try zone.restartedHost(index: zone.indexes[0], hooks: hooks)
        defer { again.close() }
        zone.settle(again)
        #expect(place.receiver.deliveries.count == 2, "the pause goes on over the restart")
        zone.clock.advance(seconds: 10)
        zone.settle(again)
        let names = place.receiver.lines.map { String($0.split(separator: "/").last ?? "") }
        #expect(names == [first, second, second, "a", "c"])
        #expect(place.receiver.deliveries.last?.authorization == "Bearer s")
        let read = again.service.respond(
            to: FHIRRequest(method: .get, path: ["Subscription", id]), for: zone.system())
        #expect(read.resource?["status"] == "active")
    }

    @Test("a delivery that was not noted before the end is made again, and none is left out")
    func repeated() throws {
        let place = try HookPlace()
        let hooks = try FHIRZone.hooks(place.origin)
        let index = FragileIndex()
        let zone = try FHIRZone(seed: 162, hooks: hooks) { _ in index }
        let patient = try zone.patient("楚", identifier: "1")
        _ = try zone.subscribe(FHIRZone.subscription("Observation", to: place.url))
        let ids = [try zone.observe(patient), try zone.observe(patient)]
        // The endpoint takes the first, but the cursor cannot be written any more.
        index.fail(atWrite: 1)
        zone.settle()
        #expect(place.receiver.deliveries.count == 1)
        zone.hosts[0].close()
        index.mend()
        let again = try zone.restartedHost(index: index, hooks: hooks)
        defer { again.close() }
        zone.settle(again)
        let names = place.receiver.lines.map { String($0.split(separator: "/").last ?? "") }
        #expect(names == [ids[0], ids[0], ids[1]])
    }

    @Test("an endpoint that the operator took off the list gets nothing more")
    func disallowed() throws {
        let (place, other) = (try HookPlace(), try HookPlace())
        let zone = try FHIRZone(seed: 163, hooks: try FHIRZone.hooks(place.origin))
        let patient = try zone.patient("卫", identifier: "1")
        let id = try zone.subscribe(FHIRZone.subscription("Observation", to: place.url))
        _ = try zone.observe(patient)
        zone.hosts[0].close()
        let again = try zone.restartedHost(
            index: zone.indexes[0], hooks: try FHIRZone.hooks(other.origin))
        defer { again.close() }
        zone.settle(again)
        #expect(place.receiver.deliveries.isEmpty)
        let read = again.service.respond(
            to: FHIRRequest(method: .get, path: ["Subscription", id]), for: zone.system())
        #expect(read.resource?["status"] == "error")
    }
}
