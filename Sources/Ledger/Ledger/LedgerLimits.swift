/// Bounds of the ledger's formats and queues.
///
/// Each is part of the protocol unless said otherwise.
package enum LedgerLimits {
    /// Bytes of one encoded transaction: generous, because bodies live in the vault.
    package static let transactionByteCount = 64 << 10
    /// Calls that succeed or fail together.
    package static let callCount = 64
    /// Signatures on one transaction: the sender's and seven more.
    package static let signatureCount = 8
    /// UTF-8 bytes of a module's or call's name.
    package static let nameByteCount = 64
    /// Heights between the head and a transaction's last valid height.
    package static let validityHeights: UInt64 = 10_000
    /// Bytes of the random nonce that makes a transaction unique.
    package static let nonceByteCount = 16
    /// Events of one transaction.
    package static let eventCount = 256
    /// Bytes of one event's data.
    package static let eventByteCount = 4096
    /// Accounts that one event concerns.
    package static let eventAccountCount = 8
    /// Bytes of one state value.
    package static let valueByteCount = 64 << 10
    /// Transactions of one block.
    package static let blockTransactionCount = 4096
    /// Bytes of the transactions of one block.
    package static let blockByteCount = 4 << 20
    /// Validators of one zone.
    package static let validatorCount = 64
    /// Transactions waiting in a node's pool (a node's own choice, not protocol).
    package static let poolTransactionCount = 65_536
    /// Bytes waiting in a node's pool (a node's own choice, not protocol).
    package static let poolByteCount = 64 << 20
    /// State proofs that one receipt may carry.
    package static let receiptStateProofCount = 64
    /// Bytes of one receipt.
    package static let receiptByteCount = 1 << 20
}
