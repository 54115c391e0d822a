import Base
package import Cryptography
package import Encoding
package import Storage

/// Which keys may sign for an account.
///
/// An account without a row answers to the key that founded it. Rotation writes a row.
package struct AccountKeys: Hashable, Sendable, CBORCodable {
    /// Keys that one account may have at a time.
    package static let limit = 4

    package let keys: [PublicKey]

    package init(keys: [PublicKey]) { self.keys = keys }

    package func encode(to writer: inout CBORWriter) {
        writer.array(2)
        writer.unsigned(1)
        writer.list(keys) { $0.byteString($1.tagged) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(2, "account keys")
        try reader.version(1, "account keys")
        keys = try reader.list(atMost: Self.limit) {
            (reader) throws(CBORError) in try reader.publicKey()
        }
    }
}

/// The ledger's own table of account keys, which the membership module writes.
package enum Accounts {
    private static let prefix = StateKeys.prefix(table: "ledger/accounts")

    /// The state key of an account's row.
    package static func stateKey(_ account: AccountID) -> [UInt8] {
        prefix + account.hash.bytes
    }

    /// Replaces the keys of an account.
    package static func setKeys(_ keys: AccountKeys, of account: AccountID, in state: StateOverlay)
    {
        state.put(stateKey(account), keys.encoded)
    }

    /// True when `key` may sign for `account` in this state.
    package static func authorises(
        _ key: PublicKey, for account: AccountID,
        value: ([UInt8]) throws(StorageError) -> [UInt8]?
    ) throws(StorageError) -> Bool {
        guard let row = try value(stateKey(account)) else {
            return AccountID(foundedBy: key) == account
        }
        guard let keys = try? AccountKeys(decoding: row) else {
            throw .corrupt("account keys of \(account)")
        }
        return keys.keys.contains(key)
    }
}
