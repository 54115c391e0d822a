import Agent
import Base
import Cryptography
import FHIRModel
import Gateway
import HTTPServer
import Ledger
import Membership
import Node
import Storage
import System

/// A node in memory behind its gateway on loopback, with one hospital and one doctor of another.
final class HTTPZone {
    let random: SeededRandom
    let trust: TrustFile
    let node: Node
    let server: HTTPServer
    let hospital: AgentStore
    let clinic: AgentStore
    let doctor: AgentStore
    let pool = WorkerPool(threads: 1)
    private let gateway: Gateway

    init(seed: UInt64) throws {
        let random = SeededRandom(seed: seed)
        self.random = random
        func store(_ kind: IdentityKind) throws -> AgentStore {
            AgentStore(inMemory: try Identity(kind, label: kind.name, random: random))
        }
        let authority = try Identity(.authority, label: "a", random: random)
        (hospital, clinic) = (try store(.institution), try store(.institution))
        doctor = try store(.practitioner)
        guard let regulator = authority.signer, let operatorKey = hospital.identity.signer else {
            throw KeystoreError.incomplete
        }
        let validator = try SigningKey(suite: .ed25519, random: random)
        let member = Validator(account: operatorKey.account, key: validator.publicKey, weight: 1)
        guard let set = ValidatorSet([member]) else { throw KeystoreError.incomplete }
        let genesis = Genesis(
            zone: "33", chain: "main", hashSuite: .sha256, time: Timestamp(milliseconds: 1),
            authority: regulator.account, validators: set)
        trust = TrustFile(genesis: genesis)
        node = try Node(
            configuration: NodeConfiguration(
                genesis: genesis, validator: validator, operatorAccount: operatorKey.account,
                operatorKey: operatorKey.key),
            storage: NodeStorage(
                store: MemoryKeyValueStore(), log: MemoryBlockLog(),
                vault: MemoryBlobStore { HashSuite.sha256.hash($0) }, journal: MemoryJournal()),
            random: random)
        gateway = Gateway(node: node, random: random)
        server = try HTTPServer(configuration: HTTPServerConfiguration(), handler: gateway)
        try found(regulator)
    }

    private func found(_ authority: Signer) throws {
        var calls = [MemberCalls.found(name: "浙江")]
        for (store, code) in [(hospital, "91330106673959654P"), (clinic, "91330000142915651H")] {
            guard let account = store.identity.account, let reading = store.identity.reading else {
                continue
            }
            calls.append(
                MemberCalls.admit(
                    account, name: "医院", code: code, kind: .hospital,
                    readingKey: reading.publicKey))
        }
        let port = port(nil)
        let builder = TransactionBuilder(chain: chain, random: random)
        let founding = try builder.sign(calls, by: authority, head: try port.chain().height)
        if let refusal = try port.submit([founding]).compactMap(\.refusal).first { throw refusal }
        try InstitutionDesk(
            store: clinic, port: self.port(clinic), chain: chain, random: random
        ).register(doctor.identity, licenceNumber: "110330000012345", roles: [.physician])
    }

    deinit {
        server.shutdown(gracePeriodSeconds: 0)
        node.shutdown()
        pool.close()
    }

    var chain: Hash256 { trust.genesis.id }

    var url: String { "http://127.0.0.1:\(server.port)" }

    func port(_ store: AgentStore?) -> HTTPPort { port(signing: store?.identity.signer) }

    func port(signing signer: Signer?) -> HTTPPort {
        HTTPPort(url: url, signer: signer, expecting: chain)
    }

    func importSample(_ bytes: [UInt8], name: String) throws -> ImportReport {
        var options = ImportOptions()
        options.enrolsHosted = true
        return try ImportPipeline(
            store: hospital, port: port(hospital), chain: chain, suite: .aes256GCM,
            options: options, pool: pool, random: random
        ).run(bytes, name: name, time: Timestamp(milliseconds: 1))
    }
}
