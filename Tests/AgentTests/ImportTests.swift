@testable import Agent
import Base
import Consent
import Cryptography
import FHIRModel
import Ledger
import Membership
import Records
import Storage
import Testing

struct ImportTests {
    private let time = Timestamp(milliseconds: 1)

    @Test("a bundle comes back byte for byte, and each resource is a record of its domain")
    func bundle() throws {
        let zone = try TestZone(seed: 1)
        let bytes = SampleFiles.bundle()
        var seen: [ImportProgress] = []
        let report = try zone.pipeline().run(bytes, name: "p1.json", time: time) {
            seen.append($0)
        }
        #expect(report.progress.records == 9 && report.enrolled == 1 && report.owners.count == 1)
        #expect(seen.map(\.records) == Array(1...9))
        #expect(seen.allSatisfy { $0.knownRecords == 9 })
        let owner = try #require(report.owners.first)
        let reader = RecordReader(store: zone.hospital, port: zone.ledger.port(for: owner))
        let opened = try reader.readAll(of: owner, purpose: .residentRequest).map {
            try #require($0.opened)
        }
        #expect(opened.count == 9)
        let documents = Reassembly.documents(in: opened)
        #expect(documents.map(\.bytes) == [bytes])
        #expect(documents.map(\.record) == report.summary.manifests.map(\.record))
        var domains: [Domain: Int] = [:]
        for record in opened { domains[record.place.domain, default: 0] += 1 }
        // Patient, manifest and vital signs; laboratory; the organisation.
        #expect(domains == [.medical: 5, .laboratory: 3, .directory: 1])
    }

    @Test("links lead from a resource to the records of what it refers to")
    func links() throws {
        let zone = try TestZone(seed: 2)
        let report = try zone.pipeline().run(
            SampleFiles.bundle(), name: "p1.json", time: time)
        let owner = try #require(report.owners.first)
        let reader = RecordReader(store: zone.hospital, port: zone.ledger.port(for: owner))
        let opened = try reader.readAll(of: owner, purpose: .residentRequest)
            .compactMap(\.opened)
        let byRecord = Dictionary(uniqueKeysWithValues: opened.map { ($0.record, $0.payload) })
        for record in opened where record.payload.links.count == 2 {
            let targets = try record.payload.links.map { try #require(byRecord[$0.record]) }
            let texts = targets.map { String(decoding: $0.content, as: UTF8.self) }
            #expect(texts[0].contains(#""resourceType":"Patient""#))
            #expect(texts[1].contains(#""resourceType":"Organization""#))
        }
        #expect(opened.count { $0.payload.links.count == 2 } == 6)
    }

    @Test("lines go to the patients whom they are about, whatever names them")
    func lines() throws {
        let zone = try TestZone(seed: 3)
        let report = try zone.pipeline().run(SampleFiles.lines, name: "x.ndjson", time: time)
        #expect(report.enrolled == 2 && report.progress.records == 6)
        #expect(report.summary.manifests.isEmpty)
        // Two residents and, for the organisation, the hospital itself.
        #expect(report.owners.count == 3)
        var counts: [Int] = []
        for owner in report.owners {
            counts.append(
                try RecordQueries.items(of: owner, limit: 10, in: zone.ledger.store).count)
        }
        #expect(counts.sorted() == [1, 2, 3])
        let own = try #require(zone.hospital.identity.account)
        let items = try RecordQueries.items(of: own, limit: 10, in: zone.ledger.store)
        #expect(items.map(\.item.domain) == [.directory])
        let reader = RecordReader(store: zone.hospital, port: zone.port(zone.hospital))
        let outcomes = try reader.read(items.map(\.record), of: own, purpose: .operations)
        #expect(outcomes.compactMap(\.opened).count == 1)
    }

    @Test("a known patient is found again by identifier and by the id of the same source")
    func returning() throws {
        let zone = try TestZone(seed: 4)
        let first = try zone.pipeline().run(SampleFiles.bundle(), name: "1.json", time: time)
        let again = try zone.pipeline { $0.enrolsHosted = false }
        let second = try again.run(SampleFiles.bundle(count: 2), name: "2.json", time: time)
        #expect(second.owners == first.owners && second.enrolled == 0)
        let line = Array(
            #"{"resourceType":"Condition","subject":{"reference":"Patient/p1"}}"#.utf8)
        #expect(try again.run(line, name: "3.json", time: time).owners == first.owners)
        let foreign = try zone.pipeline {
            $0.enrolsHosted = false
            $0.source = "other"
        }
        #expect(throws: ImportFailure.patientsUnknown(count: 1)) {
            try foreign.run(line, name: "4.json", time: time)
        }
    }

    @Test("an id that means two persons is refused instead of mixing their records")
    func ambiguity() throws {
        let zone = try TestZone(seed: 5)
        _ = try zone.pipeline().run(SampleFiles.bundle(), name: "1.json", time: time)
        let other = Array(
            """
            {"resourceType":"Patient","id":"p1","identifier":[{"system":"urn:oid:1.2","value":"Z"}]}
            """.utf8)
        let before = zone.ledger.transactionCount
        #expect(throws: ImportFailure.patientAmbiguous(entry: nil)) {
            try zone.pipeline().run(other, name: "2.json", time: time)
        }
        #expect(zone.ledger.transactionCount == before)
        // The same person from elsewhere, with another id, is fine.
        let report = try zone.pipeline { $0.source = "other" }
            .run(other, name: "2.json", time: time)
        #expect(report.enrolled == 1)
    }

