import Base
import Encoding
import FHIRSearch

/// Random resources and searches from a seed: small pools, so that much meets.
struct RandomWorld {
    var generator: SplitMix64

    init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    mutating func pick<Element>(_ list: [Element]) -> Element {
        list[Int(generator.next() % UInt64(list.count))]
    }

    mutating func chance(_ percent: UInt64) -> Bool { generator.next() % 100 < percent }

    static let ids = (0..<25).map { "x\($0)" }
    static let types = ["Patient", "Observation", "Practitioner", "Organization", "Encounter"]
    static let codes = ["a", "b", "c", "A", "a/b", "é"]
    static let systems = ["urn:s", "urn:t", "http://loinc.org"]
    static let words = ["Anna", "ann", "Änne", "王明", "王", "Bo", "bob%", "x_y", "Zoë", "an na"]
    static let dates = [
        "2019", "2020", "2020-02", "2020-02-29", "2020-02-29T10:00:00Z",
        "2020-03-01T00:30:00+01:00",
        "2021-12-31T23:59:59.999Z", "2020-03",
    ]
    static let decimals = ["1", "1.0", "0.5", "2", "10", "100", "-3", "1.05", "1000"]
    static let units = ["mg", "g", "kg", "mmol/L"]
    static let genders = ["male", "female", "other"]

    // MARK: Resources

    mutating func reference(_ types: [String]) -> JSONValue {
        let name = "\(pick(types))/\(pick(Self.ids))"
        let form = generator.next() % 12
        return switch form {
        case 0: ["reference": .string("https://here.example/fhir/" + name)]
        case 1: ["reference": .string("https://there.example/" + name)]
        case 2: ["reference": .string(name + "/_history/2")]
        case 3:
            [
                "identifier": [
                    "system": .string(pick(Self.systems)), "value": .string(pick(Self.codes)),
                ]
            ]
        case 4: ["reference": .string("urn:uuid:" + pick(Self.ids))]
        default: ["reference": .string(name)]
        }
    }

    mutating func concept() -> JSONValue {
        var coding: JSONValue = ["code": .string(pick(Self.codes))]
        if chance(70) { coding["system"] = .string(pick(Self.systems)) }
        if chance(40) { coding["display"] = .string(pick(Self.words)) }
        var concept: JSONValue = ["coding": [coding]]
        if chance(30) { concept["text"] = .string(pick(Self.words)) }
        return concept
    }

    mutating func quantity() -> JSONValue {
        var quantity: JSONValue = ["value": .number(pick(Self.decimals))]
        let unit = pick(Self.units)
        if chance(80) {
            quantity["unit"] = .string(unit)
            quantity["code"] = .string(unit)
        }
        if chance(70) { quantity["system"] = "http://unitsofmeasure.org" }
        if chance(10) { quantity["comparator"] = .string(pick(["<", ">"])) }
        return quantity
    }

    mutating func resource() -> JSONValue {
        let type = pick(Self.types)
        var resource: JSONValue = ["resourceType": .string(type), "id": .string(pick(Self.ids))]
        if chance(20) {
            resource["meta"] = ["tag": [["system": "urn:s", "code": .string(pick(Self.codes))]]]
        }
        switch type {
        case "Patient":
            if chance(80) { resource["gender"] = .string(pick(Self.genders)) }
            if chance(80) { resource["birthDate"] = .string(String(pick(Self.dates).prefix(10))) }
            if chance(80) {
                resource["name"] = [
                    ["family": .string(pick(Self.words)), "given": [.string(pick(Self.words))]]
                ]
            }
            if chance(50) { resource["managingOrganization"] = reference(["Organization"]) }
            if chance(50) { resource["generalPractitioner"] = [reference(["Practitioner"])] }
        case "Observation":
            resource["status"] = .string(pick(["final", "amended"]))
            resource["code"] = concept()
            if chance(80) { resource["subject"] = reference(["Patient", "Practitioner"]) }
            if chance(50) { resource["encounter"] = reference(["Encounter"]) }
            if chance(50) { resource["performer"] = [reference(["Practitioner", "Patient"])] }
            if chance(40) {
                resource["effectiveDateTime"] = .string(pick(Self.dates))
            } else if chance(60) {
                resource["effectivePeriod"] = ["start": .string(pick(Self.dates))]
            }
            if chance(60) { resource["valueQuantity"] = quantity() }
            resource["component"] = .array(
                (0..<Int(generator.next() % 3)).map { _ in
                    ["code": concept(), "valueQuantity": quantity()]
                })
        case "Encounter":
            resource["status"] = "finished"
            if chance(80) { resource["subject"] = reference(["Patient"]) }
            if chance(50) { resource["serviceProvider"] = reference(["Organization"]) }
        case "Organization":
            resource["name"] = .string(pick(Self.words))
            if chance(50) { resource["partOf"] = reference(["Organization"]) }
        default:
            resource["name"] = [["family": .string(pick(Self.words))]]
            resource["active"] = .bool(chance(50))
        }
        return resource
    }
}
