import Agent
import Audit
import Base
import Consent
import ContractKit
import Cryptography
import FHIRModel
import Keys
import Ledger
import Membership
import Records
import Storage
import Synchronization

/// A chain in memory that runs the real contracts, one transaction a block, and a vault.
final class TestLedger: Sendable {
    private struct State {
        var height: UInt64 = 0
        var time = Timestamp(milliseconds: 1_800_000_000_000)
        var verdicts: [TransactionID: TransactionVerdict] = [:]
        /// Requests that still succeed; nil for any number.
        var budget: Int?
        var requests = 0
        var transactions = 0
    }

    let chain = Hash256(words: (9, 9, 9, 9))
    let authority: Identity
    let store = MemoryKeyValueStore()
    let vault = MemoryBlobStore { HashSuite.sha256.hash($0) }
    private let registry = ContractRegistry([
        MembershipContract.self, KeysContract.self, RecordsContract.self, ConsentContract.self,
        AuditContract.self,
    ])
    private let state = Mutex(State())

    init(random: SeededRandom) throws {
        authority = try Identity(.authority, label: "authority", random: random)
    }

    var now: Timestamp { state.withLock { $0.time } }
    var height: UInt64 { state.withLock { $0.height } }
    var requestCount: Int { state.withLock { $0.requests } }
    var transactionCount: Int { state.withLock { $0.transactions } }

    /// Lets only so many more requests through; the others find nobody.
    func setBudget(_ count: Int?) { state.withLock { $0.budget = count } }

    func spend() throws(PortError) {
        let isThere = state.withLock { state in
            state.requests += 1
            guard let budget = state.budget else { return true }
            state.budget = budget - 1
            return budget > 0
        }
        guard isThere else { throw .unreachable("test") }
    }

    func execute(_ transaction: SignedTransaction) throws(PortError) -> TransactionVerdict {
        if let earlier = state.withLock({ $0.verdicts[transaction.id] }) { return earlier }
        let (height, time) = state.withLock { state in
            state.height += 1
            state.transactions += 1
            return (state.height, state.time)
        }
        let failure: Refusal?
        do {
            failure = try run(transaction, height, time)
        } catch { throw .unexpected("\(error)") }
        let verdict = TransactionVerdict(
            id: transaction.id, outcome: .final(height: height, index: 0, failure: failure))
        state.withLock { $0.verdicts[transaction.id] = verdict }
        return verdict
    }

    private func run(
        _ transaction: SignedTransaction, _ height: UInt64, _ time: Timestamp
    ) throws -> Refusal? {
        guard let sent = try? SignedTransaction(decoding: transaction.bytes), sent == transaction,
            transaction.hasValidSignatures, transaction.body.chain == chain,
            transaction.body.validUntil >= height
        else { return Refusal("test.invalid", "", "") }
        let overlay = StateOverlay(base: store)
        for signature in transaction.signatures {
            let maySign = try Accounts.authorises(signature.key, for: signature.account) {
                (key) throws(StorageError) in try overlay.value(for: key)
            }
            guard maySign else { return CallRefusal.keyNotAuthorised.refusal }
        }
        guard let regulator = authority.signer,
            let validators = ValidatorSet([
                Validator(
                    account: regulator.account, key: regulator.key.publicKey, weight: 1)
            ])
        else { return Refusal("test.validators", "", "") }
        let context = BlockContext(
            zone: "33", chain: chain, height: height, time: time, authority: regulator.account,
            epoch: 0, validators: validators, parentState: .zero)
        switch try registry.execute(transaction, block: context, state: overlay) {
        case .failure(let failure):
            return registry.refusal(for: failure.code) ?? Refusal(failure.code, "", "")
        case .success:
            _ = overlay.finish(.sha256)
            var batch = WriteBatch()
            for (key, value) in overlay.changes {
                if let value { batch.put(key, value) } else { batch.delete(key) }
            }
            try store.write(batch)
            return nil
        }
    }

    /// Signs and runs calls that must succeed.
    func must(
        _ calls: [Call], by sender: Signer, with others: [Signer] = [], random: SeededRandom
    ) throws {
        let builder = TransactionBuilder(chain: chain, random: random)
        let transaction = try builder.sign(calls, by: sender, with: others, head: height)
        if let refusal = try execute(transaction).refusal { throw refusal }
    }

    func port(for account: AccountID) -> TestPort { TestPort(ledger: self, caller: account) }
}

/// The gateway's answers, as one account gets them, decided by the real consent decision.
struct TestPort: LedgerPort {
    let ledger: TestLedger
    let caller: AccountID

    /// Turns the disk's error, which a memory store never throws, into the port's.
    private func ask<Value>(
        _ body: (any StateReader) throws(StorageError) -> Value
    ) throws(PortError) -> Value {
        try ledger.spend()
        do throws(StorageError) {
            return try body(ledger.store)
        } catch { throw .unexpected(error.refusal.code) }
    }

    func chain() throws(PortError) -> ChainFacts {
        try ledger.spend()
        return ChainFacts(chain: ledger.chain, height: ledger.height, time: ledger.now)
    }

    func store(_ blobs: [[UInt8]]) throws(PortError) -> [Hash256] {
        guard blobs.count <= PortLimits.blobCount,
            blobs.reduce(0, { $0 + $1.count }) <= PortLimits.blobByteCount
        else { throw .refused(Refusal("test.too-large", "", ""), status: 413) }
        return try ask { (_) throws(StorageError) in try ledger.vault.put(blobs).map(\.digest) }
    }

