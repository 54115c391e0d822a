@testable import Agent
import Base
import Consent
import ContractKit
import Cryptography
import FHIRModel
import Ledger
import Membership
import Records
import Testing

struct DeskTests {
    private let zone: TestZone
    private let owner: AccountID
    private let desk: OwnerDesk
    private let records: [Hash256: Domain]
    private let until: Timestamp

    init() throws {
        zone = try TestZone(seed: 21)
        let report = try zone.pipeline().run(
            SampleFiles.bundle(), name: "1.json", time: Timestamp(milliseconds: 1))
        owner = try #require(report.owners.first)
        desk = try #require(zone.desk(owner))
        let items = try RecordQueries.items(of: owner, limit: 100, in: zone.ledger.store)
        records = Dictionary(uniqueKeysWithValues: items.map { ($0.record, $0.item.domain) })
        until = zone.ledger.now.advanced(bySeconds: 3600)
    }

    private func scope(_ domains: Domain...) -> GrantScope {
        GrantScope(domains: domains, purposes: [.treatment])
    }

    /// How many records of a domain a store's owner can open.
    private func opened(_ store: AgentStore, _ domain: Domain) throws -> Int {
        let reader = RecordReader(store: store, port: zone.port(store))
        let wanted = records.filter { $0.value == domain }.map(\.key).sorted()
        return try reader.read(wanted, of: owner, purpose: .treatment).count { $0.opened != nil }
    }

    @Test("a doctor without consent reads nothing and is told why")
    func noConsent() throws {
        let reader = RecordReader(store: zone.doctor, port: zone.port(zone.doctor))
        let wanted = records.keys.sorted()
        for outcome in try reader.read(wanted, of: owner, purpose: .treatment) {
            guard case .refused(_, let reasons) = outcome else {
                Issue.record("not refused")
                continue
            }
            #expect(reasons.map(\.code) == ["consent.no-consent"])
        }
        #expect(try reader.readAll(of: owner, purpose: .treatment).isEmpty)
    }

