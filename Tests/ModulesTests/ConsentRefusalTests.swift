import Base
import Consent
import ContractKit
import FHIRModel
import Ledger
import Membership
import Testing

@Suite("Consent refuses")
struct ConsentRefusalTests {
    @Test("each broken rule with its own code, changing nothing", arguments: scenarios)
    func refuses(_ scenario: RefusalScenario) throws { try scenario.check() }

    @Test("no code without a scenario")
    func completeness() {
        let codes = Set(Self.scenarios.map(\.code))
        #expect(codes.isSuperset(of: ConsentContract.refusals.map(\.code)))
    }

    static let scenarios: [RefusalScenario] = granting + revoking + issuing + cancelling + redeeming

    private static let granting: [RefusalScenario] = [
        RefusalScenario("consent.id-used", "the same identifier twice") { cast in
            try cast.zone.send(
                .consent(to: .person(cast.doctor.id), until: .distant), by: cast.zhang)
            return try cast.zone.attempt(
                .consent(to: .person(cast.nurse.id), until: .distant), by: cast.zhang)
        },
        RefusalScenario("consent.period", "it ends when it begins") { cast in
            try cast.zone.attempt(
                .consent(to: .role(.nurse), from: .distant, until: .distant), by: cast.zhang)
        },
        RefusalScenario("consent.period", "it ends now") { cast in
            try cast.zone.attempt(
                .consent(to: .role(.nurse), until: cast.zone.now), by: cast.zhang)
        },
        RefusalScenario("consent.read-limit", "no read at all") { cast in
            try cast.zone.attempt(
                .consent(to: .role(.nurse), until: .distant, readLimit: 0), by: cast.zhang)
        },
        RefusalScenario("consent.read-limit", "a deny with a limit") { cast in
            try cast.zone.attempt(
                .consent(.zero, .deny, to: .role(.nurse), until: .distant, readLimit: 5),
                by: cast.zhang)
        },
        RefusalScenario("consent.recipient-unknown", "a stranger") { cast in
            try cast.zone.attempt(
                .consent(to: .person(cast.stranger.id), until: .distant), by: cast.zhang)
        },
        RefusalScenario("consent.recipient-unknown", "a doctor as an institution") { cast in
            try cast.zone.attempt(
                .consent(to: .institution(cast.doctor.id), until: .distant), by: cast.zhang)
        },
        RefusalScenario("caller.not-member", "a doctor, who owns no records, grants") { cast in
            try cast.zone.attempt(.consent(to: .role(.nurse), until: .distant), by: cast.doctor)
        },
        RefusalScenario("caller.suspended", "a suspended resident grants") { cast in
            try cast.set(cast.zhang, .suspended)
            return try cast.zone.attempt(
                .consent(to: .role(.nurse), until: .distant), by: cast.zhang)
        },
    ]

    private static let revoking: [RefusalScenario] = [
        RefusalScenario("consent.grant-unknown", "there is no grant") { cast in
            try cast.zone.attempt(.revoke(.zero), by: cast.zhang)
        },
        RefusalScenario("consent.grant-unknown", "the recipient revokes") { cast in
            try cast.zone.send(
                .consent(to: .person(cast.doctor.id), until: .distant), by: cast.zhang)
            return try cast.zone.attempt(.revoke(.zero), by: cast.doctor)
        },
        RefusalScenario("consent.grant-revoked", "revoked twice") { cast in
            try cast.zone.send(
                .consent(to: .person(cast.doctor.id), until: .distant), by: cast.zhang)
            try cast.zone.send(.revoke(.zero), by: cast.zhang)
            return try cast.zone.attempt(.revoke(.zero), by: cast.zhang)
        },
        RefusalScenario("consent.grant-unknown", "reads against no grant") { cast in
            try cast.zone.attempt(.consume(.zero, of: cast.zhang), by: cast.hospital)
        },
        RefusalScenario("caller.not-institution", "a doctor counts reads") { cast in
            try cast.zone.attempt(.consume(.zero, of: cast.zhang), by: cast.doctor)
        },
    ]

