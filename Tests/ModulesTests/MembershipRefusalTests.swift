import Base
import ContractKit
import Cryptography
import Ledger
import Membership
import Testing

@Suite("Membership refuses")
struct MembershipRefusalTests {
    @Test("each broken rule with its own code, changing nothing", arguments: scenarios)
    func refuses(_ scenario: RefusalScenario) throws { try scenario.check() }

    @Test("no code without a scenario")
    func completeness() {
        let codes = Set(Self.scenarios.map(\.code))
        #expect(codes.isSuperset(of: MembershipContract.refusals.map(\.code)))
    }

    static let scenarios: [RefusalScenario] = admission + registration + standing + status + own

    private static let admission: [RefusalScenario] = [
        RefusalScenario("membership.founded", "the zone is founded twice") { cast in
            try cast.zone.attempt(.found(name: "Again"), by: cast.authority)
        },
        RefusalScenario("caller.not-authority", "a hospital founds the zone") { cast in
            try cast.zone.attempt(.found(name: "Mine"), by: cast.hospital)
        },
        RefusalScenario("caller.not-authority", "a hospital admits another") { cast in
            try cast.zone.attempt(.admit(cast.stranger), by: cast.hospital)
        },
        RefusalScenario("membership.name", "an institution without name") { cast in
            try cast.zone.attempt(.admit(cast.stranger, name: ""), by: cast.authority)
        },
        RefusalScenario("membership.name", "a name with a line break") { cast in
            try cast.zone.attempt(.admit(cast.stranger, name: "a\nb"), by: cast.authority)
        },
        RefusalScenario("membership.code", "a code with a wrong check character") { cast in
            try cast.zone.attempt(
                .admit(cast.stranger, code: "913301007996550580"), by: cast.authority)
        },
        RefusalScenario("membership.code-taken", "the code of the hospital") { cast in
            try cast.zone.attempt(
                .admit(cast.stranger, code: Codes.hospital), by: cast.authority)
        },
        RefusalScenario("membership.code-taken", "the code of a suspended hospital") { cast in
            try cast.set(cast.hospital, .suspended)
            return try cast.zone.attempt(
                .admit(cast.stranger, code: Codes.hospital), by: cast.authority)
        },
        RefusalScenario("membership.account-taken", "a doctor becomes an institution") { cast in
            try cast.zone.attempt(.admit(cast.doctor), by: cast.authority)
        },
    ]

    private static let registration: [RefusalScenario] = [
        RefusalScenario("membership.account-taken", "a resident becomes a nurse") { cast in
            try cast.zone.attempt(.register(cast.li), by: cast.hospital, with: [cast.li])
        },
        RefusalScenario("membership.account-taken", "a clinic becomes a resident") { cast in
            try cast.zone.attempt(.enrol(cast.clinic), by: cast.hospital, with: [cast.clinic])
        },
        RefusalScenario("membership.signature-missing", "a nurse who knows nothing") { cast in
            try cast.zone.attempt(.register(cast.stranger), by: cast.hospital)
        },
        RefusalScenario("membership.signature-missing", "a resident who knows nothing") { cast in
            try cast.zone.attempt(.enrol(cast.stranger), by: cast.hospital)
        },
        RefusalScenario("membership.host-not-active", "the wallet's host is a doctor") { cast in
            try cast.zone.attempt(
                .enrol(cast.stranger, host: cast.doctor), by: cast.hospital,
                with: [cast.stranger])
        },
        RefusalScenario("membership.host-not-active", "the new host is suspended") { cast in
            try cast.set(cast.clinic, .suspended)
            return try cast.zone.attempt(.moveWallet(to: cast.clinic), by: cast.zhang)
        },
        RefusalScenario("caller.not-institution", "a doctor registers a nurse") { cast in
            try cast.zone.attempt(.register(cast.stranger), by: cast.doctor, with: [cast.stranger])
        },
        RefusalScenario("caller.not-institution", "a stranger enrols itself") { cast in
            try cast.zone.attempt(.enrol(cast.stranger), by: cast.stranger)
        },
    ]

