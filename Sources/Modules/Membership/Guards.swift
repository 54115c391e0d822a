package import Base
package import ContractKit
import Ledger

/// Why a caller may not call: its standing in the zone.
package enum CallerRefusal: RefusalReason {
    case notMember
    case notInstitution
    case notPractitioner
    case notResident
    case suspended
    case revoked
    case institutionNotActive

    package var refusal: Refusal {
        switch self {
        case .notMember:
            Refusal(
                "caller.not-member",
                "The account is not a member of this zone. Have an institution register it first.",
                "该账户不是本区成员。请先由机构登记。")
        case .notInstitution:
            Refusal(
                "caller.not-institution",
                "Only an institution may do this. Send it from the institution's account.",
                "只有机构可以执行此操作。请使用机构账户提交。")
        case .notPractitioner:
            Refusal(
                "caller.not-practitioner",
                "Only a practitioner may do this. Send it from the practitioner's account.",
                "只有医务人员可以执行此操作。请使用医务人员账户提交。")
        case .notResident:
            Refusal(
                "caller.not-resident",
                "Only a resident may do this. Send it from the resident's pseudonym.",
                "只有居民可以执行此操作。请使用居民的假名账户提交。")
        case .suspended:
            Refusal(
                "caller.suspended",
                "The account is suspended. Ask whoever suspended it to lift the suspension.",
                "该账户已被暂停。请联系作出暂停决定的一方恢复。")
        case .revoked:
            Refusal(
                "caller.revoked",
                "The account is revoked for good. Register a new one.",
                "该账户已被永久注销。请登记新账户。")
        case .institutionNotActive:
            Refusal(
                "caller.institution-not-active",
                "The practitioner's institution is suspended or revoked. Ask the authority.",
                "所属机构已被暂停或注销。请联系管理部门。")
        }
    }
}

extension Guard {
    /// The caller is an institution in good standing.
    package static let activeInstitution = Guard { (context) throws(CallFailure) in
        try Directory.requireActiveInstitution(in: context)
    }

    /// The caller is a practitioner in good standing, and so is the employer.
    package static let activePractitioner = Guard { (context) throws(CallFailure) in
        guard
            let practitioner = try Directory.practitioner(context.sender, in: context)
        else { throw .because(CallerRefusal.notPractitioner) }
        try requireActive(practitioner.status)
        guard try Directory.institution(practitioner.institution, in: context)?.status == .active
        else { throw .because(CallerRefusal.institutionNotActive) }
    }

    /// The caller is a resident in good standing.
    package static let activeResident = Guard { (context) throws(CallFailure) in
        guard let resident = try Directory.resident(context.sender, in: context) else {
            throw .because(CallerRefusal.notResident)
        }
        try requireActive(resident.status)
    }

    /// The caller is a resident or an institution in good standing: one who may own records.
    package static let activeOwner = Guard { (context) throws(CallFailure) in
        if let resident = try Directory.resident(context.sender, in: context) {
            return try requireActive(resident.status)
        }
        guard let institution = try Directory.institution(context.sender, in: context) else {
            throw .because(CallerRefusal.notMember)
        }
        try requireActive(institution.status)
    }

    /// The caller is any member in good standing.
    package static let activeMember = Guard { (context) throws(CallFailure) in
        if let obstacle = try Directory.standing(of: context.sender, in: context).obstacle {
            throw .because(obstacle)
        }
    }

    /// Refuses unless the status is active.
    package static func requireActive(_ status: MemberStatus) throws(CallFailure) {
        switch status {
        case .active: break
        case .suspended: throw .because(CallerRefusal.suspended)
        case .revoked: throw .because(CallerRefusal.revoked)
        }
    }
}
