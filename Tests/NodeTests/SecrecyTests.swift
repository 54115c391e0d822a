import Agent
import Base
import Consent
import ContractKit
import Cryptography
import Encoding
import FHIRModel
import Gateway
import HTTPServer
import Ledger
import Node
import Records
import Sandbox
import Storage
import StorageFiles
import System
import Testing

/// Nothing that names a person is readable in what a node keeps, and an erased record is gone.
@Suite(.serialized)
struct SecrecyTests {
    private let folder: TemporaryFolder
    private let zone: SampleZone

    init() throws {
        folder = try TemporaryFolder()
        zone = SampleZone(folder.path + "/zone", random: SystemRandom())
        try zone.create(SampleZone.Options(), time: SystemClock.now) { _ in }
    }

    /// The Synthea bundles of the optional data, the smallest first, or none.
    private static var publishedBundles: [[UInt8]] {
        get throws {
            let package = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
            let data = Environment.value("KANGLIAN_DATA") ?? "/\(package)/../shared/data"
            let synthea = data + "/synthea"
            guard FileSystem.isFolder(synthea) else { return [] }
            return try FileSystem.list(synthea).filter { $0.hasSuffix(".json.bz2") }
                .map {
                    (path: "\(synthea)/\($0)", size: try FileSystem.byteCount("\(synthea)/\($0)"))
                }
                .sorted { $0.size < $1.size }
                .map {
                    try Bzip2.decompress(
                        FileSystem.read($0.path, limit: 64 << 20), limit: 256 << 20)
                }
        }
    }

    private func serve() throws -> RunningNode {
        var server = HTTPServerConfiguration()
        server.port = 0
        return try RunningNode(
            folder: zone.nodeFolder, server: server, logFile: zone.nodeFolder.path + "/log")
    }

    private func agent(_ file: String) throws -> AgentStore {
        try AgentStore.open(
            at: file + ".keys", on: LinuxDisk(root: zone.path),
            protection: .unprotectedForDemonstrationsOnly, random: SystemRandom())
    }

    private func port(_ running: RunningNode, _ signer: Signer?) -> HTTPPort {
        HTTPPort(url: running.url, signer: signer)
    }

    /// The first resident's keys at the first hospital.
    private func resident() throws -> (store: AgentStore, owner: OwnerKeys) {
        let store = try agent("residents/resident-01")
        let home = try #require(store.identity.homes.first)
        return (store, try #require(try store.identity.wallet?.pseudonym(at: home)))
    }

    private func importAll(_ running: RunningNode, _ bundles: [[UInt8]]) throws {
        try zone.importSamples(node: running.node, time: SystemClock.now) { _, _ in }
        let hospital = try agent("hospital-a")
        defer { hospital.close() }
        let pool = WorkerPool(threads: 1)
        defer { pool.close() }
        var options = ImportOptions()
        options.enrolsHosted = true
        for (index, bundle) in bundles.enumerated() {
            _ = try ImportPipeline(
                store: hospital, port: port(running, hospital.identity.signer),
                chain: running.node.configuration.genesis.id, suite: .aes256GCM, options: options,
                pool: pool, random: SystemRandom()
            ).run(bundle, name: "bundle-\(index).json", time: SystemClock.now)
        }
    }

    /// Own reads, an access code, a doctor's reads, a replayed code, another doctor's refusal.
    private func use(_ running: RunningNode) throws {
        let chain = running.node.configuration.genesis.id
        let (store, owner) = try resident()
        defer { store.close() }
        let own = port(running, owner.signer)
        let mine = try RecordReader(store: store, port: own)
            .readAll(of: owner.account, purpose: .residentRequest)
        #expect(!mine.isEmpty && mine.allSatisfy { $0.opened != nil })
        let now = SystemClock.now
        let code = try OwnerDesk(
            owner: owner, port: own, chain: chain, suite: .aes256GCM, random: SystemRandom()
        ).issueCode(
            scope: GrantScope(domains: [.medical], purposes: [.treatment]),
            redeemUntil: Timestamp(milliseconds: now.milliseconds + 3_600_000), grantSeconds: 3600)
        for (file, isFirst) in [("doctors/chen", true), ("doctors/li", false)] {
            let doctor = try agent(file)
            defer { doctor.close() }
            let door = port(running, doctor.identity.signer)
            let desk = PractitionerDesk(
                store: doctor, port: door, chain: chain, random: SystemRandom())
            let reader = RecordReader(store: doctor, port: door)
            if isFirst {
                _ = try desk.redeem(code)
                #expect(try !reader.readAll(of: owner.account, purpose: .treatment).isEmpty)
            } else {
                #expect(throws: DeskError.self) { _ = try desk.redeem(code) }
                let record = try #require(mine.first?.opened?.record)
                let outcome = try reader.read([record], of: owner.account, purpose: .treatment)
                #expect(outcome.allSatisfy { $0.opened == nil })
            }
        }
        try eventually("reads reach the chain") { running.node.openAudits == 0 }
    }

    @Test func `no byte that a node keeps says anything about a person`() throws {
        // Words of the program and of the zone's members are there before any resident is.
        let baseline = try serve()
        baseline.stop()
        var strings = PersonalStrings()
        let samples = try FileSystem.list(zone.path + "/samples")
            .map { try FileSystem.read("\(zone.path)/samples/\($0)", limit: 64 << 20) }
        let published = try Self.publishedBundles
        for bundle in samples + published { strings.collect(try JSONValue(parsing: bundle)) }
        let known = try ByteSearch(strings.needles).found(below: zone.nodeFolder.path)
        let search = ByteSearch(strings.needles.subtracting(known.keys))
        #expect(search.count > 200 && known.count < 50, "\(search.count), \(known.count)")

        let running = try serve()
        try importAll(running, published)
        try use(running)
        running.stop()
        let found = try search.found(below: zone.nodeFolder.path)
        #expect(
            found.isEmpty,
            "\(found.map { (String(decoding: $0.key, as: UTF8.self), $0.value) }.prefix(10))")
        // The search can fail: one resource in the clear is found by many of its strings.
        try FileSystem.writeAtomically(
            zone.nodeFolder.path + "/vault/planted", [UInt8](repeating: 0, count: 5000) + samples[3]
        )
        #expect(try search.found(below: zone.nodeFolder.path).count > 20)
    }

