package import Base
package import Storage

/// The time and place that contracts may see.
package struct BlockContext: Hashable, Sendable {
    package let zone: String
    package let chain: Hash256
    package let height: UInt64
    package let time: Timestamp
    /// The zone's authority, from the genesis document.
    package let authority: AccountID
    package let epoch: UInt64
    /// The set that certifies this block.
    package let validators: ValidatorSet
    /// The state root before this block: of the height below.
    package let parentState: Hash256

    package init(
        zone: String, chain: Hash256, height: UInt64, time: Timestamp, authority: AccountID,
        epoch: UInt64, validators: ValidatorSet, parentState: Hash256
    ) {
        (self.zone, self.chain, self.height) = (zone, chain, height)
        (self.time, self.authority) = (time, authority)
        (self.epoch, self.validators, self.parentState) = (epoch, validators, parentState)
    }
}

/// Runs the calls of transactions: the contracts, as the ledger sees them.
package protocol Executor: Sendable {
    /// Digest of the contracts' names and versions; part of every header.
    var contractSetDigest: Hash256 { get }

    /// Runs all calls of one transaction on the overlay.
    ///
    /// The result depends on the arguments only. The ledger rolls the overlay back after a failure.
    /// - Returns: the events, or the code of the refusal.
    /// - Throws: only when the disk fails; the block is then not made.
    func execute(
        _ transaction: SignedTransaction, block: BlockContext, state: StateOverlay
    ) throws(StorageError) -> Result<[Event], ExecutionFailure>
}

/// A refusal by a contract: only the code is kept on the chain.
package struct ExecutionFailure: Error, Hashable, Sendable {
    package let code: String

    package init(code: String) { self.code = code }
}
