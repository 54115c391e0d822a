import Agent
import Base
import Consent
import ContractKit
import Cryptography
import FHIRModel
import Gateway
import Ledger
import Node
import Sandbox
import Storage
import System
import Testing

/// Erasing destroys the only copy of the data key: no key that ever opened the record does then.
@Suite(.serialized)
struct ErasureTests {
    /// Who keeps the root seed of the record's owner.
    enum Holder: CaseIterable {
        case resident
        case host
    }

    /// One way into the record: a key alone, and the party that reads with it over HTTP.
    private struct Way {
        let name: String
        let keys: OpeningKeys
        let reader: RecordReader
        let purpose: Purpose
    }

    private let home: SecrecyZone

    init() throws { home = try SecrecyZone() }

    /// The store of whoever holds the wallet, and the owner's keys in it.
    private func owner(of holder: Holder) throws -> (store: AgentStore, owner: OwnerKeys) {
        guard holder == .host else { return try home.resident() }
        let store = try home.agent("hospital-b")
        let pseudonym = try #require(store.state.wallets.keys.min { $0.hash < $1.hash })
        return (store, try #require(OwnerLookup.keys(of: pseudonym, in: store)))
    }

    /// A doctor of neither hospital redeems the owner's code; the key is the one it then keeps.
    private func redeem(
        _ code: AccessCodeText, _ doctor: AgentStore, _ place: RecordPlace, _ running: RunningNode
    ) throws -> (key: KeyAgreementKey, port: HTTPPort) {
        let port = home.port(running, doctor.identity.signer)
        let chain = running.node.configuration.genesis.id
        _ = try PractitionerDesk(store: doctor, port: port, chain: chain, random: SystemRandom())
            .redeem(code)
        let name = EpochKeyName(owner: place.owner, domain: place.domain, epoch: place.epoch)
        return (try KeyAgreementKey(seed: #require(doctor.state.epochSeeds[name])), port)
    }

    private func opens(
        _ content: ServedRecord.Content, _ envelope: [UInt8], _ keys: OpeningKeys
    ) -> Bool {
        (try? RecordOpener.open(
            body: content.body, envelope: envelope, commitment: content.commitment,
            at: content.place, with: keys)) != nil
    }

    /// The blobs of the vault that serve a key as the envelope of the body.
    private func openers(
        _ content: ServedRecord.Content, _ keys: OpeningKeys, _ running: RunningNode
    ) throws -> [Hash256] {
        let addresses = try running.node.vault.addresses(after: nil, limit: 1_000_000)
        #expect(addresses.count > 100)
        return try addresses.map(\.digest).filter {
            opens(content, try running.node.vault.get(BlobAddress($0)) ?? [], keys)
        }
    }

    @Test(arguments: Holder.allCases)
    func `an erased record cannot be opened by anyone and the chain still verifies`(
        holder: Holder
    ) throws {
        let running = try home.serve()
        try home.zone.importSamples(node: running.node, time: SystemClock.now) { _, _ in }
        let (store, owner) = try owner(of: holder)
        let own = home.port(running, owner.signer)
        let record = try #require(
            try own.records(
                of: owner.account, domain: nil, purpose: .residentRequest, after: nil
            ).records.first?.record)
        let content = try #require(
            try own.read([record], of: owner.account, purpose: .residentRequest).first?.content)
        let desk = OwnerDesk(
            owner: owner, port: own, chain: running.node.configuration.genesis.id,
            suite: .aes256GCM, random: SystemRandom())
        let code = try desk.issueCode(
            scope: GrantScope(domains: [content.place.domain], purposes: [.treatment]),
            redeemUntil: SystemClock.now.advanced(bySeconds: 3600), grantSeconds: 3600)

        let institutions = try ["hospital-a", "hospital-b", "clinic"].map {
            holder == .host && $0 == "hospital-b" ? store : try home.agent($0)
        }
        let doctor = try home.agent("doctors/li")
        let others = try ["authority", "doctors/wang", "doctors/chen"].map { try home.agent($0) }
        defer {
            if holder == .resident { store.close() }
            for store in institutions + others + [doctor] { store.close() }
        }
        let writer = try #require(
            institutions.first { $0.identity.account == content.writer })
        let redeemed = try redeem(code, doctor, content.place, running)
        let ways = [
            Way(
                name: "the wallet",
                keys: OpeningKeys(
                    domainKey: try owner.domainKey(
                        content.place.domain, epoch: content.place.epoch)),
                reader: RecordReader(store: store, port: own), purpose: .residentRequest),
            Way(
                name: "the code", keys: OpeningKeys(domainKey: redeemed.key),
                reader: RecordReader(store: doctor, port: redeemed.port), purpose: .treatment),
            Way(
                name: "the writer", keys: OpeningKeys(writerKey: writer.identity.reading),
                reader: RecordReader(
                    store: writer, port: home.port(running, writer.identity.signer)),
                purpose: .treatment),
        ]
        // Each way leads to the record, and the vault has just the one envelope for it.
        for way in ways {
            #expect(
                try openers(content, way.keys, running)
                    == [HashSuite.sha256.hash(content.envelope)], "\(way.name)")
            let outcome = try way.reader.read([record], of: owner.account, purpose: way.purpose)
            #expect(outcome.first?.opened?.record == record, "\(way.name)")
        }
        // Pieces of the ciphertexts: the vault has them now and nothing has them afterwards.
        let pieces: Set<[UInt8]> = [
            Array(content.envelope.suffix(64)), Array(content.body.suffix(64)),
        ]
        #expect(try ByteSearch(pieces).found(below: home.zone.path).count == 2)

        try desk.erase(record, reason: try #require(ReasonCode("resident-request")))
        for way in ways {
            let outcome = try way.reader.read([record], of: owner.account, purpose: way.purpose)
            guard case .refused(record, let reasons) = outcome.first else {
                Issue.record("\(way.name): \(String(describing: outcome.first))")
                continue
            }
            #expect(reasons.map(\.code) == ["consent.record-erased"], "\(way.name)")
        }
        for blob in [content.body, content.envelope] {
            let address = BlobAddress(HashSuite.sha256.hash(blob))
            #expect(try running.node.vault.get(address) == nil)
        }
        // The body was kept. The code is typed once more, and its seeds are still on the chain.
        let again = try PractitionerDesk(
            store: doctor, port: redeemed.port, chain: running.node.configuration.genesis.id,
            random: SystemRandom()
        ).collect(code)
        #expect(again.owner == owner.account)
        let rest = (institutions + others + [doctor]).compactMap(\.identity.reading)
            .map { OpeningKeys(writerKey: $0) }
        for keys in ways.map(\.keys) + rest {
            #expect(try openers(content, keys, running).isEmpty)
        }
        try eventually("reads reach the chain") { running.node.openAudits == 0 }
        running.stop()
        #expect(try ByteSearch(pieces).found(below: home.zone.path).isEmpty)

        let head = running.node.head
        try home.zone.nodeFolder.removeState()
        let replayed = try home.serve()
        #expect(replayed.node.head == head)
        replayed.stop()
    }
}
