import Base
import Consent
import ContractKit
import FHIRModel
import Ledger
import Membership
import Storage
import Testing

@Suite("Consent")
struct ConsentTests {
    private let scope = GrantScope(domains: [.laboratory, .medical], purposes: [.treatment])

    @Test("keeps each grant under its owner and tells owner and recipient")
    func grant() throws {
        let cast = try TestCast()
        let (zone, state) = (cast.zone, cast.zone.store)
        let recipients: [GrantRecipient] = [
            .person(cast.doctor.id), .person(cast.li.id), .institution(cast.clinic.id),
            .role(.familyDoctor),
        ]
        for recipient in recipients {
            let id = zone.random.hash256()
            let (from, until) = (zone.now, zone.now.advanced(bySeconds: 60))
            let events = try zone.send(
                .consent(
                    id, to: recipient, scope: scope, from: from, until: until, readLimit: 3),
                by: cast.zhang)
            #expect(
                events == [
                    Event(
                        module: "consent", name: "granted",
                        accounts: [cast.zhang.id] + [recipient.account].compactMap { $0 },
                        data: [0x82, 0x58, 0x20] + id.bytes + [0])
                ])
            #expect(
                try ConsentQueries.grant(id, of: cast.zhang.id, in: state)
                    == Grant(
                        effect: .permit, recipient: recipient, scope: scope, from: from,
                        until: until, readLimit: 3))
            #expect(try ConsentQueries.grant(id, of: cast.li.id, in: state) == nil)
            #expect(
                try state.value(for: ConsentQueries.grantStateKey(id, of: cast.zhang.id)) != nil)
        }
        #expect(scope.domains == [.medical, .laboratory], "one encoding for one set")
    }

    @Test("lists an owner's grants page by page, and no one else's")
    func pages() throws {
        let cast = try TestCast()
        let ids = (0..<5).map { _ in cast.zone.random.hash256() }
        let calls = ids.map {
            Call.consent($0, to: .role(.nurse), scope: scope, until: .distant)
        }
        #expect(try cast.zone.attempt(calls, by: cast.zhang).failure == nil)
        try cast.zone.send(calls[0], by: cast.hospital)
        var found: [Hash256] = []
        while true {
            let page = try ConsentQueries.grants(
                of: cast.zhang.id, after: found.last, limit: 2, in: cast.zone.store)
            found += page.map(\.id)
            if page.count < 2 { break }
        }
        #expect(found == ids.sorted())
    }

    @Test("revokes at once, also when the owner is suspended")
    func revoke() throws {
        let cast = try TestCast()
        let id = cast.zone.random.hash256()
        try cast.zone.send(
            .consent(id, to: .person(cast.doctor.id), scope: scope, until: .distant),
            by: cast.zhang)
        try cast.set(cast.zhang, .suspended)
        let events = try cast.zone.send(.revoke(id), by: cast.zhang)
        #expect(events.map(\.name) == ["revoked"])
        #expect(events.map(\.accounts) == [[cast.zhang.id, cast.doctor.id]])
        let grant = try ConsentQueries.grant(id, of: cast.zhang.id, in: cast.zone.store)
        #expect(grant?.status == .revoked)
    }

    @Test("counts reads beyond the limit and never over the end of the numbers")
    func consume() throws {
        let cast = try TestCast()
        let id = cast.zone.random.hash256()
        try cast.zone.send(
            .consent(id, to: .role(.nurse), scope: scope, until: .distant, readLimit: 2),
            by: cast.zhang)
        func used() throws -> UInt64? {
            try ConsentQueries.grant(id, of: cast.zhang.id, in: cast.zone.store)?.readsUsed
        }
        for (count, expected) in [(1, 1), (5, 6), (.max, .max), (1, .max)] as [(UInt64, UInt64)] {
            let events = try cast.zone.send(
                .consume(id, of: cast.zhang, count: count), by: cast.clinic)
            #expect(events.map(\.name) == ["consumed"])
            #expect(try used() == expected)
        }
    }
}

@Suite("An access code")
struct AccessCodeTests {
    private let scope = GrantScope(domains: [.medical], purposes: [.treatment])

