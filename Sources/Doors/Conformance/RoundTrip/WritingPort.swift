import Agent
import Base
import Consent
import Encoding
import FHIRModel
import Ledger
import Records
import Synchronization

/// A port that notes which records the chain has taken.
final class WritingPort: LedgerPort {
    /// A record that is on the chain.
    struct Written: Hashable, Sendable {
        let owner: AccountID
        let record: Hash256
    }

    private let port: any LedgerPort
    private let noted = Mutex<[Written]>([])

    init(_ port: any LedgerPort) { self.port = port }

    /// The records since the last call, in the order in which they were sent.
    func takeWritten() -> [Written] {
        noted.withLock { noted in
            defer { noted = [] }
            return noted
        }
    }

    func submit(
        _ transactions: [SignedTransaction]
    ) throws(PortError) -> [TransactionVerdict] {
        let verdicts = try port.submit(transactions)
        for (transaction, verdict) in zip(transactions, verdicts) where verdict.refusal == nil {
            let writes = transaction.body.calls
                .filter { $0.module == RecordsContract.name && $0.name == "write" }
                .compactMap { try? RecordsContract.Write(decoding: $0.arguments) }
            noted.withLock { noted in
                noted += writes.map { Written(owner: $0.owner, record: $0.record) }
            }
        }
        return verdicts
    }

    // MARK: Passed on

    func chain() throws(PortError) -> ChainFacts { try port.chain() }

    func store(_ blobs: [[UInt8]]) throws(PortError) -> [Hash256] { try port.store(blobs) }

    func member(_ account: AccountID) throws(PortError) -> MemberFacts? {
        try port.member(account)
    }

    func domainKey(
        of owner: AccountID, _ domain: Domain, epoch: UInt64?
    ) throws(PortError) -> PublishedKey? {
        try port.domainKey(of: owner, domain, epoch: epoch)
    }

    func records(
        of owner: AccountID, domain: Domain?, purpose: Purpose, after: Hash256?
    ) throws(PortError) -> (records: [RecordFacts], next: Hash256?) {
        try port.records(of: owner, domain: domain, purpose: purpose, after: after)
    }

    func read(
        _ records: [Hash256], of owner: AccountID, purpose: Purpose
    ) throws(PortError) -> [ServedRecord] {
        try port.read(records, of: owner, purpose: purpose)
    }

    func accessCode(_ account: AccountID) throws(PortError) -> AccessCodeFacts? {
        try port.accessCode(account)
    }

    func redeem(_ transaction: SignedTransaction) throws(PortError) -> TransactionVerdict {
        try port.redeem(transaction)
    }

    func consents(of owner: AccountID) throws(PortError) -> [ListedGrant] {
        try port.consents(of: owner)
    }
}
