import Agent
import Base
import Conformance
import Cryptography
import Encoding
import FHIRDefinitions
import FHIRModel
import FHIRSearch
import FHIRServer
import HTTPServer
import Ledger
import Membership
import Node
import Sandbox
import Storage
import Synchronization
import System

/// A zone in memory: one node, three institutions with a FHIR server each, a doctor at each.
final class FHIRZone: Sendable {
    static let table: Result<DefinitionTable, Refusal> = Result { () throws(Refusal) in
        try InstalledDefinitions.load()
    }

    let random: SeededRandom
    let node: Node
    let institutions: [AgentStore]
    let doctors: [AgentStore]
    let hosts: [FHIRHost]
    let indexes: [any ResourceIndex]
    let clock: SettableClock
    let folder: String

    init(
        seed: UInt64, institutions count: Int = 1, policy: DeletionPolicy = .amendment,
        clients: ClientRegistry = ClientRegistry([]), time: Timestamp? = nil,
        validation: ResourceValidation = .none, base: String = "http://fhir.example/fhir",
        hooks: HookSettings? = nil, index: (Int) throws -> any ResourceIndex = { _ in ScanIndex() }
    ) throws {
        let random = SeededRandom(seed: seed)
        self.random = random
        clock = SettableClock(time ?? Timestamp(milliseconds: 1_790_000_000_000))
        let clock = clock
        func store(_ kind: IdentityKind) throws -> AgentStore {
            AgentStore(inMemory: try Identity(kind, label: kind.name, random: random))
        }
        let authority = try Identity(.authority, label: "a", random: random)
        institutions = try (0..<count).map { _ in try store(.institution) }
        doctors = try (0..<count).map { _ in try store(.practitioner) }
        guard let regulator = authority.signer, let operatorKey = institutions[0].identity.signer
        else { throw KeystoreError.incomplete }
        let validator = try SigningKey(suite: .ed25519, random: random)
        let member = Validator(account: operatorKey.account, key: validator.publicKey, weight: 1)
        guard let set = ValidatorSet([member]) else { throw KeystoreError.incomplete }
        let genesis = Genesis(
            zone: "33", chain: "main", hashSuite: .sha256, time: Timestamp(milliseconds: 1),
            authority: regulator.account, validators: set)
        node = try Node(
            configuration: NodeConfiguration(
                genesis: genesis, validator: validator, operatorAccount: operatorKey.account,
                operatorKey: operatorKey.key),
            storage: NodeStorage(
                store: MemoryKeyValueStore(), log: MemoryBlockLog(),
                vault: MemoryBlobStore { HashSuite.sha256.hash($0) }, journal: MemoryJournal()),
            clock: { clock.now }, random: random)
        try Self.found(node, regulator, institutions, doctors, random)
        let node = node
        folder = try FileSystem.makeTemporaryFolder("fhir")
        var hosts: [FHIRHost] = []
        var indexes: [any ResourceIndex] = []
        for (place, store) in institutions.enumerated() {
            var settings = FHIRSettings(
                address: ServerAddress(base: base), validation: validation,
                exportFolder: folder + "/export-\(place)")
            settings.policy = policy
            settings.clients = clients
            settings.hooks = hooks
            let index = try index(place)
            indexes.append(index)
            hosts.append(
                try FHIRHost(
                    store: store, port: NodePort(node: node, account: Self.account(store)),
                    chain: genesis.id, suite: .aes256GCM, table: try Self.table.get(),
                    index: index, settings: settings,
                    ownerPort: { NodePort(node: node, account: $0.account) },
                    clock: { clock.now }, random: random))
        }
        (self.hosts, self.indexes) = (hosts, indexes)
    }

    deinit {
        for host in hosts { host.close() }
        node.shutdown()
        try? FileSystem.removeTree(folder)
    }

    /// A second server over the first one's index, as after a restart.
    func restartedHost(
        index: any ResourceIndex, hooks: HookSettings? = nil
    ) throws -> FHIRHost {
        let (clock, node) = (clock, node)
        var settings = FHIRSettings(
            address: ServerAddress(base: "http://fhir.example/fhir"), validation: .none,
            exportFolder: folder + "/export-again")
        settings.hooks = hooks
        return try FHIRHost(
            store: institutions[0],
            port: NodePort(node: node, account: Self.account(institutions[0])),
            chain: node.configuration.genesis.id, suite: .aes256GCM,
            table: try Self.table.get(), index: index,
            settings: settings,
            ownerPort: { NodePort(node: node, account: $0.account) }, clock: { clock.now },
            random: random)
    }

    static func account(_ store: AgentStore) -> AccountID {
        store.identity.account ?? AccountID(.zero)
    }