    private static let standing: [RefusalScenario] = [
        RefusalScenario("caller.suspended", "a suspended hospital enrols") { cast in
            try cast.set(cast.hospital, .suspended)
            return try cast.zone.attempt(
                .enrol(cast.stranger), by: cast.hospital, with: [cast.stranger])
        },
        RefusalScenario("caller.revoked", "a revoked hospital registers") { cast in
            try cast.set(cast.hospital, .revoked)
            return try cast.zone.attempt(
                .register(cast.stranger), by: cast.hospital, with: [cast.stranger])
        },
        RefusalScenario("caller.not-resident", "a doctor moves a wallet") { cast in
            try cast.zone.attempt(.moveWallet(to: nil), by: cast.doctor)
        },
        RefusalScenario("caller.not-member", "a stranger replaces a reading key") { cast in
            try cast.zone.attempt(.replaceReadingKey(cast.stranger), by: cast.stranger)
        },
        RefusalScenario("caller.not-member", "a stranger rotates keys") { cast in
            try cast.zone.attempt(
                .rotateKeys([cast.stranger.key.publicKey]), by: cast.stranger)
        },
        RefusalScenario("caller.revoked", "a revoked doctor rotates keys") { cast in
            try cast.set(cast.doctor, .revoked)
            return try cast.zone.attempt(
                .rotateKeys([cast.stranger.key.publicKey]), by: cast.doctor)
        },
        RefusalScenario("caller.institution-not-active", "the employer is suspended") { cast in
            try cast.set(cast.hospital, .suspended)
            return try cast.zone.attempt(.replaceReadingKey(cast.doctor), by: cast.doctor)
        },
        RefusalScenario("caller.not-practitioner", "a nurse's code is for nurses only") { cast in
            try cast.zone.attempt(
                .redeem(cast.stranger), by: cast.zhang, with: [cast.stranger])
        },
    ]

    private static let status: [RefusalScenario] = [
        RefusalScenario("membership.institution-unknown", "a stranger's status") { cast in
            try cast.zone.attempt(
                .set(cast.stranger, .suspended, by: "setInstitutionStatus"), by: cast.authority)
        },
        RefusalScenario("membership.practitioner-unknown", "a resident's status") { cast in
            try cast.zone.attempt(
                .set(cast.li, .suspended, by: "setPractitionerStatus"), by: cast.authority)
        },
        RefusalScenario("membership.resident-unknown", "a doctor's status") { cast in
            try cast.zone.attempt(
                .set(cast.doctor, .suspended, by: "setResidentStatus"), by: cast.hospital)
        },
        RefusalScenario("caller.not-authority", "a hospital suspends a clinic") { cast in
            try cast.zone.attempt(
                .set(cast.clinic, .suspended, by: "setInstitutionStatus"), by: cast.hospital)
        },
        RefusalScenario("membership.not-yours", "a clinic suspends the hospital's doctor") { cast in
            try cast.zone.attempt(
                .set(cast.doctor, .suspended, by: "setPractitionerStatus"), by: cast.clinic)
        },
        RefusalScenario("membership.not-yours", "a hospital suspends a clinic's resident") { cast in
            try cast.zone.attempt(
                .set(cast.li, .suspended, by: "setResidentStatus"), by: cast.hospital)
        },
        RefusalScenario("caller.not-institution", "a doctor suspends a nurse") { cast in
            try cast.zone.attempt(
                .set(cast.nurse, .suspended, by: "setPractitionerStatus"), by: cast.doctor)
        },
        RefusalScenario("membership.revoked", "the authority revives a revoked doctor") { cast in
            try cast.set(cast.doctor, .revoked)
            return try cast.zone.attempt(
                .set(cast.doctor, .active, by: "setPractitionerStatus"), by: cast.authority)
        },
        RefusalScenario("membership.authority-only", "a hospital lifts the authority's") { cast in
            try cast.set(cast.doctor, .suspended)
            return try cast.zone.attempt(
                .set(cast.doctor, .active, by: "setPractitionerStatus"), by: cast.hospital)
        },
        RefusalScenario("membership.authority-only", "a hospital replaces the authority's") {
            cast in
            try cast.set(cast.zhang, .suspended)
            return try cast.zone.attempt(
                .set(cast.zhang, .suspended, by: "setResidentStatus"), by: cast.hospital)
        },
    ]

    private static let own: [RefusalScenario] = [
        RefusalScenario("membership.keys", "no key at all") { cast in
            try cast.zone.attempt(.rotateKeys([]), by: cast.doctor)
        },
        RefusalScenario("membership.keys", "the same key twice") { cast in
            let key = cast.stranger.key.publicKey
            return try cast.zone.attempt(.rotateKeys([key, key]), by: cast.doctor)
        },
        RefusalScenario("membership.no-reading-key", "a resident's reading key") { cast in
            try cast.zone.attempt(.replaceReadingKey(cast.zhang), by: cast.zhang)
        },
        RefusalScenario("account.key-not-authorised", "a key that was rotated away") { cast in
            try cast.zone.send(.rotateKeys([cast.stranger.key.publicKey]), by: cast.doctor)
            return try cast.zone.attempt(.replaceReadingKey(cast.doctor), by: cast.doctor)
        },
    ]
}

extension Call {
    static func rotateKeys(_ keys: [PublicKey]) -> Call {
        Call(MembershipContract.self, "rotateKeys", MembershipContract.RotateKeys(keys: keys))
    }

    static func replaceReadingKey(_ account: TestAccount) -> Call {
        Call(
            MembershipContract.self, "replaceReadingKey",
            MembershipContract.ReplaceReadingKey(readingKey: account.reading.publicKey))
    }
}
