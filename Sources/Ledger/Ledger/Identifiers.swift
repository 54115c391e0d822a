package import Base
package import Cryptography
package import Encoding

/// A party on the chain: an institution, a practitioner, or one pseudonym of a resident.
///
/// An account is born as the digest of its first public key; the key may rotate, the account stays.
package struct AccountID: Hashable, Comparable, Sendable, CBORCodable, CustomStringConvertible {
    package let hash: Hash256

    package init(_ hash: Hash256) { self.hash = hash }

    /// The account that a public key founds: SHA-256 of a label and the tagged key.
    package init(foundedBy key: PublicKey) {
        hash = HashSuite.sha256.hash(Domains.account + key.tagged)
    }

    /// Reads 64 hexadecimal digits.
    package init?(_ text: some StringProtocol) {
        guard let bytes = Hex.decode(text), let hash = Hash256(bytes) else { return nil }
        self.hash = hash
    }

    package static func < (left: AccountID, right: AccountID) -> Bool { left.hash < right.hash }

    package var description: String { hash.description }

    package func encode(to writer: inout CBORWriter) { writer.hash(hash) }

    package init(from reader: inout CBORReader) throws(CBORError) { hash = try reader.hash() }
}

/// The digest of a transaction's signed bytes: two different transactions never share one.
package struct TransactionID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let hash: Hash256

    package init(_ hash: Hash256) { self.hash = hash }

    /// Reads 64 hexadecimal digits.
    package init?(_ text: some StringProtocol) {
        guard let bytes = Hex.decode(text), let hash = Hash256(bytes) else { return nil }
        self.hash = hash
    }

    package static func < (left: TransactionID, right: TransactionID) -> Bool {
        left.hash < right.hash
    }

    package var description: String { hash.description }
}

/// Labels that keep a signature or digest made for one purpose from serving another.
package enum Domains {
    package static let account = label("kanglian/account/1")
    package static let transaction = label("kanglian/transaction/1")
    package static let genesis = label("kanglian/genesis/1")
    package static let header = label("kanglian/header/1")
    package static let vote = label("kanglian/vote/1")
    package static let validatorSet = label("kanglian/validator-set/1")
    package static let contractSet = label("kanglian/contract-set/1")
    package static let writes = label("kanglian/writes/1")
    package static let ready = label("kanglian/ready/1")

    private static func label(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }
}
