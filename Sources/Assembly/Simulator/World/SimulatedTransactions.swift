import Base
import Cryptography
import Encoding
import Finality
import Ledger

/// Makes transactions without real signatures, and reads them once for all machines.
final class SimulatedTransactions {
    /// A transaction as every machine reads it.
    struct Known {
        let transaction: SignedTransaction
        /// Whether its signature would be right.
        let isAuthentic: Bool
    }

    private let chain: Hash256
    private let sender: Seat
    private var known: [ByteKey: Known] = [:]
    private var count: UInt64 = 0

    init(chain: Hash256, sender: Seat) { (self.chain, self.sender) = (chain, sender) }

    /// A new transaction that writes one row.
    func write(_ row: UInt64, validUntil: UInt64, isAuthentic: Bool = true) -> Known? {
        var writer = CBORWriter()
        writer.unsigned(row)
        return make(
            Call(module: "rows", name: "write", arguments: writer.bytes), validUntil, isAuthentic)
    }

    /// A new transaction that replaces the validators.
    func change(
        to set: ValidatorSet, kind: ValidatorChangeKind, validUntil: UInt64
    ) -> Known? {
        var writer = CBORWriter()
        writer.array(2)
        writer.unsigned(kind.rawValue)
        set.encode(to: &writer)
        return make(
            Call(module: "rows", name: "validators", arguments: writer.bytes), validUntil, true)
    }

    /// What the bytes mean; nil when they mean nothing.
    func read(_ bytes: [UInt8]) -> Known? {
        let key = ByteKey(bytes)
        if let found = known[key] { return found }
        guard let transaction = try? SignedTransaction(decoding: bytes) else { return nil }
        let mark = transaction.signatures.first?.bytes.first
        let item = Known(transaction: transaction, isAuthentic: mark == 1)
        known[key] = item
        return item
    }

    private func make(_ call: Call, _ validUntil: UInt64, _ isAuthentic: Bool) -> Known? {
        count += 1
        var nonce = [UInt8](repeating: 0, count: LedgerLimits.nonceByteCount)
        for index in 0..<8 { nonce[index] = UInt8(truncatingIfNeeded: count >> UInt64(8 * index)) }
        let body = TransactionBody(
            chain: chain, sender: sender.account, nonce: nonce, validUntil: validUntil,
            calls: [call])
        var signature = [UInt8](repeating: 0, count: SignatureSuite.signatureCount)
        signature[0] = isAuthentic ? 1 : 0
        var writer = CBORWriter(reservingCapacity: 256)
        writer.array(2)
        writer.byteString(body.encoded)
        writer.list([
            TransactionSignature(account: sender.account, key: sender.key, bytes: signature)
        ]) { $1.encode(to: &$0) }
        return read(writer.bytes)
    }
}

extension SimulatedTransactions.Known {
    var pending: PendingTransaction {
        PendingTransaction(
            id: transaction.id, bytes: transaction.bytes, validUntil: transaction.body.validUntil)
    }
}
