import Agent
import Audit
import Base
import Consent
import ContractKit
import Encoding
import FHIRModel
import Ledger
import Membership
import Synchronization
import System
import Testing

/// Every refusal through HTTP, in the resident's audit list with its reason, and provable.
@Suite("Reads that are refused")
struct RefusalTests {
    private static let resident = "residents/resident-01"
    /// Times that the audit list is asked for before a refusal counts as missing.
    private static let patience = 50_000

    private let zone: StoryZone
    private let finding: Hash256
    private let image: Hash256
    private let owner: AccountID

    init() throws {
        zone = try StoryZone(seed: 2026)
        let records = try zone.importResident()
        finding = try #require(records[.laboratory])
        image = try #require(records[.imaging])
        owner = try zone.signer(Self.resident).account
    }

    // MARK: Steps

    private func read(_ record: Hash256, as doctor: String) throws -> StoryClient.Answer {
        let token = try zone.client.token(zone.signer("doctors/" + doctor))
        return try zone.client.post(
            "/v1/reads", StoryClient.read(record, of: owner), token: token)
    }

    /// The audit list once everything answered so far is on the chain.
    private func audit() throws -> [JSONValue] {
        for _ in 0..<Self.patience {
            if try zone.client.get("/v1/zone").json["open_audits"]?.integerValue == 0 { break }
        }
        let token = try zone.client.token(zone.signer(Self.resident))
        return try zone.client.get("/v1/audit?owner=\(owner)&limit=500", token: token)
            .json["entries"]?.elements ?? []
    }

