import Audit
import Base
import Consent
import ContractKit
import Cryptography
import Governance
import Keys
import Ledger
import Membership
import Merkle
import Records
import Storage

/// A party of the tests, with its signing key and the key to which others seal.
struct TestAccount: Sendable {
    let id: AccountID
    let key: SigningKey
    let reading: KeyAgreementKey

    init(random: any RandomSource) throws {
        key = try SigningKey(suite: .ed25519, random: random)
        reading = try KeyAgreementKey(random: random)
        id = AccountID(foundedBy: key.publicKey)
    }
}

/// A transaction of a test was refused where it should have succeeded.
struct UnexpectedRefusal: Error { let code: String }

/// A whole chain in memory: real transactions, the real replica, every module, a seeded world.
final class TestZone {
    static let contracts: [any Contract.Type] = [
        MembershipContract.self, KeysContract.self, RecordsContract.self, ConsentContract.self,
        AuditContract.self, GovernanceContract.self,
    ]

    /// 2026-03-01T00:00:00Z.
    static let start = Timestamp(milliseconds: 1_772_323_200_000)

    let random: SeededRandom
    let authority: TestAccount
    let registry: ContractRegistry
    let store = MemoryKeyValueStore()
    let tree = StateTree(suite: .sha256)
    private(set) var replica: Replica
    /// The time of the next block.
    private(set) var now = TestZone.start

    /// - Parameters:
    ///   - members: makes the validators; nil for the authority alone.
    init(
        seed: UInt64 = 1, contracts: [any Contract.Type] = TestZone.contracts,
        members: ((SeededRandom) throws -> [Validator])? = nil
    ) throws {
        random = SeededRandom(seed: seed)
        authority = try TestAccount(random: random)
        registry = ContractRegistry(contracts)
        let validator = Validator(
            account: authority.id, key: authority.key.publicKey, weight: 1)
        guard let validators = ValidatorSet(try members?(random) ?? [validator]) else {
            throw UnexpectedRefusal(code: "no validators")
        }
        let genesis = Genesis(
            zone: "33", chain: "main", hashSuite: .sha256, time: Self.start,
            authority: authority.id, validators: validators)
        replica = Replica(genesis: genesis, executor: registry)
    }

    func account() throws -> TestAccount { try TestAccount(random: random) }

    /// The root of a tree that holds exactly these rows.
    func rebuiltRoot(_ rows: [KeyValue]) -> Hash256 {
        StateTree(suite: .sha256).apply(
            rows.map { row in
                StateChange(
                    key: StateKeys.treeKey(row.key, .sha256),
                    valueHash: StateKeys.valueHash(row.value, .sha256))
            }
        ).root
    }

    func advance(seconds: UInt64) { now = now.advanced(bySeconds: seconds) }

    /// Signs calls by the sender and all others who must sign.
    func transaction(
        _ calls: [Call], by sender: TestAccount, with others: [TestAccount] = []
    ) throws -> SignedTransaction {
        let body = TransactionBody(
            chain: replica.chain, sender: sender.id, nonce: random.bytes(16),
            validUntil: replica.head.height + 100, calls: calls)
        return try SignedTransaction(
            signing: body, with: ([sender] + others).map { ($0.id, $0.key) })
    }

    /// Makes the transactions one block and returns what each did.
    ///
    /// A second passes.
    @discardableResult
    func block(_ transactions: [SignedTransaction]) throws -> ExecutedBlock? {
        let executed = try replica.execute(
            transactions, position: OrderingPosition(stream: 0, first: 0, last: 0), time: now,
            base: store, tree: tree, allowsEmpty: transactions.isEmpty
        ) { (_) throws(StorageError) in false }
        guard let executed else { return nil }
        var batch = WriteBatch()
        for (key, value) in executed.changes {
            if let value { batch.put(key, value) } else { batch.delete(key) }
        }
        try store.write(batch)
        replica.adopt(executed)
        advance(seconds: 1)
        return executed
    }

    /// Sends calls that may be refused, as one transaction in a block of its own.
    func attempt(
        _ calls: Call..., by sender: TestAccount, with others: [TestAccount] = []
    ) throws -> Outcome {
        try attempt(calls, by: sender, with: others)
    }

    func attempt(
        _ calls: [Call], by sender: TestAccount, with others: [TestAccount] = []
    ) throws -> Outcome {
        let executed = try block([try transaction(calls, by: sender, with: others)])
        guard let outcome = executed?.outcomes.first else {
            throw UnexpectedRefusal(code: "the block is empty")
        }
        return outcome
    }

    /// Sends calls that must succeed, and returns their events.
    @discardableResult
    func send(
        _ calls: Call..., by sender: TestAccount, with others: [TestAccount] = []
    ) throws -> [Event] {
        let outcome = try attempt(calls, by: sender, with: others)
        if let code = outcome.failure { throw UnexpectedRefusal(code: code) }
        return outcome.events
    }
}
