package import Ledger

/// What an account is in the zone and whether it may act now.
package enum Standing: Hashable, Sendable {
    case unknown
    case institution(MemberStatus)
    case practitioner(
        MemberStatus, institution: AccountID, institutionStatus: MemberStatus,
        roles: [PractitionerRole])
    case resident(MemberStatus)

    /// The member's own status; nil when unknown.
    package var status: MemberStatus? {
        switch self {
        case .unknown: nil
        case .institution(let status), .resident(let status): status
        case .practitioner(let status, _, _, _): status
        }
    }

    /// The employer of a practitioner.
    package var employer: AccountID? {
        if case .practitioner(_, let institution, _, _) = self { institution } else { nil }
    }

    /// A practitioner's roles; none for other members.
    package var roles: [PractitionerRole] {
        if case .practitioner(_, _, _, let roles) = self { roles } else { [] }
    }

    /// Whether others can seal to the member: residents have domain keys instead.
    package var hasReadingKey: Bool {
        switch self {
        case .institution, .practitioner: true
        case .unknown, .resident: false
        }
    }

    /// What keeps the account from acting; nil when it may.
    package var obstacle: CallerRefusal? {
        switch status {
        case nil: return .notMember
        case .suspended: return .suspended
        case .revoked: return .revoked
        case .active: break
        }
        if case .practitioner(_, _, let institutionStatus, _) = self, institutionStatus != .active {
            return .institutionNotActive
        }
        return nil
    }
}
