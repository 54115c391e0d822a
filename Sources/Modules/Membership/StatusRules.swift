import Base
import ContractKit
import Ledger

// Who may suspend, restore and revoke whom.

extension MembershipContract {
    static func setInstitutionStatus(
        _ call: SetStatus, _ context: CallContext
    ) throws(CallFailure) {
        guard let institution = try Directory.institution(call.account, in: context) else {
            throw .because(MembershipRefusal.institutionUnknown)
        }
        let change = try nextChange(from: institution.change, call, context)
        let row = institution.with(change: change)
        MembershipTables.institutions.put(call.account, row, in: context)
        try announce("institution-status", [call.account], context)
    }

    static func setPractitionerStatus(
        _ call: SetStatus, _ context: CallContext
    ) throws(CallFailure) {
        guard let practitioner = try Directory.practitioner(call.account, in: context) else {
            throw .because(MembershipRefusal.practitionerUnknown)
        }
        try requireSupervisor(practitioner.institution, context)
        let change = try nextChange(from: practitioner.change, call, context)
        let row = practitioner.with(change: change)
        MembershipTables.practitioners.put(call.account, row, in: context)
        try announce("practitioner-status", [call.account, practitioner.institution], context)
    }

    static func setResidentStatus(_ call: SetStatus, _ context: CallContext) throws(CallFailure) {
        guard let resident = try Directory.resident(call.account, in: context) else {
            throw .because(MembershipRefusal.residentUnknown)
        }
        try requireSupervisor(resident.registrar, context)
        let change = try nextChange(from: resident.change, call, context)
        let row = resident.with(change: change)
        MembershipTables.residents.put(call.account, row, in: context)
        try announce("resident-status", [call.account, resident.registrar], context)
    }

    private static func requireSupervisor(
        _ institution: AccountID, _ context: CallContext
    ) throws(CallFailure) {
        guard context.sender == institution || context.sender == context.block.authority else {
            throw .because(MembershipRefusal.notYours)
        }
    }

    /// The next change, if it is allowed: revocation is final, and while the authority's suspension
    /// stands an institution may only revoke. (Replacing it would let the institution lift it.)
    private static func nextChange(
        from current: StatusChange, _ call: SetStatus, _ context: CallContext
    ) throws(CallFailure) -> StatusChange {
        let authority = context.block.authority
        guard current.status != .revoked else { throw .because(MembershipRefusal.revoked) }
        let isHeld = current.status == .suspended && current.setBy == authority
        guard context.sender == authority || !isHeld || call.status == .revoked else {
            throw .because(MembershipRefusal.authorityOnly)
        }
        return StatusChange(
            status: call.status, reason: call.reason, setBy: context.sender,
            height: context.block.height)
    }
}