    @Test("a consent opens its domains, and only those")
    func consent() throws {
        let doctor = try #require(zone.doctor.identity.account)
        _ = try desk.permit(
            .person(doctor), scope: scope(.laboratory), from: zone.ledger.now, until: until)
        #expect(try opened(zone.doctor, .laboratory) == 3)
        #expect(try opened(zone.doctor, .medical) == 0)
        #expect(throws: DeskError.readerUnknown) {
            try desk.permit(
                .person(owner), scope: scope(.medical), from: zone.ledger.now, until: until)
        }
    }

    @Test("the institution that wrote a record reads it with its own key")
    func author() throws {
        #expect(try opened(zone.hospital, .laboratory) == 3)
    }

    @Test("a practitioner of the author opens records with the shared reading key")
    func colleague() throws {
        let colleague = AgentStore(
            inMemory: try Identity(.practitioner, label: "d", random: zone.random))
        try zone.register(colleague, at: zone.hospital)
        #expect(try opened(colleague, .laboratory) == 0)
        let hospital = try #require(zone.hospital.identity.account)
        let seed = try #require(zone.hospital.identity.reading?.seed)
        try colleague.remember([.sharedReadingKey(account: hospital, seed: seed)])
        #expect(try opened(colleague, .laboratory) == 3)
    }

    @Test("an access code read over the telephone opens its domains once")
    func accessCode() throws {
        let text = try desk.issueCode(
            scope: scope(.laboratory, .medical), redeemUntil: until, grantSeconds: 600)
        let typed = try AccessCodeText(reading: text.grouped.lowercased())
        let desk = PractitionerDesk(
            store: zone.doctor, port: zone.port(zone.doctor), chain: zone.ledger.chain,
            random: zone.random)
        let access = try desk.redeem(typed)
        #expect(access.owner == owner && access.domains == [.medical, .laboratory])
        #expect(try opened(zone.doctor, .laboratory) == 3)
        #expect(try opened(zone.doctor, .medical) == 5)
        #expect(try opened(zone.doctor, .directory) == 0)
        do throws(DeskError) {
            _ = try desk.redeem(typed)
            Issue.record("redeemed twice")
        } catch { #expect(error.refusal.code == "consent.code-used") }
        #expect(throws: DeskError.codeUnknown) {
            try desk.collect(AccessCodeText(random: zone.random))
        }
    }

    @Test("a cancelled code is worth nothing")
    func cancelledCode() throws {
        let text = try desk.issueCode(
            scope: scope(.laboratory), redeemUntil: until, grantSeconds: 600)
        try desk.cancelCode(AccessCodeKeys(text, suite: .ed25519).account)
        let practitioner = PractitionerDesk(
            store: zone.doctor, port: zone.port(zone.doctor), chain: zone.ledger.chain,
            random: zone.random)
        do throws(DeskError) {
            _ = try practitioner.redeem(text)
            Issue.record("redeemed")
        } catch { #expect(error.refusal.code == "consent.code-cancelled") }
        #expect(zone.doctor.state.epochSeeds.isEmpty)
    }

    @Test("revoking stops the reader, moves the epoch and keeps the readers who stay")
    func revocation() throws {
        let doctor = try #require(zone.doctor.identity.account)
        let other = try #require(zone.otherHospital.identity.account)
        let now = zone.ledger.now
        let first = try desk.permit(
            .person(doctor), scope: scope(.laboratory, .medical), from: now, until: until)
        _ = try desk.permit(.person(other), scope: scope(.laboratory), from: now, until: until)
        try desk.revoke(first, now: now)
        #expect(try desk.epochs()[.laboratory] == 2)
        #expect(try desk.epochs()[.medical] == 2)
        #expect(try desk.epochs()[.imaging] == 1)
        #expect(try opened(zone.doctor, .laboratory) == 0)
        #expect(try opened(zone.otherHospital, .laboratory) == 3)
        // What is written now is sealed to the new epoch, which only the reader who stays can open.
        _ = try zone.pipeline().run(
            SampleFiles.bundle(count: 1), name: "2.json", time: Timestamp(milliseconds: 2))
        let reader = RecordReader(
            store: zone.otherHospital, port: zone.port(zone.otherHospital))
        let opened = try reader.readAll(of: owner, domain: .laboratory, purpose: .treatment)
            .compactMap(\.opened)
        #expect(opened.map(\.place.epoch).sorted() == [1, 1, 1, 2])
        #expect(throws: DeskError.grantUnknown) { try desk.revoke(.zero, now: now) }
    }

    @Test("a consent for an institution serves its practitioners once they are handed keys")
    func institutionConsent() throws {
        let other = try #require(zone.otherHospital.identity.account)
        let doctor = try #require(zone.doctor.identity.account)
        let grant = try desk.permit(
            .institution(other), scope: scope(.laboratory), from: zone.ledger.now, until: until)
        #expect(try opened(zone.otherHospital, .laboratory) == 3)
        #expect(try opened(zone.doctor, .laboratory) == 0)
        try desk.handKeys(of: grant, to: doctor)
        #expect(try opened(zone.doctor, .laboratory) == 3)
    }

    @Test("a deny overrides a consent")
    func deny() throws {
        let doctor = try #require(zone.doctor.identity.account)
        let now = zone.ledger.now
        _ = try desk.permit(
            .person(doctor), scope: scope(.laboratory), from: now, until: until)
        let deny = try desk.deny(
            .person(doctor), scope: scope(.laboratory), from: now, until: until)
        #expect(try opened(zone.doctor, .laboratory) == 0)
        try desk.revoke(deny, now: now)
        #expect(try opened(zone.doctor, .laboratory) == 3)
        #expect(try desk.epochs()[.laboratory] == 1)
    }

    @Test("the owner erases a record")
    func erasure() throws {
        let record = try #require(records.keys.sorted().first)
        let reason = try #require(ReasonCode("owner.wish"))
        try desk.erase(record, reason: reason)
        let item = try RecordQueries.item(record, of: owner, in: zone.ledger.store)
        #expect(item?.erasure?.reason == reason)
    }

    @Test("a domain without a key cannot be part of a consent")
    func unpublishedDomain() throws {
        let planner = ConsentPlanner(
            owner: desk.owner, epochs: [.medical: 1], suite: .aes256GCM, random: zone.random)
        let reader = ReaderKey(account: owner, readingKey: [UInt8](repeating: 9, count: 32))
        #expect(throws: ConsentPlanError.domainUnpublished(.genome)) {
            try planner.permit(
                reader, as: .person(owner), scope: scope(.genome, .medical),
                from: zone.ledger.now, until: until)
        }
    }

    @Test("many epochs are split over transactions, but do not fit into a code")
    func manyEpochs() throws {
        let planner = ConsentPlanner(
            owner: desk.owner, epochs: [.medical: 70], suite: .aes256GCM, random: zone.random)
        let code = try AccessCodeKeys(AccessCodeText(random: zone.random), suite: .ed25519)
        #expect(throws: ConsentPlanError.tooManySeeds(count: 70)) {
            try planner.issue(
                code, scope: scope(.medical), redeemUntil: until, grantSeconds: 60)
        }
        let reader = ReaderKey(
            account: owner, readingKey: try KeyAgreementKey(random: zone.random).publicKey)
        let (_, calls) = try planner.permit(
            reader, as: .person(owner), scope: scope(.medical), from: zone.ledger.now,
            until: until)
        #expect(calls.count == 71)
        let builder = TransactionBuilder(chain: zone.ledger.chain, random: zone.random)
        let transactions = try builder.sign(splitting: calls, by: desk.owner.signer, head: 5)
        #expect(transactions.map(\.body.calls.count) == [64, 7])
        #expect(transactions.allSatisfy { $0.body.validUntil == 1005 })
    }

    @Test("a resident with the own wallet is enrolled once, and imports find the person")
    func ownWallet() throws {
        let wallet = ResidentWallet(suite: .ed25519, random: zone.random)
        let number = try IdentityNumber("11010519491231002X")
        let institution = InstitutionDesk(
            store: zone.hospital, port: zone.port(zone.hospital), chain: zone.ledger.chain,
            random: zone.random)
        func enrol() throws -> AccountID {
            try institution.enrol(
                wallet, identityNumber: number, assurance: .documentSeen, suite: .aes256GCM)
        }
        let account = try enrol()
        let before = zone.ledger.transactionCount
        #expect(try enrol() == account)
        #expect(zone.ledger.transactionCount == before)
        let patient = Array(
            """
            {"resourceType":"Patient","identifier":[{"system":"\(CodeSystem.identityNumber)",
            "value":"11010519491231002x"}]}
            """.utf8)
        let report = try zone.pipeline { $0.enrolsHosted = false }
            .run(patient, name: "p.json", time: Timestamp(milliseconds: 3))
        #expect(report.owners == [account])
        let resident = AgentStore(
            inMemory: try Identity(
                .resident, label: "r", suite: .ed25519, signingSeed: nil, readingSeed: nil,
                root: wallet.root, registrySecret: nil,
                journalKey: SecretBytes(randomCount: 32, from: zone.random), homes: []))
        try resident.addHome(try #require(zone.hospital.identity.account))
        let reader = RecordReader(store: resident, port: zone.ledger.port(for: account))
        let opened = try reader.readAll(of: account, purpose: .residentRequest)
        #expect(opened.compactMap(\.opened).map(\.payload.content) == [patient])
    }
}
