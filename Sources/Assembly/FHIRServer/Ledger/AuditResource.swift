import Audit
import Base
import ContractKit
import Encoding
import FHIRModel
import FHIRSearch
import Ledger

/// A read of the ledger's audit as a FHIR AuditEvent, in the shape of IHE BALP's patient read
/// (Basic Audit Log Patterns 1.1, "IHE.BasicAudit.PatientRead").
enum AuditResource {
    static func json(
        _ sequence: UInt64, _ row: AuditRow, of patient: ResourceName, names: [Hash256: String]
    ) -> JSONValue {
        let read = row.read
        var entities: [JSONValue] = [
            [
                "what": ["reference": .string(patient.text)], "type": entityType("1", "Person"),
                "role": entityRole("1", "Patient"),
            ]
        ]
        for record in read.records {
            var what: JSONValue = [
                "identifier": LedgerCodes.identifier(LedgerCodes.record, record.description)
            ]
            if let name = names[record] { what["reference"] = .string(name) }
            entities.append([
                "what": what, "type": entityType("2", "System Object"),
                "role": entityRole("4", "Domain Resource"),
            ])
        }
        return [
            "resourceType": "AuditEvent", "id": .string(read.event.description),
            "meta": [
                "profile": [
                    "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead"
                ]
            ],
            "type": [
                "system": "http://terminology.hl7.org/CodeSystem/audit-event-type", "code": "rest",
            ],
            "subtype": [
                ["system": "http://hl7.org/fhir/restful-interaction", "code": "read"]
            ],
            "action": "R", "recorded": .string(read.time.rfc3339),
            "outcome": read.allowed ? "0" : "4",
            "outcomeDesc": .string(read.reasons.map(\.text).joined(separator: " ")),
            "purposeOfEvent": [["coding": [LedgerCodes.coding(read.purpose)]]],
            "agent": .array(agents(row)),
            "source": [
                "observer": organization(row.node),
                "site": .string("sequence \(sequence)"),
            ],
            "entity": .array(
                entities + [
                    [
                        "what": [
                            "identifier": LedgerCodes.identifier(
                                LedgerCodes.transaction, row.transaction.description)
                        ], "type": entityType("4", "Other"), "role": entityRole("20", "Job"),
                    ]
                ]),
        ]
    }

    private static func agents(_ row: AuditRow) -> [JSONValue] {
        var agents: [JSONValue] = [
            [
                "type": [
                    "coding": [
                        [
                            "system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationType",
                            "code": "IRCP",
                        ]
                    ]
                ],
                "who": [
                    "identifier": LedgerCodes.identifier(
                        LedgerCodes.account, row.read.reader.description)
                ], "requestor": true,
            ]
        ]
        if let institution = row.read.institution {
            agents.append(["who": organization(institution), "requestor": false])
        }
        return agents
    }

    private static func organization(_ account: AccountID) -> JSONValue {
        [
            "reference": .string("Organization/\(account)"),
            "identifier": LedgerCodes.identifier(LedgerCodes.account, account.description),
        ]
    }

    private static func entityType(_ code: String, _ display: String) -> JSONValue {
        [
            "system": "http://terminology.hl7.org/CodeSystem/audit-entity-type",
            "code": .string(code), "display": .string(display),
        ]
    }

    private static func entityRole(_ code: String, _ display: String) -> JSONValue {
        [
            "system": "http://terminology.hl7.org/CodeSystem/object-role", "code": .string(code),
            "display": .string(display),
        ]
    }
}