    @Test("becomes a grant for the practitioner who redeems it")
    func redeem() throws {
        let cast = try TestCast()
        let (zone, state) = (cast.zone, cast.zone.store)
        let code = try zone.account()
        let keys = [CodeKey(domain: .medical, epoch: 1, sealed: [1, 2, 3])]
        let offer = CodeOffer(
            bound: nil, scope: scope, redeemUntil: zone.now.advanced(bySeconds: 600),
            grantSeconds: 3600, readLimit: 10, keys: keys)
        let issued = try zone.send(.issue(code, offer), by: cast.zhang)
        #expect(issued.map(\.accounts) == [[cast.zhang.id]])
        #expect(
            try ConsentQueries.code(code.id, in: state)
                == AccessCode(
                    owner: cast.zhang.id, offer: offer, status: .open, redemption: nil))
        let time = zone.now
        let redeemed = try zone.send(.redeem(code), by: cast.familyDoctor, with: [code])
        #expect(redeemed.map(\.name) == ["code-redeemed", "granted"])
        #expect(redeemed.allSatisfy { $0.accounts == [cast.zhang.id, cast.familyDoctor.id] })
        let kept = try #require(try ConsentQueries.code(code.id, in: state))
        #expect(kept.status == .redeemed)
        #expect(kept.redemption?.practitioner == cast.familyDoctor.id)
        let id = try #require(kept.redemption?.grant)
        #expect(
            try ConsentQueries.grant(id, of: cast.zhang.id, in: state)
                == Grant(
                    effect: .permit, recipient: .person(cast.familyDoctor.id), scope: scope,
                    from: time, until: time.advanced(bySeconds: 3600), readLimit: 10,
                    code: code.id))
        #expect(try state.value(for: ConsentQueries.codeStateKey(code.id)) != nil)
    }

    @Test("may be one of several that one transaction redeems")
    func severalCodes() throws {
        let cast = try TestCast()
        let (first, second) = (try cast.zone.account(), try cast.zone.account())
        try cast.zone.send(
            .issue(first, cast.offer(scope)), .issue(second, cast.offer(scope)), by: cast.zhang)
        try cast.zone.send(
            .redeem(first), .redeem(second), by: cast.doctor, with: [first, second])
        let grants = try ConsentQueries.grants(of: cast.zhang.id, limit: 9, in: cast.zone.store)
        #expect(Set(grants.map(\.grant.code)) == [first.id, second.id])
    }

    @Test("that is bound works for the one practitioner")
    func bound() throws {
        let cast = try TestCast()
        let code = try cast.zone.account()
        let events = try cast.zone.send(
            .issue(code, cast.offer(scope, bound: cast.doctor)), by: cast.zhang)
        #expect(events.map(\.accounts) == [[cast.zhang.id, cast.doctor.id]])
        try cast.zone.send(.redeem(code), by: cast.doctor, with: [code])
    }

    @Test("can be cancelled, also by a suspended owner")
    func cancel() throws {
        let cast = try TestCast()
        let code = try cast.zone.account()
        try cast.zone.send(.issue(code, cast.offer(scope)), by: cast.zhang)
        try cast.set(cast.zhang, .suspended)
        let events = try cast.zone.send(.cancel(code), by: cast.zhang)
        #expect(events.map(\.name) == ["code-cancelled"])
        #expect(try ConsentQueries.code(code.id, in: cast.zone.store)?.status == .cancelled)
    }
}

extension Timestamp {
    /// Long after every test.
    static let distant = TestZone.start.advanced(bySeconds: 1_000_000)
}

extension TestCast {
    /// An offer that can be redeemed for ten minutes.
    func offer(
        _ scope: GrantScope = GrantScope(domains: [.medical], purposes: [.treatment]),
        bound: TestAccount? = nil, seconds: UInt64 = 600, grantSeconds: UInt64 = 3600,
        readLimit: UInt64? = nil
    ) -> CodeOffer {
        CodeOffer(
            bound: bound?.id, scope: scope, redeemUntil: zone.now.advanced(bySeconds: seconds),
            grantSeconds: grantSeconds, readLimit: readLimit, keys: [])
    }
}

extension Call {
    static func consent(
        _ id: Hash256 = .zero, _ effect: GrantEffect = .permit, to recipient: GrantRecipient,
        scope: GrantScope = GrantScope(domains: [.medical], purposes: [.treatment]),
        from: Timestamp = TestZone.start, until: Timestamp, readLimit: UInt64? = nil
    ) -> Call {
        Call(
            ConsentContract.self, "grant",
            ConsentContract.GrantConsent(
                id: id, effect: effect, recipient: recipient, scope: scope, from: from,
                until: until, readLimit: readLimit))
    }

    static func revoke(_ id: Hash256) -> Call {
        Call(ConsentContract.self, "revoke", ConsentContract.Revoke(grant: id))
    }

    static func issue(_ code: TestAccount, _ offer: CodeOffer) -> Call {
        Call(
            ConsentContract.self, "issueCode",
            ConsentContract.IssueCode(code: code.id, offer: offer))
    }

    static func cancel(_ code: TestAccount) -> Call {
        Call(ConsentContract.self, "cancelCode", ConsentContract.NameCode(code: code.id))
    }

    static func redeem(_ code: TestAccount) -> Call {
        Call(ConsentContract.self, "redeemCode", ConsentContract.NameCode(code: code.id))
    }

    static func consume(_ id: Hash256, of owner: TestAccount, count: UInt64 = 1) -> Call {
        Call(
            ConsentContract.self, "consumeRead",
            ConsentContract.ConsumeRead(owner: owner.id, grant: id, count: count))
    }
}
