import Agent
import Base
import Consent
import Cryptography
import FHIRModel
import Gateway
import HTTPServer
import Ledger
import Node
import Sandbox
import StorageFiles
import Synchronization
import System
import Testing

/// The clock of a node under test: the system's, moved forward by hand.
final class MovableClock: Sendable {
    private let ahead = Mutex<UInt64>(0)

    var now: Timestamp { SystemClock.now.advanced(bySeconds: ahead.withLock { $0 }) }

    func advance(seconds: UInt64) { ahead.withLock { $0 += seconds } }
}

/// The sample zone in a temporary folder, served over real HTTP with a clock that tests move.
final class StoryZone: Sendable {
    let folder: String
    let node: Node
    let gateway: Gateway
    let trust: TrustFile
    let clock = MovableClock()
    let random: SeededRandom
    let client: StoryClient
    private let disk: LinuxDisk
    private let server: HTTPServer
    private let stores = Mutex<[String: AgentStore]>([:])

    /// Makes the zone; with an executor, the node runs that instead of the contracts alone.
    init(
        seed: UInt64, executor: (any Executor)? = nil, pages: [GatewayPage] = []
    ) throws {
        let random = SeededRandom(seed: seed)
        let folder = try FileSystem.makeTemporaryFolder("kanglian-story")
        let zone = SampleZone(folder, random: random)
        var options = SampleZone.Options()
        options.residents = 1
        try zone.create(options, time: SystemClock.now) { _ in }
        let configuration = try zone.nodeFolder.configuration()
        let clock = clock
        let node = try Node(
            configuration: configuration, storage: NodeFolder.openStorage(zone.nodeFolder.path),
            executor: executor, clock: { clock.now })
        gateway = Gateway(node: node, pages: pages)
        server = try HTTPServer(configuration: HTTPServerConfiguration(), handler: gateway)
        (self.folder, self.node, self.random) = (folder, node, random)
        trust = TrustFile(genesis: configuration.genesis)
        disk = try LinuxDisk(root: folder)
        client = StoryClient(
            url: "http://127.0.0.1:\(server.port)", chain: configuration.genesis.id)
    }

    deinit {
        server.shutdown(gracePeriodSeconds: 1)
        node.shutdown()
        for store in stores.withLock({ Array($0.values) }) { store.close() }
        try? FileSystem.removeTree(folder)
    }

    var chain: Hash256 { trust.genesis.id }

    // MARK: People

    /// The keystore of a party, such as `doctors/li`.
    func store(_ name: String) throws -> AgentStore {
        if let known = stores.withLock({ $0[name] }) { return known }
        let store = try AgentStore.open(
            at: name + ".keys", on: disk, protection: .unprotectedForDemonstrationsOnly,
            random: random)
        stores.withLock { $0[name] = store }
        return store
    }

    /// Who signs for a party; for the resident, the pseudonym at the first hospital.
    func signer(_ name: String) throws -> Signer {
        let identity = try store(name).identity
        if let signer = identity.signer { return signer }
        let home = try #require(identity.homes.first)
        return try #require(identity.wallet).pseudonym(at: home).signer
    }

    func port(_ name: String) throws -> HTTPPort {
        HTTPPort(url: client.url, signer: try signer(name))
    }

    /// The resident's desk.
    func resident() throws -> OwnerDesk {
        let identity = try store("residents/resident-01").identity
        let home = try #require(identity.homes.first)
        return OwnerDesk(
            owner: try #require(identity.wallet).pseudonym(at: home),
            port: try port("residents/resident-01"), chain: chain, suite: .aes256GCM,
            random: random)
    }

    func doctor(_ name: String) throws -> PractitionerDesk {
        PractitionerDesk(
            store: try store("doctors/" + name), port: try port("doctors/" + name), chain: chain,
            random: random)
    }

    // MARK: The beginning of every story

    /// Imports the resident's bundle at the first hospital, over HTTP.
    ///
    /// - Returns: one record of each of the domains that refusals need.
    func importResident() throws -> [Domain: Hash256] {
        let pool = WorkerPool(threads: 1)
        defer { pool.close() }
        let file = folder + "/samples/resident-01.json"
        let report = try ImportPipeline(
            store: try store("hospital-a"), port: try port("hospital-a"), chain: chain,
            suite: .aes256GCM, options: ImportOptions(), pool: pool, random: random
        ).run(FileSystem.read(file, limit: 64 << 20), name: file, time: clock.now)
        let owner = try signer("residents/resident-01").account
        #expect(report.owners == [owner])
        let listed = try port("residents/resident-01").records(
            of: owner, domain: nil, purpose: .residentRequest, after: nil
        ).records
        return Dictionary(listed.map { ($0.domain, $0.record) }) { first, _ in first }
    }

    /// An access code of the resident, for medical and laboratory data.
    func issue(
        hours: UInt64 = 24, reads: UInt64? = nil, bound: AccountID? = nil
    ) throws -> AccessCodeText {
        try resident().issueCode(
            scope: GrantScope(domains: [.medical, .laboratory], purposes: [.treatment]),
            bound: bound, redeemUntil: clock.now.advanced(bySeconds: 24 * 3600),
            grantSeconds: hours * 3600, readLimit: reads)
    }
}
