import Base
import Consent
import FHIRModel
import Ledger
import Membership
import Testing

@Suite("The consent decision over the state")
struct DecisionStateTests {
    private func decide(
        _ cast: TestCast, _ reader: TestAccount, owner: TestAccount? = nil,
        writer: TestAccount? = nil, _ purpose: Purpose = .treatment,
        pending: [Hash256: UInt64] = [:]
    ) throws -> Decision {
        try ConsentDecision.decide(
            ReadRequest(
                reader: reader.id, owner: (owner ?? cast.zhang).id,
                writer: (writer ?? cast.hospital).id, domain: .medical, purpose: purpose,
                now: cast.zone.now, pendingReads: pending),
            state: cast.zone.store)
    }

    @Test("goes through a resident's year: codes, denials, suspensions, revocations")
    func story() throws {
        let cast = try TestCast()
        let zone = cast.zone
        #expect(try decide(cast, cast.zhang).reasons == [.owner])
        #expect(try decide(cast, cast.hospital).reasons == [.author])
        #expect(try decide(cast, cast.doctor).reasons == [.authorInstitution])
        #expect(try decide(cast, cast.doctor, .research).reasons == [.noConsent])
        #expect(try decide(cast, cast.familyDoctor).reasons == [.noConsent])
        #expect(try decide(cast, cast.stranger).reasons == [.readerUnknown])

        let code = try zone.account()
        try zone.send(.issue(code, cast.offer(readLimit: 2)), by: cast.zhang)
        try zone.send(.redeem(code), by: cast.familyDoctor, with: [code])
        let allowed = try decide(cast, cast.familyDoctor)
        #expect(allowed.reasons == [.permit])
        let grant = try #require(allowed.grant)
        #expect(try decide(cast, cast.familyDoctor, pending: [grant: 2]).reasons == [.readsUsed])
        try zone.send(.consume(grant, of: cast.zhang, count: 2), by: cast.clinic)
        #expect(try decide(cast, cast.familyDoctor).reasons == [.readsUsed])

        let deny = zone.random.hash256()
        try zone.send(
            .consent(deny, .deny, to: .person(cast.doctor.id), until: .distant), by: cast.zhang)
        #expect(
            try decide(cast, cast.doctor)
                == Decision(allowed: false, reasons: [.deny], grant: deny))
        try zone.send(.revoke(deny), by: cast.zhang)
        #expect(try decide(cast, cast.doctor).allowed)
        try cast.set(cast.hospital, .suspended)
        #expect(try decide(cast, cast.doctor).reasons == [.institutionSuspended])
        #expect(try decide(cast, cast.hospital).reasons == [.readerSuspended])
        zone.advance(seconds: 7200)
        #expect(try decide(cast, cast.familyDoctor).reasons == [.expired])
    }

    @Test("sees a matching grant behind hundreds of others")
    func manyGrants() throws {
        let cast = try TestCast()
        let others = (0..<600).map { _ in
            Call.consent(cast.zone.random.hash256(), to: .role(.pharmacist), until: .distant)
        }
        for start in stride(from: 0, to: others.count, by: 60) {
            let calls = Array(others[start..<start + 60])
            #expect(try cast.zone.attempt(calls, by: cast.zhang).failure == nil)
        }
        #expect(try decide(cast, cast.familyDoctor).reasons == [.noConsent])
        // The largest identifier stands on the last page.
        let last = Hash256(words: (.max, .max, .max, .max))
        try cast.zone.send(
            .consent(last, to: .institution(cast.clinic.id), until: .distant), by: cast.zhang)
        #expect(try decide(cast, cast.familyDoctor).grant == last)
        let first = Hash256.zero
        try cast.zone.send(
            .consent(first, .deny, to: .role(.familyDoctor), until: .distant), by: cast.zhang)
        #expect(try decide(cast, cast.familyDoctor).reasons == [.deny])
    }

    @Test("gives one answer with all grants of the owner and with the reader's only")
    func agreesWithCore() throws {
        let cast = try TestCast()
        for recipient in [GrantRecipient.role(.nurse), .person(cast.li.id), .role(.physician)] {
            try cast.zone.send(
                .consent(cast.zone.random.hash256(), to: recipient, until: .distant),
                by: cast.zhang)
        }
        let grants = try ConsentQueries.grants(of: cast.zhang.id, limit: 9, in: cast.zone.store)
        for reader in [cast.li, cast.familyDoctor, cast.nurse, cast.clinic] {
            let request = ReadRequest(
                reader: reader.id, owner: cast.zhang.id, writer: cast.zhang.id, domain: .medical,
                purpose: .treatment, now: cast.zone.now)
            let standing = try Directory.standing(of: reader.id, in: cast.zone.store)
            #expect(
                try ConsentDecision.decide(request, state: cast.zone.store)
                    == ConsentDecision.decide(request, standing: standing, grants: grants))
        }
    }
}
