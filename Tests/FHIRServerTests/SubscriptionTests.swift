import Base
import Encoding
import FHIRModel
import FHIRSearch
import FHIRServer
import HTTPServer
import IndexSQLite
import Ledger
import System
import Testing

/// Subscriptions as resources: who sees and changes them, and what is refused.
@Suite("Subscriptions")
struct SubscriptionTests {
    private static let endpoint = "https://his.example/fhir/in"

    private func zone(
        seed: UInt64, index: (Int) throws -> any ResourceIndex = { _ in ScanIndex() }
    ) throws -> FHIRZone {
        try FHIRZone(
            seed: seed, institutions: 2, hooks: try FHIRZone.hooks("https://his.example/fhir"),
            index: index)
    }

    private func wish(_ criteria: String = "Observation", header: String? = nil) -> JSONValue {
        FHIRZone.subscription(criteria, to: Self.endpoint, header: header)
    }

    @Test("a subscription is active at once, read, searched, paused, taken up and deleted")
    func life() throws {
        let zone = try zone(seed: 101)
        let created = zone.ask(.post, "Subscription", wish(header: "Authorization: Bearer s"))
        #expect(created.status == 201 && created.header("etag") == "W/\"1\"")
        var resource = try #require(created.resource)
        #expect(resource["status"] == "active")
        #expect(resource["channel"]?["header"] == ["Authorization: Bearer s"])
        let id = try #require(resource["id"]?.stringValue)
        #expect(zone.ask(.get, "Subscription/\(id)").resource == resource)
        #expect(zone.ask(.get, "Subscription?status=active&url=\(Self.endpoint)").ids == [id])
        #expect(zone.ask(.get, "Subscription?status=off").ids == [])
        resource["status"] = "off"
        let stale = zone.ask(
            .put, "Subscription/\(id)", resource, headers: ["if-match": "W/\"9\""])
        #expect(stale.status == 412)
        #expect(zone.ask(.put, "Subscription/\(id)", resource).header("etag") == "W/\"2\"")
        #expect(zone.status(id) == "off")
        resource["status"] = "requested"
        #expect(zone.ask(.put, "Subscription/\(id)", resource).status == 200)
        #expect(zone.status(id) == "active")
        #expect(zone.ask(.delete, "Subscription/\(id)").status == 204)
        #expect(zone.ask(.get, "Subscription/\(id)").status == 404)
    }

    @Test("it is for its owner; the institution sees it without secrets and only ends it")
    func owners() throws {
        let zone = try zone(seed: 102)
        let (doctor, guest) = (zone.doctor(0), zone.doctor(1, at: 0))
        let id = try zone.subscribe(wish(header: "Authorization: Bearer s"), as: guest)
        #expect(zone.ask(.get, "Subscription/\(id)", as: guest).text.contains("Bearer s"))
        #expect(zone.ask(.get, "Subscription/\(id)", as: doctor).status == 404)
        #expect(zone.ask(.get, "Subscription", as: doctor).ids == [])
        #expect(zone.ask(.delete, "Subscription/\(id)", as: doctor).status == 404)
        let own = try #require(zone.ask(.get, "Subscription/\(id)", as: guest).resource)
        #expect(zone.ask(.put, "Subscription/\(id)", own, as: doctor).status == 404)
        // Another program of the same account is another client.
        let other = Caller(
            account: guest.account, isStaff: false, purpose: .treatment, scopes: guest.scopes,
            client: "other")
        #expect(zone.ask(.get, "Subscription/\(id)", as: other).status == 404)
        let seen = zone.ask(.get, "Subscription/\(id)")
        #expect(seen.status == 200 && !seen.text.contains("Bearer"))
        #expect(!zone.ask(.get, "Subscription").text.contains("Bearer"))
        var changed = try #require(seen.resource)
        changed["status"] = "requested"
        let refused = zone.ask(.put, "Subscription/\(id)", changed)
        #expect(refused.status == 403 && refused.code == "fhir.subscription-of-another")
        changed["status"] = "off"
        #expect(zone.ask(.put, "Subscription/\(id)", changed).status == 200)
        #expect(zone.status(id, as: guest) == "off")
        #expect(zone.ask(.get, "Subscription/\(id)", as: guest).text.contains("Bearer s"))
        #expect(zone.ask(.delete, "Subscription/\(id)").status == 204)
    }

