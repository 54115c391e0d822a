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

/// Nothing that names a person is readable in what a node keeps.
@Suite(.serialized)
struct SecrecyTests {
    private let home: SecrecyZone
    private var zone: SampleZone { home.zone }

    init() throws { home = try SecrecyZone() }

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

    private func importAll(_ running: RunningNode, _ bundles: [[UInt8]]) throws {
        try zone.importSamples(node: running.node, time: SystemClock.now) { _, _ in }
        let hospital = try home.agent("hospital-a")
        defer { hospital.close() }
        let pool = WorkerPool(threads: 1)
        defer { pool.close() }
        var options = ImportOptions()
        options.enrolsHosted = true
        for (index, bundle) in bundles.enumerated() {
            _ = try ImportPipeline(
                store: hospital, port: home.port(running, hospital.identity.signer),
                chain: running.node.configuration.genesis.id, suite: .aes256GCM, options: options,
                pool: pool, random: SystemRandom()
            ).run(bundle, name: "bundle-\(index).json", time: SystemClock.now)
        }
    }

    /// Own reads, an access code, a doctor's reads, a replayed code, another doctor's refusal.
    private func use(_ running: RunningNode) throws {
        let chain = running.node.configuration.genesis.id
        let (store, owner) = try home.resident()
        defer { store.close() }
        let own = home.port(running, owner.signer)
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
            let doctor = try home.agent(file)
            defer { doctor.close() }
            let door = home.port(running, doctor.identity.signer)
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
        let baseline = try home.serve()
        baseline.stop()
        var strings = PersonalStrings()
        let samples = try FileSystem.list(zone.path + "/samples")
            .map { try FileSystem.read("\(zone.path)/samples/\($0)", limit: 64 << 20) }
        let published = try Self.publishedBundles
        for bundle in samples + published { strings.collect(try JSONValue(parsing: bundle)) }
        let known = try ByteSearch(strings.needles).found(below: zone.nodeFolder.path)
        let search = ByteSearch(strings.needles.subtracting(known.keys))
        #expect(search.count > 200 && known.count < 50, "\(search.count), \(known.count)")

        let running = try home.serve()
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
}
