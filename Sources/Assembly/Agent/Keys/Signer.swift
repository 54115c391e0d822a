package import Cryptography
package import Ledger

/// An account together with a key that may sign for it.
package struct Signer: Sendable {
    package let account: AccountID
    package let key: SigningKey

    /// A key that was set by rotation: the account was founded by an earlier one.
    package init(account: AccountID, key: SigningKey) { (self.account, self.key) = (account, key) }

    /// The account that the key itself founds.
    package init(founding key: SigningKey) {
        self.init(account: AccountID(foundedBy: key.publicKey), key: key)
    }
}