    @Test(
        "what is not offered is refused with its place",
        arguments: [
            ("criteria", "Nonsense?x=1", "Subscription.criteria"),
            ("criteria", "Subscription?status=active", "Subscription.criteria"),
            ("criteria", "Observation?nonsense=1", "Subscription.criteria"),
            ("criteria", "Observation?date=yesterday", "Subscription.criteria"),
            ("criteria", "Observation?_include=Observation:patient", "Subscription.criteria"),
            ("criteria", "http://topics.example/admission", "Subscription.criteria"),
            ("criteria", "AuditEvent", "Subscription.criteria"),
            ("type", "websocket", "Subscription.channel.type"),
            ("payload", "application/fhir+xml", "Subscription.channel.payload"),
            ("endpoint", "ftp://his.example/fhir", "Subscription.channel.endpoint"),
            ("endpoint", "http://his.example/fhir", "Subscription.channel.endpoint"),
            ("endpoint", "https://his.example/other", "Subscription.channel.endpoint"),
            ("endpoint", "https://his.example.evil.example/fhir", "Subscription.channel.endpoint"),
            ("endpoint", "https://his.example@evil.example/fhir", "Subscription.channel.endpoint"),
            ("endpoint", "https://his.example/fhir/../admin", "Subscription.channel.endpoint"),
            ("endpoint", "https://169.254.169.254/fhir", "Subscription.channel.endpoint"),
            ("header", "Host: evil.example", "Subscription.channel.header[0]"),
            ("header", "no colon", "Subscription.channel.header[0]"),
            ("header", "A: b\r\nC: d", "Subscription.channel.header[0]"),
            ("end", "2020-01-01T00:00:00Z", "Subscription.end"),
            ("end", "soon", "Subscription.end"),
            ("status", "active", "Subscription.status"),
        ])
    func refusals(_ member: String, _ value: String, _ place: String) throws {
        let zone = try zone(seed: 103)
        var resource = wish()
        switch member {
        case "criteria", "end", "status": resource[member] = .string(value)
        default:
            var channel = try #require(resource["channel"])
            channel[member] = member == "header" ? [.string(value)] : .string(value)
            resource["channel"] = channel
        }
        let answer = zone.ask(.post, "Subscription", resource)
        #expect(answer.status == 422, "\(answer.text)")
        #expect(answer.resource?["issue"]?[0]?["expression"]?[0]?.stringValue == place)
        #expect(zone.ask(.get, "Subscription").ids == [])
    }

    @Test("nobody subscribes to what the token does not cover, nor around the own address")
    func ways() throws {
        let zone = try zone(seed: 104)
        let reader = Caller(
            account: FHIRZone.account(zone.institutions[0]), isStaff: true, purpose: .treatment,
            scopes: ScopeSet("system/Subscription.cruds system/Patient.rs"))
        #expect(zone.ask(.post, "Subscription", wish("Patient"), as: reader).status == 201)
        #expect(zone.ask(.post, "Subscription", wish("Observation"), as: reader).status == 403)
        let emergency = zone.system(purpose: .emergency)
        #expect(zone.ask(.post, "Subscription", wish(), as: emergency).status == 422)
        let bundle: JSONValue = [
            "resourceType": "Bundle", "type": "transaction",
            "entry": [
                [
                    "resource": wish(),
                    "request": ["method": "POST", "url": "Subscription"],
                ]
            ],
        ]
        let answer = zone.ask(.post, "", bundle)
        #expect(answer.status == 422 && answer.code == "fhir.no-record")
        var batch = bundle
        batch["type"] = "batch"
        let entries = zone.ask(.post, "", batch).resource?["entry"]
        #expect(entries?[0]?["response"]?["status"]?.stringValue == "201 Created")
        #expect(zone.ask(.put, "Subscription/mine", wish()).status == 404)
        #expect(zone.ask(.get, "Subscription/mine/_history").status == 404)
        let patched = zone.ask(.patch, "Subscription/mine", [])
        #expect(patched.status == 405)
        #expect(patched.header("allow") == "GET, HEAD, PUT, DELETE")
    }

    @Test("without a list of endpoints there are no subscriptions, and the way there is said")
    func off() throws {
        let zone = try FHIRZone(seed: 105)
        for method in [HTTPMethod.get, .post] {
            let answer = zone.ask(method, "Subscription", method == .post ? wish() : nil)
            #expect(answer.status == 404 && answer.code == "fhir.hooks-off")
            #expect(answer.text.contains("--hooks"))
        }
        #expect(!offers(zone, "Subscription") && offers(zone, "Observation"))
        #expect(offers(try self.zone(seed: 106), "Subscription"))
    }

    private func offers(_ zone: FHIRZone, _ type: String) -> Bool {
        let rest = zone.ask(.get, "metadata").resource?["rest"]?[0]
        return rest?["resource"]?.elements.contains { $0["type"]?.stringValue == type } == true
    }

    @Test("an account has a limited number of them")
    func many() throws {
        let zone = try zone(seed: 107)
        for _ in 0..<32 { _ = try zone.subscribe(wish()) }
        let answer = zone.ask(.post, "Subscription", wish())
        #expect(answer.status == 422 && answer.code == "fhir.subscriptions")
        _ = try zone.subscribe(wish(), as: zone.doctor(0))
    }

    @Test("header fields cannot be read where they are kept")
    func sealed() throws {
        let folder = try FileSystem.makeTemporaryFolder("hooks")
        defer { try? FileSystem.removeTree(folder) }
        let zone = try zone(seed: 108) { place in
            try SQLiteIndex(SQLiteSettings(path: "\(folder)/\(place).db", key: Hash256.zero))
        }
        let id = try zone.subscribe(wish(header: "Authorization: Bearer secret-word"))
        let note = try #require(try zone.indexes[0].note("hook/" + id))
        #expect(String(decoding: note, as: UTF8.self).contains("secret-word"))
        for name in try FileSystem.list(folder) {
            let bytes = try FileSystem.read(folder + "/" + name, limit: 1 << 26)
            #expect(bytes.firstRange(of: Array("secret-word".utf8)) == nil, "\(name)")
        }
    }
}
