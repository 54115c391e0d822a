package import Base
package import Ledger
import Storage

/// All that a contract can see and touch: the block's time and height, who calls, and its tables.
///
/// There is no clock, no randomness and no I/O here, so every replica gets the same result.
package final class CallContext {
    /// The block that is being made.
    package let block: BlockContext
    /// The account that sent the transaction.
    package let sender: AccountID
    /// Everybody who signed it, the sender first.
    package let signers: [AccountID]
    /// The transaction's identifier: a unique name for what the call creates.
    package let transaction: TransactionID
    /// What subscribers will see if all calls succeed.
    package private(set) var events: [Event] = []

    let state: StateOverlay

    /// The registry makes one for each transaction; tests make them too.
    package init(
        block: BlockContext, sender: AccountID, signers: [AccountID], transaction: TransactionID,
        state: StateOverlay
    ) {
        (self.block, self.sender, self.signers) = (block, sender, signers)
        (self.transaction, self.state) = (transaction, state)
    }

    /// The block's time: the only time that a contract knows.
    package var now: Timestamp { block.time }

    /// Whether the account signed the transaction, as its sender or as another signer.
    package func isSigned(by account: AccountID) -> Bool { signers.contains(account) }

    /// Announces something that happened.
    ///
    /// Never put personal data in an event.
    package func emit(_ event: Event) throws(CallFailure) {
        guard events.count < LedgerLimits.eventCount else {
            throw .because(CallRefusal.tooManyEvents)
        }
        events.append(event)
    }

    /// Replaces the keys that may sign for an account: for the module that owns identities.
    package func setKeys(_ keys: AccountKeys, of account: AccountID) {
        Accounts.setKeys(keys, of: account, in: state)
    }

    /// The decided change of the validator set that waits, if there is one.
    package func validatorChange() throws(CallFailure) -> ValidatorChange? {
        do throws(StorageError) {
            return try ValidatorTable.change { (key) throws(StorageError) in
                try state.value(for: key)
            }
        } catch {
            throw .storage(error)
        }
    }

    /// Replaces the change of the validator set that waits: for the module that governs.
    ///
    /// The ledger lets it take over when it is due and keeps to its own rules.
    package func setValidatorChange(_ change: ValidatorChange?) {
        ValidatorTable.setChange(change, in: state)
    }
}
