import Base
import ContractKit
import Cryptography
import Encoding
import Ledger
import Membership
import Storage
import Testing

@Suite("Membership")
struct MembershipTests {
    @Test("keeps what the authority founded and admitted")
    func admission() throws {
        let cast = try TestCast()
        let state = cast.zone.store
        #expect(try Directory.zone(in: state) == Zone(name: "Zhejiang"))
        let admitted = StatusChange(
            status: .active, reason: nil, setBy: cast.authority.id, height: 1)
        #expect(
            try Directory.institution(cast.clinic.id, in: state)
                == Institution(
                    name: "West Lake Clinic", code: Codes.clinic, kind: .clinic,
                    readingKey: cast.clinic.reading.publicKey, since: 1, change: admitted))
        let code = try #require(SocialCreditCode(Codes.clinic))
        #expect(try Directory.institution(withCode: code, in: state) == cast.clinic.id)
    }

    @Test("keeps practitioners and residents as their institution registered them")
    func registration() throws {
        let cast = try TestCast()
        let state = cast.zone.store
        let byClinic = StatusChange(status: .active, reason: nil, setBy: cast.clinic.id, height: 3)
        #expect(
            try Directory.practitioner(cast.familyDoctor.id, in: state)
                == Practitioner(
                    institution: cast.clinic.id, licence: cast.familyDoctor.id.hash,
                    roles: [.physician, .familyDoctor],
                    readingKey: cast.familyDoctor.reading.publicKey, since: 3, change: byClinic))
        #expect(
            try Directory.resident(cast.li.id, in: state)
                == Resident(
                    registrar: cast.clinic.id, identity: cast.li.id.hash, assurance: .documentSeen,
                    host: nil, since: 3, change: byClinic))
        #expect(try Directory.resident(cast.zhang.id, in: state)?.host == cast.hospital.id)
    }

    @Test("tells subscribers who joined where")
    func events() throws {
        let zone = try TestZone()
        let (hospital, doctor, resident) = (
            try zone.account(), try zone.account(), try zone.account()
        )
        let first = try zone.send(.found(name: "Z"), .admit(hospital), by: zone.authority)
        let second = try zone.send(
            .register(doctor), .enrol(resident), by: hospital, with: [doctor, resident])
        #expect(
            first + second == [
                Event(module: "membership", name: "founded", accounts: [zone.authority.id]),
                Event(module: "membership", name: "institution-admitted", accounts: [hospital.id]),
                Event(
                    module: "membership", name: "practitioner-registered",
                    accounts: [doctor.id, hospital.id]),
                Event(
                    module: "membership", name: "resident-enrolled",
                    accounts: [resident.id, hospital.id]),
            ])
    }

    @Test("lets an institution suspend and restore its own members")
    func ownStatus() throws {
        let cast = try TestCast()
        for (member, call) in [
            (cast.doctor, "setPractitionerStatus"), (cast.zhang, "setResidentStatus"),
        ] {
            for status in [MemberStatus.suspended, .active, .revoked] {
                try cast.zone.send(.set(member, status, by: call), by: cast.hospital)
                #expect(
                    try Directory.standing(of: member.id, in: cast.zone.store).status == status)
            }
        }
        let change = try Directory.practitioner(cast.doctor.id, in: cast.zone.store)?.change
        #expect(change?.reason == ReasonCode("test.reason"))
        #expect(change?.setBy == cast.hospital.id)
        #expect(change?.height == 6)
    }

    @Test("lets an institution revoke, but not lift, what the authority suspended")
    func authoritySuspension() throws {
        let cast = try TestCast()
        try cast.set(cast.doctor, .suspended)
        try cast.zone.send(
            .set(cast.doctor, .revoked, by: "setPractitionerStatus"), by: cast.hospital)
        try cast.set(cast.zhang, .suspended)
        try cast.set(cast.zhang, .active)
        let state = cast.zone.store
        #expect(try Directory.standing(of: cast.doctor.id, in: state).status == .revoked)
        #expect(try Directory.standing(of: cast.zhang.id, in: state).status == .active)
        // What the authority lifted, the institution may suspend and lift itself.
        try cast.zone.send(
            .set(cast.zhang, .suspended, by: "setResidentStatus"), by: cast.hospital)
        try cast.zone.send(.set(cast.zhang, .active, by: "setResidentStatus"), by: cast.hospital)
    }

    @Test("gives a social credit code free when its institution is revoked")
    func codeAfterRevocation() throws {
        let cast = try TestCast()
        try cast.set(cast.hospital, .revoked)
        try cast.zone.send(.admit(cast.stranger, code: Codes.hospital), by: cast.authority)
        let code = try #require(SocialCreditCode(Codes.hospital))
        #expect(try Directory.institution(withCode: code, in: cast.zone.store) == cast.stranger.id)
    }

    @Test("rotates keys, also of a suspended member and of the authority")
    func rotation() throws {
        let cast = try TestCast()
        try cast.set(cast.doctor, .suspended)
        let fresh = cast.stranger.key
        try cast.zone.send(
            .rotateKeys([fresh.publicKey, cast.doctor.key.publicKey]), by: cast.doctor)
        let other = try cast.zone.account()
        try cast.zone.send(.rotateKeys([other.key.publicKey]), by: cast.authority)
        let refused = try cast.zone.attempt(.found(name: "Again"), by: cast.authority)
        #expect(refused.failure == "account.key-not-authorised")
        let row = try cast.zone.store.value(for: Accounts.stateKey(cast.doctor.id))
        let keys = try AccountKeys(decoding: try #require(row))
        #expect(keys.keys == [fresh.publicKey, cast.doctor.key.publicKey])
    }

    @Test("replaces the reading keys of institutions and practitioners")
    func readingKeys() throws {
        let cast = try TestCast()
        let fresh = cast.stranger.reading.publicKey
        for member in [cast.hospital, cast.doctor] {
            try cast.zone.send(.replaceReadingKey(cast.stranger), by: member)
        }
        #expect(
            try Directory.institution(cast.hospital.id, in: cast.zone.store)?.readingKey == fresh)
        #expect(
            try Directory.practitioner(cast.doctor.id, in: cast.zone.store)?.readingKey == fresh)
    }

    @Test("moves a wallet to another host and into the resident's own hands")
    func wallet() throws {
        let cast = try TestCast()
        let events = try cast.zone.send(.moveWallet(to: cast.clinic), by: cast.zhang)
        #expect(events.map(\.accounts) == [[cast.zhang.id, cast.hospital.id, cast.clinic.id]])
        #expect(
            try Directory.resident(cast.zhang.id, in: cast.zone.store)?.host == cast.clinic.id)
        try cast.zone.send(.moveWallet(to: nil), by: cast.zhang)
        #expect(try Directory.resident(cast.zhang.id, in: cast.zone.store)?.host == nil)
    }
}