    private static let issuing: [RefusalScenario] = [
        RefusalScenario("consent.code-taken", "the same code twice") { cast in
            try cast.zone.send(.issue(cast.stranger, cast.offer()), by: cast.zhang)
            return try cast.zone.attempt(.issue(cast.stranger, cast.offer()), by: cast.li)
        },
        RefusalScenario("consent.code-taken", "a code that was redeemed") { cast in
            try cast.redeemed()
            return try cast.zone.attempt(.issue(cast.stranger, cast.offer()), by: cast.zhang)
        },
        RefusalScenario("consent.code-taken", "the account of a doctor") { cast in
            try cast.zone.attempt(.issue(cast.doctor, cast.offer()), by: cast.zhang)
        },
        RefusalScenario("consent.code-period", "no time to redeem") { cast in
            try cast.zone.attempt(.issue(cast.stranger, cast.offer(seconds: 0)), by: cast.zhang)
        },
        RefusalScenario("consent.code-period", "more than 31 days to redeem") { cast in
            try cast.zone.attempt(
                .issue(cast.stranger, cast.offer(seconds: ConsentLimits.redeemSeconds + 1)),
                by: cast.zhang)
        },
        RefusalScenario("consent.code-period", "a grant of no length") { cast in
            try cast.zone.attempt(
                .issue(cast.stranger, cast.offer(grantSeconds: 0)), by: cast.zhang)
        },
        RefusalScenario("consent.code-period", "a grant longer than a year") { cast in
            try cast.zone.attempt(
                .issue(
                    cast.stranger, cast.offer(grantSeconds: ConsentLimits.codeGrantSeconds + 1)),
                by: cast.zhang)
        },
        RefusalScenario("consent.read-limit", "a code without reads") { cast in
            try cast.zone.attempt(.issue(cast.stranger, cast.offer(readLimit: 0)), by: cast.zhang)
        },
        RefusalScenario("consent.recipient-unknown", "bound to a resident") { cast in
            try cast.zone.attempt(
                .issue(cast.stranger, cast.offer(bound: cast.li)), by: cast.zhang)
        },
        RefusalScenario("caller.not-member", "a doctor issues") { cast in
            try cast.zone.attempt(.issue(cast.stranger, cast.offer()), by: cast.doctor)
        },
    ]

    private static let cancelling: [RefusalScenario] = [
        RefusalScenario("consent.code-unknown", "there is no code") { cast in
            try cast.zone.attempt(.cancel(cast.stranger), by: cast.zhang)
        },
        RefusalScenario("consent.not-owner", "another resident cancels") { cast in
            try cast.zone.send(.issue(cast.stranger, cast.offer()), by: cast.zhang)
            return try cast.zone.attempt(.cancel(cast.stranger), by: cast.li)
        },
        RefusalScenario("consent.code-cancelled", "cancelled twice") { cast in
            try cast.zone.send(.issue(cast.stranger, cast.offer()), by: cast.zhang)
            try cast.zone.send(.cancel(cast.stranger), by: cast.zhang)
            return try cast.zone.attempt(.cancel(cast.stranger), by: cast.zhang)
        },
        RefusalScenario("consent.code-used", "cancelled too late") { cast in
            try cast.redeemed()
            return try cast.zone.attempt(.cancel(cast.stranger), by: cast.zhang)
        },
    ]

    private static let redeeming: [RefusalScenario] = [
        RefusalScenario("consent.code-signature", "the doctor knows only the account") { cast in
            try cast.zone.send(.issue(cast.stranger, cast.offer()), by: cast.zhang)
            return try cast.zone.attempt(.redeem(cast.stranger), by: cast.doctor)
        },
        RefusalScenario("consent.code-unknown", "a code that nobody issued") { cast in
            try cast.redeem()
        },
        RefusalScenario("consent.code-used", "the second doctor") { cast in
            try cast.redeemed()
            return try cast.redeem()
        },
        RefusalScenario("consent.code-cancelled", "the resident cancelled") { cast in
            try cast.zone.send(.issue(cast.stranger, cast.offer()), by: cast.zhang)
            try cast.zone.send(.cancel(cast.stranger), by: cast.zhang)
            return try cast.redeem()
        },
        RefusalScenario("consent.code-expired", "at the very end of its time") { cast in
            let offer = cast.offer(seconds: 600)
            try cast.zone.send(.issue(cast.stranger, offer), by: cast.zhang)
            cast.zone.advance(seconds: 599)
            #expect(cast.zone.now == offer.redeemUntil)
            return try cast.redeem()
        },
        RefusalScenario("consent.code-bound", "another doctor") { cast in
            try cast.zone.send(
                .issue(cast.stranger, cast.offer(bound: cast.nurse)), by: cast.zhang)
            return try cast.redeem()
        },
        RefusalScenario("consent.owner-not-active", "the owner is suspended") { cast in
            try cast.zone.send(.issue(cast.stranger, cast.offer()), by: cast.zhang)
            try cast.set(cast.zhang, .suspended)
            return try cast.redeem()
        },
        RefusalScenario("caller.institution-not-active", "the hospital is suspended") { cast in
            try cast.zone.send(.issue(cast.stranger, cast.offer()), by: cast.zhang)
            try cast.set(cast.hospital, .suspended)
            return try cast.redeem()
        },
        RefusalScenario("caller.not-practitioner", "an institution redeems") { cast in
            try cast.zone.send(.issue(cast.stranger, cast.offer()), by: cast.zhang)
            return try cast.zone.attempt(
                .redeem(cast.stranger), by: cast.hospital, with: [cast.stranger])
        },
    ]
}

extension TestCast {
    /// The doctor redeems the code whose key is the stranger's.
    fileprivate func redeem() throws -> Outcome {
        try zone.attempt(.redeem(stranger), by: doctor, with: [stranger])
    }

    /// Zhang's code, redeemed by the nurse.
    fileprivate func redeemed() throws {
        try zone.send(.issue(stranger, offer()), by: zhang)
        try zone.send(.redeem(stranger), by: nurse, with: [stranger])
    }
}
