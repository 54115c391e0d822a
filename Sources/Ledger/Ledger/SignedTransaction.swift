import Base
package import Cryptography
import Encoding

/// A transaction as it travels: a body and its signatures, none of them checked yet.
///
/// Bytes: an array of two fields, the body as a byte string (so that it can be hashed and checked
/// without being encoded again) and one to eight signatures, the sender's first, accounts distinct.
package struct SignedTransaction: Hashable, Sendable {
    /// The whole encoding.
    package let bytes: [UInt8]
    /// What was signed, decoded.
    package let body: TransactionBody
    /// The sender's signature first, then any others.
    package let signatures: [TransactionSignature]
    /// The digest of the label and the body.
    package let id: TransactionID

    private let message: [UInt8]

    /// Decodes and checks everything that needs neither state nor keys.
    ///
    /// - Throws: ``TransactionError/malformed(_:)``, ``TransactionError/oversized(byteCount:)`` or
    ///   ``TransactionError/signers``.
    package init(decoding bytes: [UInt8]) throws(TransactionError) {
        guard bytes.count <= LedgerLimits.transactionByteCount else {
            throw .oversized(byteCount: bytes.count)
        }
        do throws(CBORError) {
            var reader = try CBORReader(bytes)
            try reader.structure(2, "transaction")
            let bodyBytes = try reader.byteString()
            signatures = try reader.list(atMost: LedgerLimits.signatureCount) {
                (reader) throws(CBORError) in try TransactionSignature(from: &reader)
            }
            try reader.finish()
            body = try TransactionBody(decoding: bodyBytes)
            message = Domains.transaction + bodyBytes
        } catch {
            throw .malformed(error)
        }
        self.bytes = bytes
        id = TransactionID(HashSuite.sha256.hash(message))
        guard signatures.first?.account == body.sender,
            Set(signatures.map(\.account)).count == signatures.count
        else { throw .signers }
    }

    /// Signs a body for one account or several; the first key must be the sender's.
    package init(
        signing body: TransactionBody, with keys: [(account: AccountID, key: SigningKey)]
    ) throws(CryptographyError) {
        precondition(keys.first?.account == body.sender)
        precondition(keys.count <= LedgerLimits.signatureCount)
        let bodyBytes = body.encoded
        message = Domains.transaction + bodyBytes
        var signatures: [TransactionSignature] = []
        for (account, key) in keys {
            let signature = try key.sign(message)
            signatures.append(
                TransactionSignature(account: account, key: key.publicKey, bytes: signature))
        }
        self.signatures = signatures
        self.body = body
        id = TransactionID(HashSuite.sha256.hash(message))
        var writer = CBORWriter(reservingCapacity: bodyBytes.count + 160)
        writer.array(2)
        writer.byteString(bodyBytes)
        writer.list(signatures) { $1.encode(to: &$0) }
        bytes = writer.bytes
    }

    /// True when every signature is right.
    ///
    /// This is the costly check; it runs in parallel at admission.
    package var hasValidSignatures: Bool {
        signatures.allSatisfy { $0.key.isValidSignature($0.bytes, for: message) }
    }

    package static func == (left: SignedTransaction, right: SignedTransaction) -> Bool {
        left.bytes == right.bytes
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(id) }
}
