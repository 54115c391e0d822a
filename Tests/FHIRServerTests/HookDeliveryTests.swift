import Base
import Encoding
import FHIRSearch
import FHIRServer
import HTTPServer
import Testing

/// What goes out, in which order, how often.
@Suite("Notifications of subscriptions")
struct HookDeliveryTests {
    @Test("each version that matches goes out once and in order, as it is read")
    func order() throws {
        let place = try HookPlace()
        let zone = try FHIRZone(seed: 121, hooks: try FHIRZone.hooks(place.origin))
        let patient = try zone.patient("王", identifier: "1")
        _ = try zone.observe(patient)
        _ = try zone.subscribe(
            FHIRZone.subscription(
                "Observation?code=http://loinc.org|8867-4", to: place.url,
                header: "Authorization: Bearer s"))
        let id = try zone.observe(patient, value: "60.0")
        _ = try zone.observe(patient, code: "other")
        let first = zone.ask(.get, "Observation/\(id)/_history/1").resource
        var changed = FHIRZone.observation(patient, value: "61.50")
        changed["id"] = .string(id)
        #expect(zone.ask(.put, "Observation/\(id)", changed).status == 200)
        zone.settle()
        #expect(zone.ask(.delete, "Observation/\(id)").status == 204)
        zone.settle()
        let url = "/hook/Observation/\(id)"
        #expect(place.receiver.lines == ["PUT \(url)", "PUT \(url)", "DELETE \(url)"])
        let deliveries = place.receiver.deliveries
        #expect(deliveries[0].resource == first)
        #expect(deliveries[0].contentType == "application/fhir+json")
        #expect(deliveries.allSatisfy { $0.authorization == "Bearer s" })
        #expect(deliveries[1].resource?["valueQuantity"]?["value"]?.numberText == "61.50")
        #expect(deliveries[2].body == [])
        zone.clock.advance(seconds: 3600)
        zone.settle()
        #expect(place.receiver.deliveries.count == 3)
    }

    @Test("transactions and loads are told of too, and chains are followed")
    func sources() throws {
        let place = try HookPlace()
        let zone = try FHIRZone(seed: 122, hooks: try FHIRZone.hooks(place.origin))
        let (li, wang) = (
            try zone.patient("李", identifier: "1"), try zone.patient("王", identifier: "2")
        )
        _ = try zone.subscribe(
            FHIRZone.subscription("Observation?patient.identifier=urn:test|1", to: place.url))
        let bundle: JSONValue = [
            "resourceType": "Bundle", "type": "transaction",
            "entry": .array(
                [(li, "a"), (wang, "b"), (li, "c")].map { patient, id in
                    var resource = FHIRZone.observation(patient)
                    resource["id"] = .string(id)
                    return [
                        "resource": resource,
                        "request": ["method": "PUT", "url": .string("Observation/\(id)")],
                    ]
                }),
        ]
        #expect(zone.ask(.post, "", bundle).status == 200)
        zone.settle()
        #expect(place.receiver.lines == ["PUT /hook/Observation/a", "PUT /hook/Observation/c"])
    }

    @Test("an empty payload is an empty POST that names nothing")
    func ping() throws {
        let place = try HookPlace()
        let zone = try FHIRZone(seed: 123, hooks: try FHIRZone.hooks(place.origin))
        let patient = try zone.patient("张", identifier: "1")
        _ = try zone.subscribe(
            FHIRZone.subscription("Observation", to: place.url, payload: nil))
        _ = try zone.observe(patient)
        zone.settle()
        #expect(place.receiver.lines == ["POST /hook"])
        #expect(place.receiver.deliveries.first?.body == [])
    }

    @Test("an endpoint that fails gets the same again, and nothing overtakes it")
    func retries() throws {
        let place = try HookPlace()
        let zone = try FHIRZone(seed: 124, hooks: try FHIRZone.hooks(place.origin))
        let patient = try zone.patient("赵", identifier: "1")
        let subscription = try zone.subscribe(FHIRZone.subscription("Observation", to: place.url))
        place.receiver.answer([HTTPResponse(status: 503), HTTPResponse(status: 302)])
        let (first, second) = (try zone.observe(patient), try zone.observe(patient))
        zone.settle()
        // Signs of other writes do not shorten the pause.
        _ = try zone.observe(patient, code: "x")
        zone.settle()
        #expect(place.receiver.deliveries.count == 1)
        zone.clock.advance(seconds: 10)
        zone.settle()
        zone.clock.advance(seconds: 10)
        zone.settle()
        #expect(place.receiver.deliveries.count == 2, "the second pause is twice as long")
        zone.clock.advance(seconds: 10)
        zone.settle()
        let names = place.receiver.lines.prefix(4).map { $0.split(separator: "/").last ?? "" }
        #expect(names.map(String.init) == [first, first, first, second])
        #expect(place.receiver.deliveries.count == 5)
        #expect(zone.status(subscription) == "active")
    }

