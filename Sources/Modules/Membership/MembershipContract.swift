package import Base
package import ContractKit
import Ledger

/// Who belongs to the zone: institutions, practitioners and residents under pseudonyms.
package enum MembershipContract: Contract {
    package static let name = "membership"
    package static let version: UInt64 = 1

    package static var calls: [CallDefinition] {
        [
            CallDefinition("found", Found.self, .authority, body: found),
            CallDefinition(
                "admitInstitution", AdmitInstitution.self, .authority, body: admitInstitution),
            CallDefinition(
                "setInstitutionStatus", SetStatus.self, .authority, body: setInstitutionStatus),
            CallDefinition(
                "registerPractitioner", RegisterPractitioner.self, .activeInstitution,
                body: registerPractitioner),
            CallDefinition(
                "setPractitionerStatus", SetStatus.self, .supervisor, body: setPractitionerStatus),
            CallDefinition(
                "enrolResident", EnrolResident.self, .activeInstitution, body: enrolResident),
            CallDefinition(
                "setResidentStatus", SetStatus.self, .supervisor, body: setResidentStatus),
            CallDefinition("rotateKeys", RotateKeys.self, .notRevoked, body: rotateKeys),
            CallDefinition(
                "replaceReadingKey", ReplaceReadingKey.self, .activeMember,
                body: replaceReadingKey),
            CallDefinition("moveWallet", MoveWallet.self, .activeResident, body: moveWallet),
        ]
    }

    package static var refusals: [Refusal] {
        CallerRefusal.refusals + MembershipRefusal.refusals
    }
}

extension Guard {
    /// The authority, or an institution in good standing.
    fileprivate static let supervisor = Guard { (context) throws(CallFailure) in
        guard context.sender != context.block.authority else { return }
        try Directory.requireActiveInstitution(in: context)
    }

    /// The authority, or a member that is active or suspended: a suspended one whose key leaked
    /// must be able to replace it.
    fileprivate static let notRevoked = Guard { (context) throws(CallFailure) in
        guard context.sender != context.block.authority else { return }
        switch try Directory.standing(of: context.sender, in: context).status {
        case nil: throw .because(CallerRefusal.notMember)
        case .revoked: throw .because(CallerRefusal.revoked)
        case .active, .suspended: break
        }
    }
}
