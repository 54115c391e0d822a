package import Base
package import Consent
package import FHIRModel
package import Ledger

/// What an agent needs of a node, over HTTP or in the same process.
///
/// Calls block the thread. A port acts for one account: bodies, lists and reads are asked for in
/// its name.
package protocol LedgerPort: Sendable {
    /// The chain and its head.
    func chain() throws(PortError) -> ChainFacts

    /// Stores ciphertexts in the vault: at most 512 blobs and 32 MiB.
    ///
    /// They are durable when this returns; blobs that no record names do no harm.
    /// - Returns: the addresses, which the caller compares with its own.
    func store(_ blobs: [[UInt8]]) throws(PortError) -> [Hash256]

    /// Submits transactions, at most 1024, in order, and waits until each is final or refused.
    ///
    /// A transaction that was submitted before counts as what became of it then.
    func submit(_ transactions: [SignedTransaction]) throws(PortError) -> [TransactionVerdict]

    /// A member; nil for an account without a row.
    func member(_ account: AccountID) throws(PortError) -> MemberFacts?

    /// An owner's key of a domain: the newest, or that of one epoch; nil when there is none.
    func domainKey(
        of owner: AccountID, _ domain: Domain, epoch: UInt64?
    ) throws(PortError) -> PublishedKey?

    /// Records that the caller may read, in the order of their identifiers, behind `after`.
    func records(
        of owner: AccountID, domain: Domain?, purpose: Purpose, after: Hash256?
    ) throws(PortError) -> (records: [RecordFacts], next: Hash256?)

    /// Reads at most 64 records of one owner; each is decided alone, in the order asked.
    func read(
        _ records: [Hash256], of owner: AccountID, purpose: Purpose
    ) throws(PortError) -> [ServedRecord]

    /// An access code; nil when the chain has none of this account.
    func accessCode(_ account: AccountID) throws(PortError) -> AccessCodeFacts?

    /// Redeems a code: a refusal is audited for the owner.
    func redeem(_ transaction: SignedTransaction) throws(PortError) -> TransactionVerdict

    /// Every grant of an owner; the caller is the owner.
    func consents(of owner: AccountID) throws(PortError) -> [ListedGrant]
}

/// A port that also hands out receipts, with which a reader need not believe the node.
package protocol ReceiptPort: Sendable {
    /// The encoded receipt of a final transaction, with proofs of at most 64 rows of the state.
    func receipt(
        of transaction: TransactionID, stateKeys: [[UInt8]]
    ) throws(PortError) -> [UInt8]
}

/// Bounds of the API that agents keep.
package enum PortLimits {
    /// Blobs of one ``LedgerPort/store(_:)``.
    package static let blobCount = 512
    /// Bytes of one ``LedgerPort/store(_:)``.
    package static let blobByteCount = 32 << 20
    /// Transactions of one ``LedgerPort/submit(_:)``.
    package static let transactionCount = 1024
    /// Records of one ``LedgerPort/read(_:of:purpose:)``.
    package static let readCount = 64
    /// Rows that one receipt proves.
    package static let receiptRowCount = 64
}
