import Base
import Consent
import Encoding
import FHIRModel
import FHIRSearch
import Ledger
import Membership

/// A consent of the ledger as a FHIR Consent, both ways (FHIR R4 §6.2).
///
/// `provision.class` names the domains, `provision.purpose` the purposes, and the one
/// `provision.actor` who is meant: a Practitioner, an Organization, or a role of the zone.
enum ConsentResource {
    /// What somebody wants to consent to.
    struct Wish: Hashable {
        let effect: GrantEffect
        let recipient: GrantRecipient
        let scope: GrantScope
        let from: Timestamp
        let until: Timestamp
        let readLimit: UInt64?
    }

    /// The period of a consent that names no end, in seconds: a year.
    private static let standardSeconds: UInt64 = 365 * 86_400
    /// Domains of a consent that names none.
    private static let standardDomains = Domain.allCases.filter {
        $0.isPersonal && $0.sensitivityLevel < 5
    }

    // MARK: From the ledger

    static func json(_ listed: ListedGrant, of patient: ResourceName) -> JSONValue {
        let grant = listed.grant
        var resource: JSONValue = [
            "resourceType": "Consent", "id": .string(listed.id.description),
            "status": grant.status == .active ? "active" : "inactive",
            "scope": [
                "coding": [
                    [
                        "system": "http://terminology.hl7.org/CodeSystem/consentscope",
                        "code": "patient-privacy",
                    ]
                ]
            ],
            "category": [["coding": [["system": "http://loinc.org", "code": "59284-0"]]]],
            "patient": ["reference": .string(patient.text)],
            "dateTime": .string(grant.from.rfc3339),
            "policyRule": [
                "coding": [
                    [
                        "system": .string(CodeSystem.actCode),
                        "code": grant.effect == .permit ? "OPTIN" : "OPTOUT",
                    ]
                ]
            ],
            "provision": [
                "type": grant.effect == .permit ? "permit" : "deny",
                "period": [
                    "start": .string(grant.from.rfc3339), "end": .string(grant.until.rfc3339),
                ],
                "actor": [actor(grant.recipient)],
                "purpose": .array(grant.scope.purposes.map { LedgerCodes.coding($0) }),
                "class": .array(grant.scope.domains.map { LedgerCodes.coding($0) }),
            ],
        ]
        if let limit = grant.readLimit {
            resource["extension"] = [
                ["url": .string(LedgerCodes.readLimit), "valueUnsignedInt": .integer(limit)],
                [
                    "url": .string(LedgerCodes.readsUsed),
                    "valueUnsignedInt": .integer(grant.readsUsed),
                ],
            ]
        }
        return resource
    }

    private static func actor(_ recipient: GrantRecipient) -> JSONValue {
        let role: JSONValue = [
            "coding": [
                [
                    "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
                    "code": "IRCP",
                ]
            ]
        ]
        let reference: JSONValue =
            switch recipient {
            case .person(let account): member("Practitioner", account)
            case .institution(let account): member("Organization", account)
            case .role(let role):
                [
                    "type": "PractitionerRole",
                    "identifier": LedgerCodes.identifier(LedgerCodes.role, "\(role)"),
                ]
            }
        return ["role": role, "reference": reference]
    }

    private static func member(_ type: String, _ account: AccountID) -> JSONValue {
        [
            "reference": .string("\(type)/\(account)"), "type": .string(type),
            "identifier": LedgerCodes.identifier(LedgerCodes.account, account.description),
        ]
    }

    // MARK: To the ledger

    static func wish(_ resource: JSONValue, now: Timestamp) throws(FHIRError) -> Wish {
        guard resource["status"]?.stringValue == "active" else {
            throw .unprocessable(
                "A new consent must be active.", "新建的知情同意必须为 active。", at: "Consent.status")
        }
        let provision = resource["provision"] ?? .object([])
        guard provision["provision"] == nil else {
            throw .unprocessable(
                "Nested provisions are not taken; write a Consent for each.",
                "不接受嵌套 provision；请分别建立 Consent。", at: "Consent.provision.provision")
        }
        let actors = provision["actor"]?.elements ?? []
        guard actors.count == 1, let recipient = recipient(actors[0]["reference"]) else {
            throw .unprocessable(
                "Name one actor: a Practitioner or Organization of the zone, or a role.",
                "请指定一个 actor：本区的 Practitioner、Organization 或角色。",
                at: "Consent.provision.actor")
        }
        return Wish(
            effect: provision["type"]?.stringValue == "deny" ? .deny : .permit,
            recipient: recipient,
            scope: GrantScope(
                domains: try domains(provision), purposes: try purposes(provision)),
            from: try instant(provision, "start") ?? now,
            until: try instant(provision, "end") ?? now.advanced(bySeconds: standardSeconds),
            readLimit: resource["extension"]?.elements.first {
                $0["url"]?.stringValue == LedgerCodes.readLimit
            }?["valueUnsignedInt"]?.numberText.flatMap { UInt64($0) })
    }

    private static func recipient(_ reference: JSONValue?) -> GrantRecipient? {
        let identifier = reference?["identifier"]
        if identifier?["system"]?.stringValue == LedgerCodes.role {
            return PractitionerRole.allCases.first {
                "\($0)" == identifier?["value"]?.stringValue
            }.map { .role($0) }
        }
        let parts = (reference?["reference"]?.stringValue ?? "").split(separator: "/")
        let type =
            parts.count >= 2 ? String(parts[parts.count - 2]) : reference?["type"]?.stringValue
        let text =
            identifier?["system"]?.stringValue == LedgerCodes.account
            ? identifier?["value"]?.stringValue : parts.last.map(String.init)
        guard let account = text.flatMap({ AccountID($0) }) else { return nil }
        return type == "Organization" ? .institution(account) : .person(account)
    }

    private static func domains(_ provision: JSONValue) throws(FHIRError) -> [Domain] {
        var domains: [Domain] = []
        for coding in provision["class"]?.elements ?? [] {
            guard coding["system"]?.stringValue == CodeSystem.domain,
                let domain = coding["code"]?.stringValue.flatMap({ Domain(code: $0) })
            else {
                throw .unprocessable(
                    "provision.class takes codes of \(CodeSystem.domain), such as laboratory.",
                    "provision.class 只接受 \(CodeSystem.domain) 的代码，例如 laboratory。",
                    at: "Consent.provision.class")
            }
            domains.append(domain)
        }
        return domains.isEmpty ? standardDomains : domains
    }

    private static func purposes(_ provision: JSONValue) throws(FHIRError) -> [Purpose] {
        var purposes: [Purpose] = []
        for coding in provision["purpose"]?.elements ?? [] {
            guard let purpose = coding["code"]?.stringValue.flatMap({ Purpose(code: $0) }) else {
                throw .unprocessable(
                    "provision.purpose takes codes of HL7's PurposeOfUse, such as TREAT.",
                    "provision.purpose 只接受 HL7 PurposeOfUse 代码，例如 TREAT。",
                    at: "Consent.provision.purpose")
            }
            purposes.append(purpose)
        }
        return purposes.isEmpty ? [.treatment] : purposes
    }

    private static func instant(
        _ provision: JSONValue, _ name: String
    ) throws(FHIRError) -> Timestamp? {
        guard let text = provision["period"]?[name]?.stringValue else { return nil }
        guard let time = Instant.timestamp(text) else {
            throw .unprocessable(
                "The period needs a day or an instant.", "period 需要日期或时刻。",
                at: "Consent.provision.period.\(name)")
        }
        return time
    }
}
