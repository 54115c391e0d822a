import Base
import Encoding
import FHIRModel
import FHIRServer
import HTTPServer
import Ledger

/// Subscriptions in a ``FHIRZone`` whose deliveries are made when a test says so.
extension FHIRZone {
    /// Settings that allow what is under the origins; nobody delivers but ``settle(_:)``.
    static func hooks(_ origins: String..., attempts: Int = 4) throws -> HookSettings {
        var settings = try HookSettings(parsing: origins.joined(separator: ","))
        settings.threads = 0
        settings.attempts = attempts
        settings.firstDelaySeconds = 10
        return settings
    }

    static func subscription(
        _ criteria: String, to url: String, payload: String? = "application/fhir+json",
        status: String = "requested", header: String? = nil
    ) -> JSONValue {
        var channel: JSONValue = ["type": "rest-hook", "endpoint": .string(url)]
        if let payload { channel["payload"] = .string(payload) }
        if let header { channel["header"] = [.string(header)] }
        return [
            "resourceType": "Subscription", "status": .string(status), "reason": "test",
            "criteria": .string(criteria), "channel": channel,
        ]
    }

    static func observation(_ patient: String, code: String = "8867-4", value: String = "1")
        -> JSONValue
    {
        [
            "resourceType": "Observation", "status": "final",
            "code": ["coding": [["system": "http://loinc.org", "code": .string(code)]]],
            "category": [
                [
                    "coding": [
                        [
                            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                            "code": "laboratory",
                        ]
                    ]
                ]
            ],
            "subject": ["reference": .string("Patient/" + patient)],
            "valueQuantity": ["value": .number(value)],
        ]
    }

    /// A consent of a patient for a doctor's account, to laboratory records.
    static func consent(_ patient: String, for account: AccountID) -> JSONValue {
        [
            "resourceType": "Consent", "status": "active",
            "scope": ["text": "privacy"], "category": [["text": "privacy"]],
            "patient": ["reference": .string("Patient/" + patient)],
            "provision": [
                "type": "permit",
                "actor": [
                    [
                        "role": ["text": "reader"],
                        "reference": ["reference": .string("Practitioner/\(account)")],
                    ]
                ],
                "class": [
                    [
                        "system": "https://kanglian.example/fhir/CodeSystem/domain",
                        "code": "laboratory",
                    ]
                ],
                "purpose": [
                    [
                        "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
                        "code": "TREAT",
                    ]
                ],
            ],
        ]
    }

    /// Makes a subscription and returns its id.
    func subscribe(_ subscription: JSONValue, as caller: Caller? = nil) throws -> String {
        let answer = ask(.post, "Subscription", subscription, as: caller)
        guard answer.status == 201, let id = answer.resource?["id"]?.stringValue else {
            throw Refusal("test.subscription", "\(answer.status) \(answer.text)", "")
        }
        return id
    }

    /// Creates an Observation and returns its id.
    func observe(_ patient: String, code: String = "8867-4", value: String = "1") throws -> String {
        let answer = ask(
            .post, "Observation", Self.observation(patient, code: code, value: value))
        guard answer.status == 201, let id = answer.resource?["id"]?.stringValue else {
            throw Refusal("test.observation", "\(answer.status) \(answer.text)", "")
        }
        return id
    }

    /// Delivers what is due.
    func settle(_ host: FHIRHost? = nil) {
        let host = host ?? hosts[0]
        host.service.subscriptions?.settle(for: host.service)
    }

    /// The status of a subscription, as its owner sees it.
    func status(_ id: String, as caller: Caller? = nil) -> String? {
        ask(.get, "Subscription/\(id)", as: caller).resource?["status"]?.stringValue
    }
}
