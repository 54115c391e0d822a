import Encoding
import FHIRModel
import Ledger
import Membership

/// How accounts, roles and domains of the zone are written in FHIR.
enum LedgerCodes {
    /// Identifiers that are accounts of the zone.
    static let account = "https://kanglian.example/fhir/sid/account"
    /// Identifiers that are records on the chain.
    static let record = "https://kanglian.example/fhir/sid/record"
    /// Identifiers that are transactions of the chain.
    static let transaction = "https://kanglian.example/fhir/sid/transaction"
    /// Roles of practitioners.
    static let role = "https://kanglian.example/fhir/CodeSystem/practitioner-role"
    /// How many reads a consent allows.
    static let readLimit = "https://kanglian.example/fhir/StructureDefinition/read-limit"
    /// How many reads of a consent were used.
    static let readsUsed = "https://kanglian.example/fhir/StructureDefinition/reads-used"

    static func identifier(_ system: String, _ value: String) -> JSONValue {
        ["system": .string(system), "value": .string(value)]
    }

    static func coding(_ domain: Domain) -> JSONValue {
        [
            "system": .string(CodeSystem.domain), "code": .string(domain.code),
            "display": .string(domain.english),
        ]
    }

    static func coding(_ purpose: Purpose) -> JSONValue {
        [
            "system": .string(CodeSystem.actReason), "code": .string(purpose.code),
            "display": .string(purpose.english),
        ]
    }

    static func coding(_ role: PractitionerRole) -> JSONValue {
        ["system": .string(Self.role), "code": .string("\(role)")]
    }
}