    @Test("a redirect is a failure, not followed")
    func redirect() throws {
        let (place, other) = (try HookPlace(), try HookPlace())
        let zone = try FHIRZone(seed: 125, hooks: try FHIRZone.hooks(place.origin, other.origin))
        let patient = try zone.patient("钱", identifier: "1")
        _ = try zone.subscribe(FHIRZone.subscription("Observation", to: place.url))
        place.receiver.answer([
            HTTPResponse(status: 307, headers: ["location": other.url])
        ])
        _ = try zone.observe(patient)
        zone.settle()
        #expect(place.receiver.deliveries.count == 1 && other.receiver.deliveries.isEmpty)
    }

    @Test("a dead endpoint ends in error, which says why; mended, it gets what was missed")
    func error() throws {
        let (dead, ill) = (try HookPlace(), try HookPlace())
        let zone = try FHIRZone(
            seed: 126, hooks: try FHIRZone.hooks(dead.origin, ill.origin, attempts: 3))
        let patient = try zone.patient("孙", identifier: "1")
        let gone = try zone.subscribe(FHIRZone.subscription("Observation", to: dead.url))
        let mended = try zone.subscribe(FHIRZone.subscription("Observation", to: ill.url))
        dead.close()
        ill.receiver.answerAlways(HTTPResponse(status: 500))
        let (first, second) = (try zone.observe(patient), try zone.observe(patient))
        for _ in 0..<3 {
            #expect(zone.status(gone) == "active")
            zone.settle()
            zone.clock.advance(seconds: 3600)
        }
        #expect(zone.status(gone) == "error" && zone.status(mended) == "error")
        let text = zone.ask(.get, "Subscription/\(gone)").resource?["error"]?.stringValue
        #expect(text?.contains("nobody listened there") == true)
        var resource = try #require(zone.ask(.get, "Subscription/\(mended)").resource)
        #expect(resource["error"]?.stringValue?.contains("500") == true)
        ill.receiver.answerAlways(HTTPResponse(status: 204))
        resource["status"] = "requested"
        let answer = zone.ask(.put, "Subscription/\(mended)", resource)
        #expect(answer.status == 200 && answer.resource?["error"] == nil)
        zone.settle()
        #expect(
            ill.receiver.lines.suffix(2)
                == ["PUT /hook/Observation/\(first)", "PUT /hook/Observation/\(second)"])
        #expect(ill.receiver.deliveries.count == 5)
    }

    @Test("an end that is reached turns it off; what was off starts anew")
    func end() throws {
        let place = try HookPlace()
        let zone = try FHIRZone(seed: 127, hooks: try FHIRZone.hooks(place.origin))
        let patient = try zone.patient("李", identifier: "1")
        var wish = FHIRZone.subscription("Observation", to: place.url)
        wish["end"] = .string(zone.clock.now.advanced(bySeconds: 60).rfc3339)
        let id = try zone.subscribe(wish)
        zone.clock.advance(seconds: 61)
        _ = try zone.observe(patient)
        zone.settle()
        #expect(zone.status(id) == "off" && place.receiver.deliveries.isEmpty)
        var resource = try #require(zone.ask(.get, "Subscription/\(id)").resource)
        resource["end"] = nil
        resource["status"] = "requested"
        #expect(zone.ask(.put, "Subscription/\(id)", resource).status == 200)
        zone.settle()
        #expect(place.receiver.deliveries.isEmpty)
        let later = try zone.observe(patient)
        zone.settle()
        #expect(place.receiver.lines == ["PUT /hook/Observation/\(later)"])
    }

    @Test("an endpoint that does not answer holds up nobody else")
    func slow() throws {
        let (slow, quick) = (try HookPlace(), try HookPlace())
        var settings = try FHIRZone.hooks(slow.origin, quick.origin)
        settings.threads = 3
        let zone = try FHIRZone(seed: 128, hooks: settings)
        defer { slow.receiver.release() }
        let patient = try zone.patient("周", identifier: "1")
        slow.receiver.hold()
        for _ in 0..<4 {
            _ = try zone.subscribe(FHIRZone.subscription("Observation", to: slow.url))
        }
        _ = try zone.subscribe(FHIRZone.subscription("Observation", to: quick.url))
        let id = try zone.observe(patient)
        slow.receiver.wait(for: 2)
        quick.receiver.wait(for: 1)
        #expect(quick.receiver.lines == ["PUT /hook/Observation/\(id)"])
        #expect(zone.ask(.get, "Observation/\(id)").status == 200)
        #expect(slow.receiver.deliveries.count == 2)
    }
}