@Suite("The directory")
struct DirectoryTests {
    @Test("tells what each account is and whether it may act")
    func standing() throws {
        let cast = try TestCast()
        func standing(_ account: TestAccount) throws -> Standing {
            try Directory.standing(of: account.id, in: cast.zone.store)
        }
        #expect(try standing(cast.hospital) == .institution(.active))
        #expect(try standing(cast.zhang) == .resident(.active))
        #expect(try standing(cast.stranger) == .unknown)
        #expect(try standing(cast.authority) == .unknown)
        try cast.set(cast.hospital, .suspended)
        #expect(
            try standing(cast.nurse)
                == .practitioner(
                    .active, institution: cast.hospital.id, institutionStatus: .suspended,
                    roles: [.nurse]))
        #expect(try standing(cast.nurse).obstacle == .institutionNotActive)
        #expect(try standing(cast.zhang).obstacle == nil, "a resident outlives the registrar")
        #expect(try standing(cast.stranger).obstacle == .notMember)
    }

    @Test("lists members page by page in the order of their accounts")
    func pages() throws {
        let cast = try TestCast()
        let expected = [cast.doctor.id, cast.nurse.id, cast.familyDoctor.id].sorted()
        var found: [AccountID] = []
        while true {
            let page = try Directory.practitioners(
                after: found.last, limit: 2, in: cast.zone.store)
            found += page.map(\.account)
            if page.count < 2 { break }
        }
        #expect(found == expected)
        let institutions = try Directory.institutions(limit: 10, in: cast.zone.store)
        #expect(institutions.map(\.account) == [cast.hospital.id, cast.clinic.id].sorted())
        #expect(try Directory.residentCount(limit: 10, in: cast.zone.store) == 2)
        #expect(try Directory.residentCount(limit: 1, in: cast.zone.store) == 1)
    }

    @Test("names the rows that state proofs are about")
    func stateKeys() throws {
        let cast = try TestCast()
        for key in [
            Directory.institutionKey(cast.hospital.id), Directory.practitionerKey(cast.doctor.id),
            Directory.residentKey(cast.zhang.id),
        ] {
            #expect(try cast.zone.store.value(for: key) != nil)
        }
    }
}