    @Test func `an erased record cannot be opened by anyone and the chain still verifies`() throws {
        let running = try serve()
        try importAll(running, [])
        let chain = running.node.configuration.genesis.id
        let (store, owner) = try resident()
        defer { store.close() }
        let own = port(running, owner.signer)
        let reader = RecordReader(store: store, port: own)
        let record = try #require(
            try own.records(
                of: owner.account, domain: nil, purpose: .residentRequest, after: nil
            ).records.first?.record)
        let content = try #require(
            try own.read([record], of: owner.account, purpose: .residentRequest).first?.content)
        // Every secret of the zone; the first opens the record while its envelope is there.
        let agents =
            try ["authority", "hospital-a", "hospital-b", "clinic"].map { try agent($0) }
            + ["doctors/wang", "doctors/chen", "doctors/li"].map { try agent($0) }
        defer { for agent in agents { agent.close() } }
        let domainKey = try owner.domainKey(content.place.domain, epoch: content.place.epoch)
        let keys =
            [OpeningKeys(domainKey: domainKey)]
            + agents.compactMap(\.identity.reading).map { OpeningKeys(writerKey: $0) }
        func opens(_ envelope: [UInt8]) -> Bool {
            keys.contains { keys in
                (try? RecordOpener.open(
                    body: content.body, envelope: envelope, commitment: content.commitment,
                    at: content.place, with: keys)) != nil
            }
        }
        #expect(opens(content.envelope))
        // Pieces of the ciphertexts: the vault has them now and nothing has them afterwards.
        let pieces: Set<[UInt8]> = [
            Array(content.envelope.suffix(64)), Array(content.body.suffix(64)),
        ]
        #expect(try ByteSearch(pieces).found(below: zone.nodeFolder.path).count == 2)

        try OwnerDesk(
            owner: owner, port: own, chain: chain, suite: .aes256GCM, random: SystemRandom()
        ).erase(record, reason: try #require(ReasonCode("resident-request")))
        let outcome = try reader.read([record], of: owner.account, purpose: .residentRequest).first
        guard case .refused(record, let reasons) = outcome else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        #expect(reasons.map(\.code) == ["consent.record-erased"])
        for blob in [content.body, content.envelope] {
            let address = BlobAddress(HashSuite.sha256.hash(blob))
            #expect(try running.node.vault.get(address) == nil)
        }
        let others = try running.node.vault.addresses(after: nil, limit: 1_000_000)
        #expect(others.count > 100)
        #expect(try !others.contains { opens(try running.node.vault.get($0) ?? []) })
        try eventually("reads reach the chain") { running.node.openAudits == 0 }
        running.stop()
        #expect(try ByteSearch(pieces).found(below: zone.nodeFolder.path).isEmpty)

        let head = running.node.head
        try zone.nodeFolder.removeState()
        let replayed = try serve()
        #expect(replayed.node.head == head)
        replayed.stop()
    }
}
