import Base
import Cryptography
import Ledger

/// An account of the tests with the key that founded it.
struct Party: Sendable {
    let id: AccountID
    let key: SigningKey

    init(_ suite: SignatureSuite = .ed25519, random: any RandomSource) throws {
        key = try SigningKey(suite: suite, random: random)
        id = AccountID(foundedBy: key.publicKey)
    }

    /// The key and account as a signer of transactions.
    var signer: (account: AccountID, key: SigningKey) { (id, key) }
}

/// Something that a test needs could not be made.
struct Unexpected: Error { let what: String }

extension SeededRandom {
    /// A number below `bound`.
    func below(_ bound: Int) -> Int {
        let value = bytes(8).reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        return Int(value % UInt64(bound))
    }
}
