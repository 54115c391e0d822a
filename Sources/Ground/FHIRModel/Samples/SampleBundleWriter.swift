import Base
import Encoding

/// One visit, to which findings refer.
struct SampleEncounter {
    let url: String
    let date: CivilDate
    let reason: String
    let label: String?
    /// Minutes after midnight at which the visit began.
    let minute: Int

    /// A moment of the visit in China's time zone.
    func time(after minutes: Int) -> JSONValue {
        let total = minute + minutes
        func pad(_ value: Int) -> String { (value < 10 ? "0" : "") + String(value) }
        return "\(date.iso)T\(pad(total / 60)):\(pad(total % 60)):00+08:00"
    }
}

/// Collects a sample resident's resources as entries of one transaction.
struct SampleBundleWriter {
    let person: SamplePerson
    let patientURL: String
    let hospitalURL: String
    let doctorURL: String
    private var entries: [JSONValue] = []

    init(person: SamplePerson, dice: inout SampleDice) {
        self.person = person
        patientURL = "urn:uuid:\(dice.uuid())"
        hospitalURL = "urn:uuid:\(dice.uuid())"
        doctorURL = "urn:uuid:\(dice.uuid())"
    }

    /// Resources so far.
    var count: Int { entries.count }

    var bundle: JSONValue {
        ["resourceType": "Bundle", "type": "transaction", "entry": .array(entries)]
    }

    /// Adds a resource and returns its `fullUrl`.
    ///
    /// - Parameters:
    ///   - type: The resource type.
    ///   - url: The entry's `fullUrl`.
    ///   - label: A security label beside HTEST.
    ///   - domain: The domain to tag when type and category do not tell it.
    ///   - search: A search that finds the resource when it is there already.
    ///   - members: What follows `resourceType` and `meta`.
    /// - Returns: The entry's `fullUrl`.
    @discardableResult
    mutating func add(
        _ type: String, url: String, label: String? = nil, domain: Domain? = nil,
        search: String? = nil, _ members: JSONValue
    ) -> String {
        let test: JSONValue = [
            "system": .string(CodeSystem.actReason), "code": "HTEST", "display": "test health data",
        ]
        var security = [test]
        if let label {
            security.append(["system": .string(CodeSystem.actCode), "code": .string(label)])
            security.append([
                "system": .string(CodeSystem.confidentiality), "code": "R", "display": "restricted",
            ])
        }
        var tags = [test]
        if let domain {
            tags.append(["system": .string(CodeSystem.domain), "code": .string(domain.code)])
        }
        let meta: JSONValue = ["security": .array(security), "tag": .array(tags)]
        let head = [JSONMember("resourceType", .string(type)), JSONMember("meta", meta)]
        var request: JSONValue = ["method": "POST", "url": .string(type)]
        if let search { request["ifNoneExist"] = .string(search) }
        entries.append([
            "fullUrl": .string(url), "resource": .object(head + members.members),
            "request": request,
        ])
        return url
    }

    // MARK: Parts of resources

    func reference(_ url: String, _ display: String? = nil) -> JSONValue {
        var value: JSONValue = ["reference": .string(url)]
        if let display { value["display"] = .string(display) }
        return value
    }

    var patient: JSONValue { reference(patientURL) }

    func concept(_ system: String, _ code: String, _ display: String, text: String? = nil)
        -> JSONValue
    {
        let coding: JSONValue = [
            "system": .string(system), "code": .string(code), "display": .string(display),
        ]
        return ["coding": [coding], "text": .string(text ?? display)]
    }

    func status(_ system: String, _ code: String) -> JSONValue {
        [
            "coding": [
                [
                    "system": .string("http://terminology.hl7.org/CodeSystem/\(system)"),
                    "code": .string(code),
                ]
            ]
        ]
    }

    func quantity(_ value: SampleDecimal, _ unit: String, _ ucum: String) -> JSONValue {
        [
            "value": .number(value.text), "unit": .string(unit), "system": .string(CodeSystem.ucum),
            "code": .string(ucum),
        ]
    }
}