    /// The audit entry behind the first `count`, which is on the chain soon after the answer.
    private func entry(after count: Int) throws -> JSONValue {
        let token = try zone.client.token(zone.signer(Self.resident))
        for _ in 0..<Self.patience {
            let entries =
                try zone.client.get("/v1/audit?owner=\(owner)&limit=500", token: token)
                .json["entries"]?.elements ?? []
            if entries.count > count { return try #require(entries.last) }
        }
        Issue.record("the audit list has no entry \(count)")
        return .null
    }

    /// The code must be the answer's, the audit entry's and that of the row on the chain.
    private func expectRefusal(
        _ code: String, of record: Hash256?, to doctor: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ attempt: () throws -> (status: Int, code: String?)
    ) throws {
        let before = try audit().count
        let answer = try attempt()
        #expect(answer.status == 403, sourceLocation: sourceLocation)
        #expect(answer.code == code, sourceLocation: sourceLocation)
        let entry = try entry(after: before)
        let reader = try zone.signer("doctors/" + doctor).account
        #expect(entry["allowed"] == false, sourceLocation: sourceLocation)
        #expect(entry["reader"]?.stringValue == reader.description, sourceLocation: sourceLocation)
        #expect(
            entry["reasons"]?[0]?["code"]?.stringValue == code, sourceLocation: sourceLocation)
        #expect(
            entry["records"]?.elements == (record.map { [.string($0.description)] } ?? []),
            sourceLocation: sourceLocation)
        try prove(entry, code, reader, sourceLocation)
    }

    /// Fetches the receipt with the row's proof and checks both with the trust file alone.
    private func prove(
        _ entry: JSONValue, _ code: String, _ reader: AccountID, _ place: SourceLocation
    ) throws {
        let transaction = try #require(entry["transaction"]?.stringValue)
        let key = try #require(entry["state_key"]?.stringValue)
        let answer = try zone.client.get("/v1/receipts/\(transaction)?state=\(key)")
        #expect(answer.status == 200, sourceLocation: place)
        let verified = try VerifiedReceipt(decoding: answer.body, trust: zone.trust)
        #expect(verified.transaction.id.description == transaction, sourceLocation: place)
        #expect(verified.entry.outcome.failure == nil, sourceLocation: place)
        let state = try #require(verified.receipt.state.first)
        #expect(Hex.encode(state.key) == key, sourceLocation: place)
        let row = try AuditRow(decoding: #require(state.value))
        #expect(row.read.allowed == false && row.read.reader == reader, sourceLocation: place)
        #expect(row.read.reasons.first?.text == code, sourceLocation: place)
        #expect(row.transaction.description == transaction, sourceLocation: place)
    }

    private func expectRefusedRead(
        _ code: String, of record: Hash256? = nil, to doctor: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let record = record ?? finding
        try expectRefusal(code, of: record, to: doctor, sourceLocation: sourceLocation) {
            let answer = try read(record, as: doctor)
            #expect(answer.json["results"]?[0]?["body"] == nil, sourceLocation: sourceLocation)
            return (answer.status, answer.code)
        }
    }

    private func expectRefusedCode(
        _ code: String, _ text: AccessCodeText, to doctor: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let desk = try zone.doctor(doctor)
        try expectRefusal(code, of: nil, to: doctor, sourceLocation: sourceLocation) {
            do throws(DeskError) {
                _ = try desk.redeem(text)
                return (200, nil)
            } catch {
                guard case .port(.refused(let refusal, let status)) = error else { throw error }
                return (status, refusal.code)
            }
        }
    }

    /// Dr Li redeems a code and reads once.
    private func consent(hours: UInt64 = 24, reads: UInt64? = nil) throws -> AccessCodeText {
        let text = try zone.issue(hours: hours, reads: reads)
        _ = try zone.doctor("li").redeem(text)
        #expect(try read(finding, as: "li").status == 200)
        return text
    }

    private func submit(_ call: Call, by name: String) throws {
        let signer = try zone.signer(name)
        let transaction = try TransactionBuilder(chain: zone.chain, random: zone.random)
            .sign([call], by: signer, head: UInt64(zone.client.height()))
        let answer = try zone.client.submit([transaction.bytes])
        #expect(answer.json["results"]?[0]?["status"] == "final")
        #expect(answer.json["results"]?[0]?["failure"] == nil)
    }

    // MARK: Who and what

    @Test("another doctor is refused, with and without a consent for someone else")
    func anotherDoctor() throws {
        try expectRefusedRead("consent.no-consent", to: "chen")
        _ = try consent()
        try expectRefusedRead("consent.no-consent", to: "chen")
    }

    @Test("another domain is refused")
    func anotherDomain() throws {
        _ = try consent()
        try expectRefusedRead("consent.domain-not-covered", of: image, to: "li")
    }

    @Test("a record that does not exist is refused and recorded too")
    func unknownRecord() throws {
        _ = try consent()
        try expectRefusedRead(
            "consent.record-unknown", of: SeededRandom(seed: 9).hash256(), to: "li")
    }

    // MARK: How often and how long

    @Test("after the last read, the next is refused")
    func lastRead() throws {
        _ = try consent(reads: 20)
        // One after the other without a pause: some are on the chain, some on their way there.
        for _ in 1..<20 { #expect(try read(finding, as: "li").status == 200) }
        try expectRefusedRead("consent.reads-used", to: "li")
    }

    @Test("readers at the same time get no more than the last read")
    func readsAtOnce() throws {
        _ = try consent(reads: 6)
        let token = try zone.client.token(zone.signer("doctors/li"))
        let statuses = Mutex<[Int]>([])
        let threads = try (0..<4).map { number in
            try System.Thread("reader-\(number)") { [zone, owner, finding] in
                for _ in 0..<5 {
                    let answer = try? zone.client.post(
                        "/v1/reads", StoryClient.read(finding, of: owner), token: token)
                    statuses.withLock { $0.append(answer?.status ?? 0) }
                }
            }
        }
        for thread in threads { thread.join() }
        let found = statuses.withLock { $0 }
        #expect(found.count { $0 == 200 } == 5)
        #expect(found.count { $0 == 403 } == 15)
        try expectRefusedRead("consent.reads-used", to: "li")
    }

    @Test("after the consent has expired, reads are refused")
    func expiry() throws {
        _ = try consent(hours: 1)
        zone.clock.advance(seconds: 3601)
        try expectRefusedRead("consent.expired", to: "li")
    }

    @Test("after revocation, the very next read is refused")
    func revocation() throws {
        _ = try consent()
        let desk = try zone.resident()
        let grant = try #require(try desk.consents().first)
        try desk.revoke(grant.id, now: zone.clock.now)
        try expectRefusedRead("consent.revoked", to: "li")
    }

    // MARK: Codes

    @Test("a replayed code is refused, to others and to who redeemed it")
    func replayedCode() throws {
        let text = try consent()
        try expectRefusedCode("consent.code-used", text, to: "chen")
        try expectRefusedCode("consent.code-used", text, to: "li")
    }

    @Test("a code for one practitioner is refused to another, and then still good for its own")
    func boundCode() throws {
        let text = try zone.issue(bound: zone.signer("doctors/li").account)
        try expectRefusedCode("consent.code-bound", text, to: "chen")
        _ = try zone.doctor("li").redeem(text)
    }

    @Test("a code that is redeemed too late is refused")
    func expiredCode() throws {
        let text = try zone.issue()
        zone.clock.advance(seconds: 24 * 3600 + 1)
        try expectRefusedCode("consent.code-expired", text, to: "li")
    }

    // MARK: Standing

    @Test("a suspended practitioner is refused, and reads again when resumed")
    func suspendedPractitioner() throws {
        _ = try consent()
        let doctor = try zone.signer("doctors/li").account
        let reason = try #require(ReasonCode("licence.expired"))
        try submit(
            MemberCalls.setPractitionerStatus(doctor, .suspended, reason: reason), by: "clinic")
        try expectRefusedRead("consent.reader-suspended", to: "li")
        try submit(
            MemberCalls.setPractitionerStatus(doctor, .active, reason: reason), by: "clinic")
        #expect(try read(finding, as: "li").status == 200)
    }

    @Test("a practitioner of a suspended institution is refused")
    func suspendedInstitution() throws {
        _ = try consent()
        let clinic = try zone.signer("clinic").account
        let reason = try #require(ReasonCode("inspection"))
        try submit(
            MemberCalls.setInstitutionStatus(clinic, .suspended, reason: reason), by: "authority")
        try expectRefusedRead("consent.institution-suspended", to: "li")
    }

    @Test("nobody but the resident sees the audit list and the consents")
    func ownerOnly() throws {
        let token = try zone.client.token(zone.signer("doctors/li"))
        for path in ["/v1/audit", "/v1/consents"] {
            let answer = try zone.client.get("\(path)?owner=\(owner)", token: token)
            #expect(answer.status == 403 && answer.code == "session.not-owner")
        }
    }
}
