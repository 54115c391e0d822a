import Base
package import ContractKit
package import Cryptography
package import FHIRModel
package import Ledger
package import Membership

/// Calls that admit, register and enrol; the transaction's signers are named with each.
package enum MemberCalls {
    /// Founds the zone; signed by the authority.
    package static func found(name: String) -> Call {
        Call(MembershipContract.self, "found", MembershipContract.Found(name: name))
    }

    /// Admits an institution; signed by the authority.
    package static func admit(
        _ account: AccountID, name: String, code: String, kind: InstitutionKind,
        readingKey: [UInt8]
    ) -> Call {
        Call(
            MembershipContract.self, "admitInstitution",
            MembershipContract.AdmitInstitution(
                account: account, name: name, code: code, kind: kind, readingKey: readingKey))
    }

    /// Registers a practitioner; signed by the institution and, too, by the practitioner.
    package static func register(
        _ account: AccountID, licenceNumber: String, roles: [PractitionerRole],
        readingKey: [UInt8], registrySecret: SecretBytes
    ) -> Call {
        let licence = RealName.licence(licenceNumber, of: account, secret: registrySecret)
        return Call(
            MembershipContract.self, "registerPractitioner",
            MembershipContract.RegisterPractitioner(
                account: account, licence: licence, roles: roles, readingKey: readingKey))
    }

    /// Enrols a resident's pseudonym; signed by the institution and, too, by the pseudonym.
    ///
    /// The commitment is to the identity number; without one, to any text by which the institution
    /// tells its patients apart. The host keeps the root seed; nil when the resident does.
    package static func enrol(
        _ account: AccountID, identityNumber: IdentityNumber?, identifier: String,
        assurance: IdentityAssurance, host: AccountID?, registrySecret: SecretBytes
    ) -> Call {
        let identity = RealName.identity(
            identityNumber?.text ?? identifier, of: account, secret: registrySecret)
        return Call(
            MembershipContract.self, "enrolResident",
            MembershipContract.EnrolResident(
                account: account, identity: identity, assurance: assurance, host: host))
    }

    /// Changes an institution's status; signed by the authority.
    package static func setInstitutionStatus(
        _ account: AccountID, _ status: MemberStatus, reason: ReasonCode
    ) -> Call {
        Call(
            MembershipContract.self, "setInstitutionStatus",
            MembershipContract.SetStatus(account: account, status: status, reason: reason))
    }

    /// Changes a practitioner's status; signed by the institution or the authority.
    package static func setPractitionerStatus(
        _ account: AccountID, _ status: MemberStatus, reason: ReasonCode
    ) -> Call {
        Call(
            MembershipContract.self, "setPractitionerStatus",
            MembershipContract.SetStatus(account: account, status: status, reason: reason))
    }

    /// Changes a pseudonym's status; signed by its registrar or the authority.
    package static func setResidentStatus(
        _ account: AccountID, _ status: MemberStatus, reason: ReasonCode
    ) -> Call {
        Call(
            MembershipContract.self, "setResidentStatus",
            MembershipContract.SetStatus(account: account, status: status, reason: reason))
    }

    /// Replaces the keys that sign for the sender's account.
    package static func rotate(to keys: [PublicKey]) -> Call {
        Call(MembershipContract.self, "rotateKeys", MembershipContract.RotateKeys(keys: keys))
    }

    /// Moves the sender's wallet to another host, or home when nil; signed by the pseudonym.
    package static func moveWallet(to host: AccountID?) -> Call {
        Call(MembershipContract.self, "moveWallet", MembershipContract.MoveWallet(host: host))
    }
}