    @Test("unknown patients are refused when hosting is off, before anything is written")
    func unknownPatients() throws {
        let zone = try TestZone(seed: 6)
        let pipeline = try zone.pipeline { $0.enrolsHosted = false }
        let before = zone.ledger.transactionCount
        #expect(throws: ImportFailure.patientsUnknown(count: 2)) {
            try pipeline.run(SampleFiles.lines, name: "x.ndjson", time: time)
        }
        #expect(zone.ledger.transactionCount == before)
        #expect(zone.hospital.state.wallets.isEmpty)
    }

    @Test("a mistake anywhere in a file is found before anything is written")
    func invalidFiles() throws {
        let zone = try TestZone(seed: 7)
        let before = zone.ledger.transactionCount
        func code(_ text: String, _ name: String) throws -> String? {
            do throws(ImportFailure) {
                _ = try zone.pipeline().run(Array(text.utf8), name: name, time: time)
                return nil
            } catch { return error.refusal.code }
        }
        let lines = String(decoding: SampleFiles.lines, as: UTF8.self)
        #expect(try code(lines + "\n{", "x.ndjson") == "json.truncated")
        let unknown = #"{"resourceType":"Nothing"}"#
        #expect(try code(unknown, "x.json") == "import.unknown-resource-type")
        let nameless = #"{"resourceType":"Patient"}"#
        #expect(try code(nameless, "x.json") == "import.patient-unidentified")
        #expect(try code("not bzip2", "x.json.bz2") == "import.bzip2")
        #expect(zone.ledger.transactionCount == before)
    }

    @Test("a finished file is left alone")
    func repetition() throws {
        let zone = try TestZone(seed: 8)
        let first = try zone.pipeline().run(SampleFiles.bundle(), name: "1.json", time: time)
        let before = zone.ledger.requestCount
        let again = try zone.pipeline().run(SampleFiles.bundle(), name: "b.json", time: time)
        #expect(again.wasImportedBefore && again.summary == first.summary)
        #expect(zone.ledger.requestCount == before)
    }

    @Test("a run that breaks off at any request is completed by the next one")
    func interruption() throws {
        let counting = try TestZone(seed: 9)
        let before = counting.ledger.requestCount
        _ = try counting.pipeline().run(SampleFiles.bundle(), name: "1.json", time: time)
        let total = counting.ledger.requestCount - before
        #expect(total > 10)
        for allowed in 0..<total {
            let zone = try TestZone(seed: 9)
            zone.ledger.setBudget(allowed)
            #expect(throws: ImportFailure.self) {
                try zone.pipeline().run(SampleFiles.bundle(), name: "1.json", time: time)
            }
            zone.ledger.setBudget(nil)
            let report = try zone.pipeline()
                .run(SampleFiles.bundle(), name: "1.json", time: time)
            #expect(report.owners.count == 1, "after \(allowed) requests")
            let owner = try #require(report.owners.first)
            #expect(zone.hospital.state.wallets.count == 1, "after \(allowed) requests")
            let items = try RecordQueries.items(of: owner, limit: 100, in: zone.ledger.store)
            #expect(items.count == 9, "after \(allowed) requests")
            let reader = RecordReader(store: zone.hospital, port: zone.ledger.port(for: owner))
            let opened = try reader.readAll(of: owner, purpose: .residentRequest)
                .compactMap(\.opened)
            #expect(
                Reassembly.documents(in: opened).map(\.bytes) == [SampleFiles.bundle()],
                "after \(allowed) requests")
        }
    }

    @Test("records follow when the owner's keys have moved to another epoch")
    func movedEpoch() throws {
        let zone = try TestZone(seed: 10)
        let first = try zone.pipeline().run(SampleFiles.bundle(), name: "1.json", time: time)
        let owner = try #require(first.owners.first)
        let keys = try #require(OwnerLookup.keys(of: owner, in: zone.hospital))
        try zone.ledger.must(
            [try KeyCalls.publish(.laboratory, epoch: 2, of: keys)], by: keys.signer,
            random: zone.random)
        let pipeline = try zone.pipeline()
        _ = try pipeline.run(SampleFiles.bundle(count: 3), name: "2.json", time: time)
        // The pipeline has seen epoch 2 and does not know yet of the third.
        try zone.ledger.must(
            [try KeyCalls.publish(.laboratory, epoch: 3, of: keys)], by: keys.signer,
            random: zone.random)
        _ = try pipeline.run(SampleFiles.bundle(count: 5), name: "3.json", time: time)
        let reader = RecordReader(store: zone.hospital, port: zone.ledger.port(for: owner))
        let opened = try reader.readAll(of: owner, domain: .laboratory, purpose: .residentRequest)
            .compactMap(\.opened)
        #expect(Set(opened.map(\.place.epoch)) == [1, 2, 3])
        #expect(opened.count == 3 + 2 + 3)
    }

    @Test("a node that names a key of its own is noticed")
    func lyingNode() throws {
        let zone = try TestZone(seed: 11)
        _ = try zone.pipeline().run(SampleFiles.bundle(), name: "1.json", time: time)
        let liar = LyingPort(honest: zone.port(zone.hospital), random: zone.random)
        let pipeline = try ImportPipeline(
            store: zone.hospital, port: liar, chain: zone.ledger.chain, suite: .aes256GCM,
            options: ImportOptions(), pool: zone.pool, random: zone.random)
        #expect(throws: ImportFailure.keyMismatch) {
            try pipeline.run(SampleFiles.bundle(count: 1), name: "2.json", time: time)
        }
    }

    @Test("only an institution imports")
    func others() throws {
        let zone = try TestZone(seed: 12)
        #expect(throws: ImportFailure.notInstitution) {
            try ImportPipeline(
                store: zone.doctor, port: zone.port(zone.doctor), chain: zone.ledger.chain,
                suite: .aes256GCM, options: ImportOptions(), pool: zone.pool,
                random: zone.random)
        }
    }

    @Test("nothing of a file is on the chain or in the vault in the clear")
    func secrecy() throws {
        let zone = try TestZone(seed: 13)
        let bundle = SampleFiles.bundle()
        _ = try zone.pipeline().run(bundle, name: "1.json", time: time)
        var stored: [UInt8] = []
        for (key, value) in try zone.ledger.store.scan(prefix: [], after: nil, limit: 10_000) {
            stored += key + value
        }
        for address in try zone.ledger.vault.addresses(after: nil, limit: 10_000) {
            stored += try #require(try zone.ledger.vault.get(address))
        }
        let texts = ["MRN-p1", "测试", "Observation", "urn:oid:1.2", "p1-patient", "医院"]
        for text in texts where text != "医院" { #expect(!stored.contains(Array(text.utf8))) }
        for text in ["MRN-p1", "urn:oid:1.2|MRN-p1", "p1", "Patient/p1"] {
            let digest = HashSuite.sha256.hash(Array(text.utf8))
            #expect(!stored.contains(digest.bytes))
        }
        #expect(!stored.contains(HashSuite.sha256.hash(bundle).bytes))
    }
}

