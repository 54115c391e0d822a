import Agent
import Base
import ContractKit
import Cryptography
import FHIRModel
import Finality
import Keys
import Ledger
import Membership
import Node
import Ordering
import Records
import Sandbox
import Storage
import StorageFiles
import Synchronization
import System
import Testing

/// Validators of one zone in one process, on memory, with links and an engine of the process.
final class LocalCluster {
    let genesis: Genesis
    let mesh = LocalMesh()
    let stream = EmbeddedStream()
    let random: SeededRandom
    let keys: [SigningKey]
    let operators: [Signer]
    /// Keys that are to replace others, by validator.
    var nextKeys: [Int: SigningKey] = [:]
    private let authority: Signer
    private let hasEngine: Bool
    private var disks: [SimulatedDisk] = []
    private(set) var nodes: [Node?] = []

    init(
        validators count: Int = 4, suites: [SignatureSuite] = [.ed25519], seed: UInt64 = 1,
        hasEngine: Bool = true
    ) throws {
        random = SeededRandom(seed: seed)
        self.hasEngine = hasEngine
        authority = Signer(founding: try SigningKey(suite: .ed25519, random: random))
        var keys: [SigningKey] = []
        var operators: [Signer] = []
        for index in 0..<count {
            keys.append(try SigningKey(suite: suites[index % suites.count], random: random))
            operators.append(Signer(founding: try SigningKey(suite: .ed25519, random: random)))
        }
        (self.keys, self.operators) = (keys, operators)
        let set = ValidatorSet(
            zip(keys, operators).map {
                Validator(account: $1.account, key: $0.publicKey, weight: 1)
            })
        genesis = Genesis(
            zone: "33", chain: "main", hashSuite: .sha256, time: Timestamp(milliseconds: 0),
            authority: authority.account, validators: try #require(set))
        for _ in 0..<count {
            let disk = SimulatedDisk(seed: seed)
            let journal = try FileJournal(on: disk, folder: "votes", settings)
            try VoteJournal.found(journal)
            journal.close()
            disks.append(disk)
            nodes.append(nil)
        }
    }

    /// Starts a validator on its storage.
    func start(_ index: Int, executor: (any Executor)? = nil) throws {
        var configuration = NodeConfiguration(
            genesis: genesis, validator: keys[index], operatorAccount: operators[index].account,
            operatorKey: operators[index].key)
        configuration.nextValidator = nextKeys[index]
        let stream = stream
        let open: @Sendable (any OrderingReceiver) throws -> any OrderingEngine = {
            EmbeddedOrdering(stream, receiver: $0)
        }
        configuration.cluster = ClusterConfiguration(
            transport: mesh.transport(of: keys[index].publicKey),
            openEngine: hasEngine ? open : nil,
            votes: try FileJournal(on: disks[index], folder: "votes", settings))
        let disk = disks[index]
        let storage = NodeStorage(
            store: MemoryKeyValueStore(),
            log: try FileBlockLog(on: disk, folder: "blocks", settings),
            vault: try FileBlobStore(on: disk, folder: "vault") { HashSuite.sha256.hash($0) },
            journal: try FileJournal(on: disk, folder: "audit", settings))
        nodes[index] = try Node(
            configuration: configuration, storage: storage, executor: executor)
    }

    private var settings: FileLogSettings {
        FileLogSettings(
            suite: .sha256, random: random, segmentByteCount: 256 << 10, preparesAhead: false)
    }

    func startAll() throws { for index in keys.indices { try start(index) } }

    func stopAll() {
        for node in nodes { node?.shutdown() }
        nodes = nodes.map { _ in nil }
    }

    func stop(_ index: Int) {
        nodes[index]?.shutdown()
        nodes[index] = nil
    }

    /// The vote journal of a stopped validator is lost.
    func forgetVotes(of index: Int) throws {
        for path in disks[index].paths where path.hasPrefix("votes/") {
            try disks[index].remove(path)
        }
    }

    /// The place of a node in the validator set.
    func index(of node: Int) -> Int {
        genesis.validators.validators.firstIndex { $0.key == keys[node].publicKey } ?? -1
    }

    func node(_ index: Int) throws -> Node { try #require(nodes[index]) }

    // MARK: Load

    func sign(_ calls: [Call], by signer: Signer, head: UInt64) throws -> SignedTransaction {
        try TransactionBuilder(
            chain: genesis.id, validity: LedgerLimits.validityHeights, random: random
        ).sign(calls, by: signer, head: head)
    }

    /// Admits the institution of every validator and publishes a key for its directory.
    func found() throws {
        for (index, signer) in operators.enumerated() {
            let code = try #require(
                SocialCreditCode(completing: "12330000MC000000\(index + 1)"))
            let admit = MemberCalls.admit(
                signer.account, name: "Hospital \(index)", code: code.text, kind: .hospital,
                readingKey: try KeyAgreementKey(random: random).publicKey)
            let publish = Call(
                KeysContract.self, "publish",
                KeysContract.Publish(
                    domain: Domain.directory.rawValue, epoch: 1,
                    key: try KeyAgreementKey(random: random).publicKey))
            try submit([try sign([admit], by: authority, head: 0)], to: 0)
            try submit([try sign([publish], by: signer, head: 0)], to: index)
        }
    }

    /// A transaction of an institution that writes one record.
    func write(by index: Int, head: UInt64 = 0) throws -> SignedTransaction {
        let content = RecordContent(
            commitment: random.hash256(), body: random.hash256(), envelope: random.hash256(),
            epoch: 1)
        let call = Call(
            RecordsContract.self, "write",
            RecordsContract.Write(
                owner: operators[index].account, record: random.hash256(), domain: .directory,
                content: content))
        return try sign([call], by: operators[index], head: head)
    }

    /// Submits and waits until all are final without a failure.
    func submit(_ transactions: [SignedTransaction], to index: Int) throws {
        let results = results(of: transactions, at: try node(index))
        for result in results.wait() {
            guard case .final(_, failure: nil) = result else {
                Issue.record("not final: \(result)")
                continue
            }
        }
    }

    /// Submits; the results come later.
    func results(of transactions: [SignedTransaction], at node: Node) -> Results {
        let results = Results(count: transactions.count)
        node.submit(transactions.map(\.bytes)) { results.set($0, $1) }
        return results
    }

    /// Waits until all running nodes have the same head at this height or above, and compares.
    func expectAgreement(among indexes: Range<Int>? = nil, atLeast height: UInt64 = 0) throws {
        let running = nodes[indexes ?? nodes.indices].compactMap { $0 }
        try eventually("all nodes come to one head") {
            let heads = running.map(\.head)
            return Set(heads.map(\.digest)).count == 1 && heads[0].height >= height
        }
        for height in stride(from: 1, through: running[0].head.height, by: 1) {
            let digests = try running.map {
                try #require(try $0.block(at: height)).header.digest(.sha256)
            }
            #expect(Set(digests).count == 1)
        }
    }
}

/// Results of submitted transactions, as they come.
final class Results: Sendable {
    private let results: ConditionMutex<[SubmissionResult?]>

    init(count: Int) { results = ConditionMutex(Array(repeating: nil, count: count)) }

    func set(_ index: Int, _ result: SubmissionResult) { results.withLock { $0[index] = result } }

    /// Waits for all of them; the limit is only for tests that fail.
    func wait(within seconds: UInt64 = 60) -> [SubmissionResult] {
        results.wait(milliseconds: seconds * 1000) { results in
            let known = results.compactMap { $0 }
            return known.count == results.count ? known : nil
        } ?? []
    }
}

/// Asks again and again until something holds; the deadline is only for tests that fail.
func eventually(
    _ what: Comment, within seconds: UInt64 = 60, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Bool
) throws {
    let end = SystemClock.monotonicNanoseconds + seconds * 1_000_000_000
    while try !body() {
        guard SystemClock.monotonicNanoseconds < end else {
            Issue.record(what, sourceLocation: sourceLocation)
            throw Refusal("test.deadline", "It did not happen.", "未发生。")
        }
        SystemClock.sleep(untilMonotonic: SystemClock.monotonicNanoseconds + 2_000_000)
    }
}
