package import Base
package import Cryptography
import Encoding

/// What a validator of a coming set signs with its new key: that it has the state and can vote.
///
/// The signed bytes are a label and an array of the six fields.
package struct ReadyStatement: Hashable, Sendable {
    package let chain: Hash256
    /// The decision that made the set.
    package let proposal: Hash256
    /// Digest of the set.
    package let validators: Hash256
    package let account: AccountID
    /// A height that the validator has, and the state root there.
    package let height: UInt64
    package let stateRoot: Hash256

    package init(
        chain: Hash256, proposal: Hash256, validators: Hash256, account: AccountID,
        height: UInt64, stateRoot: Hash256
    ) {
        (self.chain, self.proposal, self.validators) = (chain, proposal, validators)
        (self.account, self.height, self.stateRoot) = (account, height, stateRoot)
    }

    /// What a validator of a waiting change signs when it is ready.
    package init(chain: Hash256, change: ValidatorChange, account: AccountID) {
        self.init(
            chain: chain, proposal: change.proposal, validators: change.validators.digest,
            account: account, height: change.checkpointHeight, stateRoot: change.checkpoint)
    }

    /// The signed bytes.
    package var message: [UInt8] {
        var writer = CBORWriter(reservingCapacity: 192)
        writer.array(6)
        writer.hash(chain)
        writer.hash(proposal)
        writer.hash(validators)
        account.encode(to: &writer)
        writer.unsigned(height)
        writer.hash(stateRoot)
        return Domains.ready + writer.bytes
    }

    /// Whether the holder of the key signed this.
    package func isSigned(by key: PublicKey, _ signature: [UInt8]) -> Bool {
        key.isValidSignature(signature, for: message)
    }
}
