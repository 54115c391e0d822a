package import Base
import Cryptography
import Encoding
import Merkle

/// The checks of a receipt, in the order in which they are made.
package enum ReceiptCheck: String, Hashable, Sendable, CaseIterable {
    case format
    case chain
    case validators
    case certificate
    case inclusion
    case transaction
    case state

    /// What the check asks, for people.
    package var question: (english: String, chinese: String) {
        switch self {
        case .format: ("the bytes are one canonical receipt", "字节是唯一规范的收据")
        case .chain: ("the header belongs to the trusted chain and zone", "区块头属于受信任的链和区")
        case .validators:
            ("the header names the validators of its epoch", "区块头列明其届次的验证者")
        case .certificate:
            ("more than two thirds of the weight signed the header", "超过三分之二权重签署了区块头")
        case .inclusion: ("the entry is in the chain's log", "条目在链的日志中")
        case .transaction:
            ("the transaction is signed by its sender for this chain", "交易由发送者为本链签署")
        case .state: ("each state row is as the header's root says", "每个状态行与区块头的根一致")
        }
    }
}

/// A check that failed, and why.
package struct ReceiptFailure: Error, Hashable, Sendable {
    package let check: ReceiptCheck
    package let reason: String
    /// True when the receipt may be good, but is of an epoch that the trust file does not reach.
    package let needsNewerTrustFile: Bool

    package init(_ check: ReceiptCheck, _ reason: String, needsNewerTrustFile: Bool = false) {
        (self.check, self.reason) = (check, reason)
        self.needsNewerTrustFile = needsNewerTrustFile
    }

    /// The code and sentences for people.
    package var refusal: Refusal {
        if needsNewerTrustFile {
            return Refusal(
                "receipt.trust-file-old",
                "The trust file is too old for this receipt: \(reason). Fetch a newer one from any "
                    + "node of the zone and check again: kanglian trust update trust.json "
                    + "--node URL",
                "信任文件早于此收据（\(reason)）。请从本区任一节点更新后重新校验："
                    + "kanglian trust update trust.json --node URL")
        }
        return Refusal(
            "receipt.\(check.rawValue)",
            "The receipt proves nothing: the check that \(check.question.english) failed "
                + "(\(reason)). Ask the issuer for the receipt again.",
            "收据无效：“\(check.question.chinese)”这一检查未通过（\(reason)）。请重新索取收据。")
    }
}

extension ReceiptFailure {
    /// The check in which a header failed.
    fileprivate init(_ error: HeaderError) {
        switch error {
        case .chain(let zone): self.init(.chain, "zone \(zone), or another chain of it")
        case .epochUnknown(let epoch, let last):
            self.init(
                .validators, "epoch \(epoch), and the file ends with epoch \(last)",
                needsNewerTrustFile: true)
        case .otherValidators(let epoch):
            self.init(.validators, "other validators than those of epoch \(epoch)")
        case .height(let height, let epoch):
            self.init(.validators, "height \(height) is not in epoch \(epoch)")
        case .certificate(let error): self.init(.certificate, "\(error)")
        }
    }
}

/// A receipt of which every check has passed.
package struct VerifiedReceipt: Sendable {
    package let receipt: Receipt
    package let entry: Entry
    package let transaction: SignedTransaction

    /// Checks every bit of a receipt against a trust file.
    ///
    /// - Throws: the first check that fails, in the order of ``ReceiptCheck``.
    package init(decoding bytes: [UInt8], trust: TrustFile) throws(ReceiptFailure) {
        guard bytes.count <= LedgerLimits.receiptByteCount else {
            throw ReceiptFailure(.format, "\(bytes.count) bytes")
        }
        let receipt: Receipt
        let entry: Entry
        do throws(CBORError) {
            receipt = try Receipt(decoding: bytes)
            entry = try Entry(decoding: receipt.entry)
        } catch {
            throw ReceiptFailure(.format, "\(error)")
        }
        try Self.check(receipt, trust)
        let transaction: SignedTransaction
        do throws(TransactionError) {
            transaction = try SignedTransaction(decoding: entry.transaction)
        } catch {
            throw ReceiptFailure(.transaction, error.refusal.code)
        }
        guard transaction.body.chain == trust.genesis.id else {
            throw ReceiptFailure(.transaction, "signed for another chain")
        }
        guard transaction.hasValidSignatures else {
            throw ReceiptFailure(.transaction, "a signature is wrong")
        }
        try Self.checkState(receipt, trust)
        (self.receipt, self.entry, self.transaction) = (receipt, entry, transaction)
    }

    private static func check(
        _ receipt: Receipt, _ trust: TrustFile
    ) throws(ReceiptFailure) {
        let header = receipt.header
        do throws(HeaderError) {
            try trust.verify(header, receipt.certificate)
        } catch {
            throw ReceiptFailure(error)
        }
        let leaf = LogHash.leaf(receipt.entry, trust.genesis.hashSuite)
        let root = receipt.path.root(
            leaf: leaf, index: receipt.index, size: header.logSize, trust.genesis.hashSuite)
        guard root == header.logRoot else {
            throw ReceiptFailure(.inclusion, "index \(receipt.index) of \(header.logSize)")
        }
    }

    private static func checkState(
        _ receipt: Receipt, _ trust: TrustFile
    ) throws(ReceiptFailure) {
        let suite = trust.genesis.hashSuite
        for (index, row) in receipt.state.enumerated() {
            let valueHash = row.value.map { StateKeys.valueHash($0, suite) }
            guard
                row.proof.verify(
                    key: StateKeys.treeKey(row.key, suite), valueHash: valueHash,
                    root: receipt.header.stateRoot, suite)
            else { throw ReceiptFailure(.state, "row \(index)") }
        }
    }
}
