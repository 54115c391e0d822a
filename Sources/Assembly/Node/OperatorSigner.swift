import Base
import Cryptography
import Ledger

/// Signs the node's own transactions for the institution that runs it.
struct OperatorSigner: Sendable {
    /// Heights for which the node's own transactions are valid.
    private static let validity: UInt64 = 1000

    private let chain: Hash256
    let account: AccountID
    private let key: SigningKey
    private let random: any RandomSource

    init(configuration: NodeConfiguration, random: any RandomSource) {
        chain = configuration.genesis.id
        (account, key) = (configuration.operatorAccount, configuration.operatorKey)
        self.random = random
    }

    /// A signed transaction of the operator, or nil if the key does not sign.
    func sign(_ calls: [Call], height: UInt64) -> [UInt8]? {
        let body = TransactionBody(
            chain: chain, sender: account, nonce: random.bytes(LedgerLimits.nonceByteCount),
            validUntil: height + Self.validity, calls: calls)
        return try? SignedTransaction(signing: body, with: [(account, key)]).bytes
    }

    /// The same calls with a new validity.
    func renew(_ bytes: [UInt8], height: UInt64) -> [UInt8]? {
        guard let transaction = try? SignedTransaction(decoding: bytes) else { return nil }
        return sign(transaction.body.calls, height: height)
    }
}
