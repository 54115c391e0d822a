@testable import Agent
import Base
import Consent
import ContractKit
import Cryptography
import Encoding
import FHIRModel
import Ledger
import Testing

@Suite(.timeLimit(.minutes(2)))
struct HTTPPortTests {
    @Test("a bundle goes in and comes back over HTTP, each record proved to the validators")
    func story() throws {
        let zone = try HTTPZone(seed: 31)
        let bytes = SampleFiles.bundle(count: 40)
        let report = try zone.importSample(bytes, name: "p1.json")
        let owner = try #require(report.owners.first)
        let keys = try #require(OwnerLookup.keys(of: owner, in: zone.hospital))
        let reader = RecordReader(
            store: zone.hospital, port: zone.port(signing: keys.signer), trust: zone.trust)
        let opened = try reader.readAll(of: owner, purpose: .residentRequest)
            .compactMap(\.opened)
        #expect(Reassembly.documents(in: opened).map(\.bytes) == [bytes])
        #expect(opened.count == report.progress.records)
    }

    @Test("consent, code, revocation and refusals work over HTTP as they do in process")
    func consents() throws {
        let zone = try HTTPZone(seed: 32)
        let report = try zone.importSample(SampleFiles.bundle(), name: "p1.json")
        let owner = try #require(report.owners.first)
        let keys = try #require(OwnerLookup.keys(of: owner, in: zone.hospital))
        let desk = OwnerDesk(
            owner: keys, port: zone.port(signing: keys.signer), chain: zone.chain,
            suite: .aes256GCM, random: zone.random)
        let now = try zone.port(nil).chain().time
        let scope = GrantScope(domains: [.laboratory], purposes: [.treatment])
        let reader = RecordReader(
            store: zone.doctor, port: zone.port(zone.doctor), trust: zone.trust)
        func readable() throws -> Int {
            try reader.readAll(of: owner, purpose: .treatment).compactMap(\.opened).count
        }
        #expect(try readable() == 0)
        let text = try desk.issueCode(
            scope: scope, redeemUntil: now.advanced(bySeconds: 3600), grantSeconds: 3600)
        let practitioner = PractitionerDesk(
            store: zone.doctor, port: zone.port(zone.doctor), chain: zone.chain,
            random: zone.random)
        #expect(try practitioner.redeem(text).owner == owner)
        #expect(try readable() == 3)
        do throws(DeskError) {
            _ = try practitioner.redeem(text)
            Issue.record("redeemed twice")
        } catch { #expect(error.refusal.code == "consent.code-used") }
        let grant = try #require(try desk.consents().first)
        try desk.revoke(grant.id, now: now)
        #expect(try readable() == 0)
        #expect(try desk.epochs()[.laboratory] == 2)
    }

    @Test("what was sent before counts as what became of it then")
    func duplicates() throws {
        let zone = try HTTPZone(seed: 33)
        let owner = try #require(zone.hospital.identity.owner)
        let port = zone.port(zone.hospital)
        let builder = TransactionBuilder(chain: zone.chain, random: zone.random)
        let good = try builder.sign(
            [try KeyCalls.publish(.medical, epoch: 1, of: owner)], by: owner.signer,
            head: try port.chain().height)
        let bad = try builder.sign(
            [try KeyCalls.publish(.medical, epoch: 7, of: owner)], by: owner.signer,
            head: try port.chain().height)
        let first = try port.submit([good, bad])
        #expect(try port.submit([good, bad]) == first)
        #expect(first[0].refusal == nil && first[1].refusal?.code == "keys.epoch-order")
        #expect(try port.domainKey(of: owner.account, .medical, epoch: nil)?.epoch == 1)
        #expect(try port.domainKey(of: owner.account, .genome, epoch: nil) == nil)
        #expect(try port.member(AccountID(.zero)) == nil)
        #expect(try port.member(owner.account)?.kind == .institution)
        #expect(try port.accessCode(AccountID(.zero)) == nil)
    }

    @Test("a port without an identity cannot read, and one to nowhere says so")
    func failures() throws {
        let zone = try HTTPZone(seed: 34)
        #expect(throws: PortError.self) {
            try zone.port(nil).read([.zero], of: AccountID(.zero), purpose: .treatment)
        }
        let nowhere = HTTPPort(url: "http://127.0.0.1:1", signer: nil)
        do throws(PortError) {
            _ = try nowhere.chain()
            Issue.record("somebody answered")
        } catch { #expect(error.refusal.code == "node.unreachable") }
    }

    @Test("nothing is signed for a node of another chain")
    func foreignChain() throws {
        let zone = try HTTPZone(seed: 37)
        let port = HTTPPort(
            url: zone.url, signer: zone.doctor.identity.signer,
            expecting: .zero)
        do throws(PortError) {
            _ = try port.consents(of: AccountID(.zero))
            Issue.record("signed in")
        } catch { #expect(error.refusal.code == "node.foreign-chain") }
    }

    @Test("a record that differs from the chain in anything is unproven")
    func lies() throws {
        let zone = try HTTPZone(seed: 35)
        let report = try zone.importSample(SampleFiles.bundle(count: 1), name: "p1.json")
        let owner = try #require(report.owners.first)
        let keys = try #require(OwnerLookup.keys(of: owner, in: zone.hospital))
        let port = zone.port(signing: keys.signer)
        let listed = try port.records(
            of: owner, domain: .laboratory, purpose: .residentRequest, after: nil)
        let record = try #require(listed.records.first).record
        let served = try port.read([record], of: owner, purpose: .residentRequest)
        let content = try #require(served.first?.content)
        let prover = ReadProver(port: port, trust: zone.trust)
        #expect(try prover.unproven(served).isEmpty)
        let place = content.place
        func lie(
            place: RecordPlace? = nil, writer: AccountID? = nil, commitment: Hash256? = nil,
            body: [UInt8]? = nil, envelope: [UInt8]? = nil, transaction: TransactionID?? = nil
        ) -> ServedRecord {
            ServedRecord(
                record: record,
                content: .init(
                    place: place ?? content.place, writer: writer ?? content.writer,
                    commitment: commitment ?? content.commitment, body: body ?? content.body,
                    envelope: envelope ?? content.envelope, keys: [],
                    transaction: transaction ?? content.transaction), reasons: [])
        }
        let lies = [
            lie(place: .init(owner: place.owner, domain: .genome, epoch: 1, record: record)),
            lie(place: .init(owner: place.owner, domain: place.domain, epoch: 2, record: record)),
            lie(
                place: .init(
                    owner: place.owner, domain: place.domain, epoch: 1, record: record,
                    version: 2)),
            lie(
                place: .init(owner: AccountID(.zero), domain: .laboratory, epoch: 1, record: record)
            ),
            lie(writer: AccountID(.zero)), lie(commitment: .zero), lie(body: content.envelope),
            lie(envelope: content.body), lie(transaction: .some(nil)),
        ]
        for (index, lie) in lies.enumerated() {
            #expect(try prover.unproven([lie]) == [record], "lie \(index)")
        }
        let stranger = try HTTPZone(seed: 36)
        let elsewhere = ReadProver(port: port, trust: stranger.trust)
        #expect(try elsewhere.unproven(served) == [record])
    }
}
