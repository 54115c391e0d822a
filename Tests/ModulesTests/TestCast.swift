import Base
import ContractKit
import Cryptography
import Ledger
import Membership

/// The people and institutions of most tests, registered in a founded zone.
struct TestCast {
    let zone: TestZone
    /// Enrolled ``zhang`` and employs ``doctor`` and ``nurse``.
    let hospital: TestAccount
    /// Enrolled ``li`` and employs ``familyDoctor``.
    let clinic: TestAccount
    let doctor: TestAccount
    let nurse: TestAccount
    let familyDoctor: TestAccount
    let zhang: TestAccount
    let li: TestAccount
    /// An account that nobody registered.
    let stranger: TestAccount

    var authority: TestAccount { zone.authority }

    init(seed: UInt64 = 1, contracts: [any Contract.Type] = TestZone.contracts) throws {
        zone = try TestZone(seed: seed, contracts: contracts)
        (hospital, clinic) = (try zone.account(), try zone.account())
        (doctor, nurse, familyDoctor) = (
            try zone.account(), try zone.account(), try zone.account()
        )
        (zhang, li, stranger) = (try zone.account(), try zone.account(), try zone.account())
        try zone.send(
            .found(name: "Zhejiang"),
            .admit(hospital, name: "First Hospital", code: Codes.hospital),
            .admit(clinic, name: "West Lake Clinic", code: Codes.clinic, kind: .clinic),
            by: authority)
        try zone.send(
            .register(doctor, roles: [.physician]), .register(nurse, roles: [.nurse]),
            .enrol(zhang, host: hospital), by: hospital, with: [doctor, nurse, zhang])
        try zone.send(
            .register(familyDoctor, roles: [.familyDoctor, .physician]), .enrol(li),
            by: clinic, with: [familyDoctor, li])
    }

    /// Sets a status as the authority.
    func set(_ account: TestAccount, _ status: MemberStatus) throws {
        let name =
            switch try Directory.standing(of: account.id, in: zone.store) {
            case .institution: "setInstitutionStatus"
            case .practitioner: "setPractitionerStatus"
            case .resident, .unknown: "setResidentStatus"
            }
        try zone.send(.set(account, status, by: name), by: authority)
    }
}

/// Social credit codes with a right check character.
enum Codes {
    static let hospital = "12330000470051726F"
    static let clinic = "523301060000000027"
    static let laboratory = "91330100799655058B"
}

extension Call {
    static func found(name: String) -> Call {
        Call(MembershipContract.self, "found", MembershipContract.Found(name: name))
    }

    static func admit(
        _ account: TestAccount, name: String = "Laboratory", code: String = Codes.laboratory,
        kind: InstitutionKind = .hospital
    ) -> Call {
        Call(
            MembershipContract.self, "admitInstitution",
            MembershipContract.AdmitInstitution(
                account: account.id, name: name, code: code, kind: kind,
                readingKey: account.reading.publicKey))
    }

    static func register(_ account: TestAccount, roles: [PractitionerRole] = [.nurse]) -> Call {
        Call(
            MembershipContract.self, "registerPractitioner",
            MembershipContract.RegisterPractitioner(
                account: account.id, licence: account.id.hash, roles: roles,
                readingKey: account.reading.publicKey))
    }

    static func enrol(_ account: TestAccount, host: TestAccount? = nil) -> Call {
        Call(
            MembershipContract.self, "enrolResident",
            MembershipContract.EnrolResident(
                account: account.id, identity: account.id.hash, assurance: .documentSeen,
                host: host?.id))
    }

    static func set(
        _ account: TestAccount, _ status: MemberStatus, by call: String
    ) -> Call {
        Call(
            MembershipContract.self, call,
            MembershipContract.SetStatus(account: account.id, status: status, reason: .test))
    }

    static func moveWallet(to host: TestAccount?) -> Call {
        Call(
            MembershipContract.self, "moveWallet", MembershipContract.MoveWallet(host: host?.id))
    }
}

extension ReasonCode {
    /// The reason of everything in the tests.
    static let test: ReasonCode = {
        guard let code = ReasonCode("test.reason") else { preconditionFailure("not a code") }
        return code
    }()
}