/// A node that wants to read what is sealed to residents.
private struct LyingPort: LedgerPort {
    let honest: TestPort
    let random: SeededRandom

    func domainKey(
        of owner: AccountID, _ domain: Domain, epoch: UInt64?
    ) throws(PortError) -> PublishedKey? {
        guard let key = try? KeyAgreementKey(random: random) else { return nil }
        return PublishedKey(epoch: 1, key: key.publicKey)
    }

    func chain() throws(PortError) -> ChainFacts { try honest.chain() }

    func store(_ blobs: [[UInt8]]) throws(PortError) -> [Hash256] { try honest.store(blobs) }

    func submit(
        _ transactions: [SignedTransaction]
    ) throws(PortError) -> [TransactionVerdict] { try honest.submit(transactions) }

    func member(_ account: AccountID) throws(PortError) -> MemberFacts? {
        try honest.member(account)
    }

    func records(
        of owner: AccountID, domain: Domain?, purpose: Purpose, after: Hash256?
    ) throws(PortError) -> (records: [RecordFacts], next: Hash256?) { ([], nil) }

    func read(
        _ records: [Hash256], of owner: AccountID, purpose: Purpose
    ) throws(PortError) -> [ServedRecord] { [] }

    func accessCode(_ account: AccountID) throws(PortError) -> AccessCodeFacts? { nil }

    func redeem(_ transaction: SignedTransaction) throws(PortError) -> TransactionVerdict {
        try honest.redeem(transaction)
    }

    func consents(of owner: AccountID) throws(PortError) -> [ListedGrant] { [] }
}