    func submit(
        _ transactions: [SignedTransaction]
    ) throws(PortError) -> [TransactionVerdict] {
        try ledger.spend()
        var verdicts: [TransactionVerdict] = []
        for transaction in transactions { verdicts.append(try ledger.execute(transaction)) }
        return verdicts
    }

    func member(_ account: AccountID) throws(PortError) -> MemberFacts? {
        try ask { (state) throws(StorageError) in
            if let row = try Directory.institution(account, in: state) {
                return MemberFacts(
                    kind: .institution, status: row.status, readingKey: row.readingKey,
                    name: row.name)
            }
            if let row = try Directory.practitioner(account, in: state) {
                return MemberFacts(
                    kind: .practitioner, status: row.status, institution: row.institution,
                    roles: row.roles, readingKey: row.readingKey)
            }
            return try Directory.resident(account, in: state).map {
                MemberFacts(kind: .resident, status: $0.status, institution: $0.registrar)
            }
        }
    }

    func domainKey(
        of owner: AccountID, _ domain: Domain, epoch: UInt64?
    ) throws(PortError) -> PublishedKey? {
        try ask { (state) throws(StorageError) in
            if let epoch {
                return try DomainKeys.key(owner, domain: domain.rawValue, epoch: epoch, in: state)
                    .map { PublishedKey(epoch: epoch, key: $0.publicKey) }
            }
            return try DomainKeys.currentKey(owner, domain: domain.rawValue, in: state).map {
                PublishedKey(epoch: $0.epoch, key: $0.key.publicKey)
            }
        }
    }

    func records(
        of owner: AccountID, domain: Domain?, purpose: Purpose, after: Hash256?
    ) throws(PortError) -> (records: [RecordFacts], next: Hash256?) {
        try ask { (state) throws(StorageError) in
            let limit = 50
            let page = try RecordQueries.items(of: owner, after: after, limit: limit, in: state)
            var facts: [RecordFacts] = []
            for (record, item) in page where item.erasure == nil {
                guard domain == nil || domain == item.domain,
                    try decide(owner, item, purpose, state).allowed
                else { continue }
                facts.append(
                    RecordFacts(
                        record: record, domain: item.domain, versions: item.versions,
                        writer: item.writer))
            }
            return (facts, page.count == limit ? page.last?.record : nil)
        }
    }

    func read(
        _ records: [Hash256], of owner: AccountID, purpose: Purpose
    ) throws(PortError) -> [ServedRecord] {
        try ask { (state) throws(StorageError) in
            var served: [ServedRecord] = []
            for record in records {
                served.append(try serve(record, owner, purpose, state))
            }
            return served
        }
    }

    private func serve(
        _ record: Hash256, _ owner: AccountID, _ purpose: Purpose, _ state: any StateReader
    ) throws(StorageError) -> ServedRecord {
        guard let item = try RecordQueries.item(record, of: owner, in: state),
            let version = try RecordQueries.version(item.versions, of: record, in: state)
        else {
            return ServedRecord(
                record: record, content: nil, reasons: [DecisionReason.recordUnknown.sentence])
        }
        let decision = try decide(owner, item, purpose, state)
        let reasons = decision.reasons.map(\.sentence)
        guard decision.allowed,
            let body = try ledger.vault.get(BlobAddress(version.content.body)),
            let envelope = try ledger.vault.get(BlobAddress(version.content.envelope))
        else { return ServedRecord(record: record, content: nil, reasons: reasons) }
        let grant = try DomainKeys.grant(
            owner, domain: item.domain.rawValue, epoch: version.content.epoch, grantee: caller,
            in: state)
        let content = ServedRecord.Content(
            place: RecordPlace(
                owner: owner, domain: item.domain, epoch: version.content.epoch, record: record,
                version: item.versions),
            writer: version.writer, commitment: version.content.commitment, body: body,
            envelope: envelope, keys: grant.map { [.grant(sealed: $0.sealed)] } ?? [])
        return ServedRecord(record: record, content: content, reasons: reasons)
    }

    private func decide(
        _ owner: AccountID, _ item: RecordItem, _ purpose: Purpose, _ state: any StateReader
    ) throws(StorageError) -> Decision {
        try ConsentDecision.decide(
            ReadRequest(
                reader: caller, owner: owner, writer: item.writer, domain: item.domain,
                purpose: purpose, now: ledger.now), state: state)
    }

    func accessCode(_ account: AccountID) throws(PortError) -> AccessCodeFacts? {
        try ask { (state) throws(StorageError) in
            try ConsentQueries.code(account, in: state).map { code in
                AccessCodeFacts(
                    owner: code.owner,
                    keys: code.offer.keys.map {
                        .init(domain: $0.domain, epoch: $0.epoch, sealed: $0.sealed)
                    })
            }
        }
    }

    func redeem(_ transaction: SignedTransaction) throws(PortError) -> TransactionVerdict {
        try ledger.spend()
        return try ledger.execute(transaction)
    }

    func consents(of owner: AccountID) throws(PortError) -> [ListedGrant] {
        try ask { (state) throws(StorageError) in
            try ConsentQueries.grants(of: owner, limit: 1000, in: state)
        }
    }
}
