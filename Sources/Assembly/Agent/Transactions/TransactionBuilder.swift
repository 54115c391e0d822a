package import Base
package import Cryptography
package import Ledger

/// Signs calls for one chain.
package struct TransactionBuilder: Sendable {
    /// Heights after the head until which a transaction may wait, unless told otherwise.
    package static let standardValidity: UInt64 = 1000

    /// The chain's identifier, from a trust file.
    package let chain: Hash256
    private let validity: UInt64
    private let random: any RandomSource

    package init(
        chain: Hash256, validity: UInt64 = TransactionBuilder.standardValidity,
        random: any RandomSource
    ) {
        self.chain = chain
        self.validity = min(validity, LedgerLimits.validityHeights)
        self.random = random
    }

    /// One transaction whose calls succeed or fail together.
    ///
    /// - Parameters:
    ///   - calls: 1 to 64.
    ///   - sender: who calls.
    ///   - cosigners: others who must agree, such as the pseudonym that is enrolled.
    ///   - head: the chain's height now.
    /// - Returns: the signed transaction, with a fresh nonce.
    /// - Throws: when the signature library fails.
    package func sign(
        _ calls: [Call], by sender: Signer, with cosigners: [Signer] = [], head: UInt64
    ) throws(CryptographyError) -> SignedTransaction {
        let (until, overflow) = head.addingReportingOverflow(validity)
        let body = TransactionBody(
            chain: chain, sender: sender.account,
            nonce: random.bytes(LedgerLimits.nonceByteCount),
            validUntil: overflow ? .max : until, calls: calls)
        return try SignedTransaction(
            signing: body, with: ([sender] + cosigners).map { ($0.account, $0.key) })
    }

    /// As many transactions as the limit of calls asks for, in order.
    ///
    /// Calls in different transactions do not fail together.
    package func sign(
        splitting calls: [Call], by sender: Signer, head: UInt64
    ) throws(CryptographyError) -> [SignedTransaction] {
        var transactions: [SignedTransaction] = []
        for start in stride(from: 0, to: calls.count, by: LedgerLimits.callCount) {
            let part = calls[start..<min(calls.count, start + LedgerLimits.callCount)]
            transactions.append(try sign(Array(part), by: sender, head: head))
        }
        return transactions
    }
}