    private static func found(
        _ node: Node, _ authority: Signer, _ institutions: [AgentStore], _ doctors: [AgentStore],
        _ random: SeededRandom
    ) throws {
        let chain = node.configuration.genesis.id
        var calls = [MemberCalls.found(name: "浙江")]
        for (index, store) in institutions.enumerated() {
            guard let reading = store.identity.reading,
                let code = SocialCreditCode(completing: "12330000MA000000\(index + 1)")
            else { throw KeystoreError.incomplete }
            calls.append(
                MemberCalls.admit(
                    account(store), name: "医院 \(index)", code: code.text, kind: .hospital,
                    readingKey: reading.publicKey))
        }
        let port = NodePort(node: node, account: authority.account)
        let founding = try TransactionBuilder(chain: chain, random: random).sign(
            calls, by: authority, head: 0)
        if let refusal = try port.submit([founding]).compactMap(\.refusal).first { throw refusal }
        for (index, (institution, doctor)) in zip(institutions, doctors).enumerated() {
            let own = NodePort(node: node, account: account(institution))
            guard let owner = institution.identity.owner else { continue }
            try OwnerDesk(
                owner: owner, port: own, chain: chain, suite: .aes256GCM, random: random
            ).publishMissing()
            try InstitutionDesk(store: institution, port: own, chain: chain, random: random)
                .register(
                    doctor.identity, licenceNumber: "11033000001234\(index)", roles: [.physician])
        }
    }

    // MARK: Asking

    /// The system of an institution, with all rights.
    func system(_ institution: Int = 0, purpose: Purpose = .treatment) -> Caller {
        Caller(
            account: Self.account(institutions[institution]), isStaff: true, purpose: purpose,
            scopes: ScopeSet("system/*.cruds"))
    }

    /// The doctor of an institution, at the server of another one or of the same.
    func doctor(_ doctor: Int, at institution: Int = 0) -> Caller {
        Caller(
            account: Self.account(doctors[doctor]), isStaff: doctor == institution,
            purpose: .treatment, scopes: ScopeSet("user/*.cruds"))
    }

    /// Sends a request such as `GET Patient?name=x` to the server of an institution.
    func ask(
        _ method: HTTPMethod, _ url: String, _ body: JSONValue? = nil,
        headers: HTTPHeaders = [:], as caller: Caller? = nil, at institution: Int = 0
    ) -> FHIRAnswer {
        let parts = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let query = parts.count == 2 ? parts[1] : ""
        let request = FHIRRequest(
            method: method, path: parts[0].split(separator: "/").map(String.init),
            query: query.split(separator: "&").map { pair in
                let pair = pair.split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                let value = pair.count == 2 ? PercentText.decode(pair[1]) : ""
                return (name: String(pair[0]), value: value ?? "")
            }, headers: headers, body: body?.serialized() ?? [])
        return hosts[institution].service.respond(
            to: request, for: caller ?? system(institution))
    }

    /// Makes a patient and returns the id.
    func patient(_ family: String, identifier: String, at institution: Int = 0) throws -> String {
        let answer = ask(
            .post, "Patient",
            [
                "resourceType": "Patient",
                "identifier": [["system": "urn:test", "value": .string(identifier)]],
                "name": [["family": .string(family)]],
            ], at: institution)
        guard answer.status == 201, let id = answer.resource?["id"]?.stringValue else {
            throw Refusal("test.patient", "\(answer.status) \(answer.text)", "")
        }
        return id
    }
}

/// A clock that a test sets.
final class SettableClock: Sendable {
    private let milliseconds: Mutex<UInt64>

    init(_ time: Timestamp) { milliseconds = Mutex(time.milliseconds) }

    var now: Timestamp {
        milliseconds.withLock {
            $0 += 1
            return Timestamp(milliseconds: $0)
        }
    }

    func advance(seconds: UInt64) { milliseconds.withLock { $0 += seconds * 1000 } }
}

extension FHIRAnswer {
    /// The body as JSON.
    var resource: JSONValue? {
        switch body {
        case .resource(let value): value
        case .bytes(let bytes), .other(let bytes, _): try? JSONValue(parsing: bytes)
        case .none: nil
        }
    }

    /// The body as text.
    var text: String { resource?.text() ?? "" }

    /// The ids of a Bundle's resources, in order.
    var ids: [String] {
        (resource?["entry"]?.elements ?? []).compactMap { $0["resource"]?["id"]?.stringValue }
    }

    /// The first stable code of an OperationOutcome.
    var code: String? {
        resource?["issue"]?[0]?["details"]?["coding"]?[0]?["code"]?.stringValue
    }
}
