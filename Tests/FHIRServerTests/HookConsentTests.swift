import Base
import Encoding
import FHIRModel
import FHIRServer
import HTTPServer
import Ledger
import Testing

/// What a subscriber is told is decided when it is told, and stands in the audit.
@Suite("Notifications under consent")
struct HookConsentTests {
    private func allowedReads(_ zone: FHIRZone, of patient: String, by reader: AccountID) -> Int {
        let audit = zone.ask(.get, "AuditEvent?patient=Patient/\(patient)&_count=1000")
        return (audit.resource?["entry"]?.elements ?? []).filter { entry in
            let event = entry["resource"]
            return event?["outcome"] == "0"
                && event?["agent"]?[0]?["who"]?["identifier"]?["value"]?.stringValue
                    == reader.description
        }.count
    }

    @Test("nothing goes out before a consent or after its end, and every delivery is on record")
    func consent() throws {
        let place = try HookPlace()
        let zone = try FHIRZone(
            seed: 141, institutions: 2, hooks: try FHIRZone.hooks(place.origin))
        let patient = try zone.patient("孙", identifier: "1")
        let (guest, account) = (zone.doctor(1, at: 0), FHIRZone.account(zone.doctors[1]))
        _ = try zone.subscribe(FHIRZone.subscription("Observation", to: place.url), as: guest)
        _ = try zone.subscribe(
            FHIRZone.subscription("Observation", to: place.url + "/ping", payload: nil), as: guest)
        _ = try zone.observe(patient)
        zone.settle()
        #expect(place.receiver.lines == [])
        let given = zone.ask(.post, "Consent", FHIRZone.consent(patient, for: account))
        let grant = try #require(given.resource?["id"]?.stringValue)
        let id = try zone.observe(patient)
        #expect(allowedReads(zone, of: patient, by: account) == 0)
        zone.settle()
        #expect(
            Set(place.receiver.lines) == ["PUT /hook/Observation/\(id)", "POST /hook/ping"])
        #expect(place.receiver.deliveries.count == 2)
        #expect(allowedReads(zone, of: patient, by: account) == 1, "a ping shows nothing")
        // Withdrawn between the write and the delivery.
        _ = try zone.observe(patient)
        #expect(zone.ask(.delete, "Consent/\(grant)?patient=Patient/\(patient)").status == 204)
        zone.settle()
        zone.clock.advance(seconds: 3600)
        zone.settle()
        #expect(place.receiver.deliveries.count == 2)
        #expect(allowedReads(zone, of: patient, by: account) == 1)
    }

    @Test("a consent that ends between two attempts ends the attempts")
    func retry() throws {
        let place = try HookPlace()
        let zone = try FHIRZone(
            seed: 142, institutions: 2, hooks: try FHIRZone.hooks(place.origin))
        let patient = try zone.patient("周", identifier: "1")
        let (guest, account) = (zone.doctor(1, at: 0), FHIRZone.account(zone.doctors[1]))
        let given = zone.ask(.post, "Consent", FHIRZone.consent(patient, for: account))
        let grant = try #require(given.resource?["id"]?.stringValue)
        let subscription = try zone.subscribe(
            FHIRZone.subscription("Observation", to: place.url), as: guest)
        place.receiver.answer([HTTPResponse(status: 500)])
        _ = try zone.observe(patient)
        zone.settle()
        #expect(place.receiver.deliveries.count == 1)
        #expect(zone.ask(.delete, "Consent/\(grant)?patient=Patient/\(patient)").status == 204)
        zone.clock.advance(seconds: 3600)
        zone.settle()
        #expect(place.receiver.deliveries.count == 1)
        #expect(zone.status(subscription, as: guest) == "active")
    }

    @Test("each attempt is a read on record")
    func attempts() throws {
        let place = try HookPlace()
        let zone = try FHIRZone(seed: 143, hooks: try FHIRZone.hooks(place.origin))
        let patient = try zone.patient("吴", identifier: "1")
        let account = FHIRZone.account(zone.doctors[0])
        _ = try zone.subscribe(
            FHIRZone.subscription("Observation", to: place.url), as: zone.doctor(0))
        place.receiver.answer([HTTPResponse(status: 500)])
        for _ in 0..<3 { _ = try zone.observe(patient) }
        zone.settle()
        zone.clock.advance(seconds: 3600)
        zone.settle()
        #expect(place.receiver.deliveries.count == 4)
        #expect(allowedReads(zone, of: patient, by: account) == 4)
    }

    @Test("a client that the operator took off the list is told of nothing more")
    func unregistered() throws {
        let place = try HookPlace()
        let zone = try FHIRZone(seed: 144, hooks: try FHIRZone.hooks(place.origin))
        let patient = try zone.patient("郑", identifier: "1")
        let account = FHIRZone.account(zone.doctors[0])
        func register(_ scopes: String) {
            zone.hosts[0].tokens.replace(
                ClientRegistry([
                    RegisteredClient(
                        id: "app", account: account, keys: [], scopes: ScopeSet(scopes))
                ]))
        }
        register("system/*.cruds")
        let app = Caller(
            account: account, isStaff: true, purpose: .treatment,
            scopes: ScopeSet("system/Subscription.cruds system/Observation.rs"), client: "app")
        let id = try zone.subscribe(
            FHIRZone.subscription("Observation", to: place.url), as: app)
        _ = try zone.observe(patient)
        zone.settle()
        #expect(place.receiver.deliveries.count == 1)
        zone.hosts[0].tokens.replace(ClientRegistry([]))
        _ = try zone.observe(patient)
        zone.settle()
        #expect(place.receiver.deliveries.count == 1)
        #expect(zone.status(id, as: app) == "error")
    }

    @Test("changes of consents and reads of records are told to the wallet's keeper alone")
    func ledger() throws {
        let place = try HookPlace()
        let zone = try FHIRZone(
            seed: 145, institutions: 2, hooks: try FHIRZone.hooks(place.origin))
        let patient = try zone.patient("冯", identifier: "1")
        let account = FHIRZone.account(zone.doctors[1])
        let observation = try zone.observe(patient)
        _ = zone.ask(.get, "Observation/\(observation)")
        let refused = zone.ask(
            .post, "Subscription",
            FHIRZone.subscription("AuditEvent?patient=Patient/\(patient)", to: place.url),
            as: zone.doctor(0))
        #expect(refused.status == 403)
        _ = try zone.subscribe(
            FHIRZone.subscription("Consent?patient=Patient/\(patient)", to: place.url))
        _ = try zone.subscribe(
            FHIRZone.subscription(
                "AuditEvent?patient=Patient/\(patient)&outcome=4", to: place.url + "/audit"))
        zone.settle()
        #expect(place.receiver.lines == [])
        let given = zone.ask(.post, "Consent", FHIRZone.consent(patient, for: account))
        let grant = try #require(given.resource?["id"]?.stringValue)
        zone.clock.advance(seconds: 10)
        zone.settle()
        #expect(zone.ask(.delete, "Consent/\(grant)?patient=Patient/\(patient)").status == 204)
        _ = zone.ask(.get, "Observation/\(observation)")
        #expect(
            zone.ask(.get, "Observation/\(observation)", as: zone.doctor(1, at: 0)).status == 403)
        zone.clock.advance(seconds: 10)
        zone.settle()
        let consents = place.receiver.deliveries.filter { $0.path == "/hook/Consent/\(grant)" }
        #expect(
            consents.map { $0.resource?["status"]?.stringValue } == ["active", "inactive"])
        let audits = place.receiver.deliveries.filter {
            $0.path.hasPrefix("/hook/audit/AuditEvent/")
        }
        #expect(audits.map { $0.resource?["outcome"]?.stringValue } == ["4"])
        #expect(place.receiver.deliveries.count == 3)
    }
}
