import Agent
import Encoding
import Ledger
import Membership

/// A member of the zone as a FHIR Organization or Practitioner; the id is the account.
enum MemberResource {
    static func json(_ account: AccountID, _ member: MemberFacts) -> JSONValue? {
        let identifier: JSONValue = [
            LedgerCodes.identifier(LedgerCodes.account, account.description)
        ]
        switch member.kind {
        case .institution:
            return [
                "resourceType": "Organization", "id": .string(account.description),
                "identifier": identifier, "active": .bool(member.status == .active),
                "name": .string(member.name ?? account.description),
            ]
        case .practitioner:
            return [
                "resourceType": "Practitioner", "id": .string(account.description),
                "identifier": identifier, "active": .bool(member.status == .active),
                "qualification": .array(
                    member.roles.map { role in
                        var qualification: JSONValue = [
                            "code": ["coding": [LedgerCodes.coding(role)]]
                        ]
                        if let institution = member.institution {
                            qualification["issuer"] = [
                                "reference": .string("Organization/\(institution)")
                            ]
                        }
                        return qualification
                    }),
            ]
        default: return nil
        }
    }
}
