import Audit
import Base
import Consent
import ContractKit
import Encoding
import FHIRModel
import Ledger

/// A consent as its owner sees it.
enum GrantJSON {
    static func value(_ listed: ListedGrant) -> JSONValue {
        let grant = listed.grant
        let recipient: (kind: JSONValue, value: JSONValue) =
            switch grant.recipient {
            case .person(let account): ("person", .string(account.description))
            case .institution(let account): ("institution", .string(account.description))
            case .role(let role): ("role", .string("\(role)"))
            }
        return [
            "grant": .string(listed.id.description), "effect": .string("\(grant.effect)"),
            "recipient_kind": recipient.kind, "recipient": recipient.value,
            "domains": .array(grant.scope.domains.map { .string($0.code) }),
            "purposes": .array(grant.scope.purposes.map { .string($0.code) }),
            "from": .string(grant.from.rfc3339), "until": .string(grant.until.rfc3339),
            "read_limit": grant.readLimit.map { .integer($0) } ?? .null,
            "reads_used": .integer(grant.readsUsed), "status": .string("\(grant.status)"),
            "code": grant.code.map { .string($0.description) } ?? .null,
        ]
    }
}

/// An audit entry as the owner sees it, with sentences for the reasons and the key to prove it.
enum AuditJSON {
    static func value(_ sequence: UInt64, _ row: AuditRow, owner: AccountID) -> JSONValue {
        let read = row.read
        return [
            "sequence": .integer(sequence), "event": .string(read.event.description),
            "time": .string(read.time.rfc3339), "allowed": .bool(read.allowed),
            "reader": .string(read.reader.description),
            "institution": read.institution.map { .string($0.description) } ?? .null,
            "reasons": .array(read.reasons.map(reason)),
            "purpose": .string(read.purpose.code),
            "domain": read.domain.map { .string($0.code) } ?? .null,
            "records": .array(read.records.map { .string($0.description) }),
            "grant": read.grant.map { .string($0.description) } ?? .null,
            "node": .string(row.node.description),
            "transaction": .string(row.transaction.description),
            "state_key": .string(
                Hex.encode(AuditQueries.readStateKey(sequence, of: owner))),
        ]
    }

    private static func reason(_ code: ReasonCode) -> JSONValue {
        let known = Explanations.refusal(for: code.text)
        return [
            "code": .string(code.text), "message": .string(known?.english ?? code.text),
            "message_zh": .string(known?.chinese ?? code.text),
        ]
    }
}
