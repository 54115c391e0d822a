package import Base
package import Encoding

/// Why a transaction was not accepted.
///
/// Nothing of it is kept, except for ``duplicate(_:)``.
package enum TransactionError: Error, Hashable, Sendable {
    /// The bytes are not a transaction.
    case malformed(CBORError)
    /// More bytes than ``LedgerLimits/transactionByteCount``.
    case oversized(byteCount: Int)
    /// The sender's signature is not first, or an account signed twice.
    case signers
    /// A signature does not fit the body and key.
    case signature
    /// The sender is no member, or the key is not one of its account's.
    case unknownSender
    /// It was signed for another chain or zone.
    case foreignChain
    /// Its last valid height has passed.
    case expired(validUntil: UInt64, head: UInt64)
    /// Its last valid height is further away than ``LedgerLimits/validityHeights``.
    case validityTooLong(validUntil: UInt64, head: UInt64)
    /// It is already in the pool or on the chain.
    case duplicate(TransactionID)
    /// The pool is full; try again after the given seconds.
    case busy(retryAfterSeconds: Int)
    /// The node stops, or its disk refuses writes.
    case unavailable(String)

    /// The code and sentences for people.
    package var refusal: Refusal {
        switch self {
        case .malformed(let error):
            Refusal(
                "transaction.malformed",
                "These bytes are not a Kanglian transaction (\(error)). Encode it again as "
                    + "deterministic CBOR.",
                "这些字节不是康链交易（\(error)）。请按确定性 CBOR 重新编码。")
        case .oversized(let byteCount):
            Refusal(
                "transaction.oversized",
                "The transaction has \(byteCount) bytes; at most "
                    + "\(LedgerLimits.transactionByteCount) are allowed. Put bodies in the vault "
                    + "or split the calls.",
                "交易有 \(byteCount) 字节，上限为 \(LedgerLimits.transactionByteCount)。"
                    + "请将正文放入保管库或拆分调用。")
        case .signers:
            Refusal(
                "transaction.signers",
                "The first signature must be the sender's and each account may sign once. Sign "
                    + "again in that order.",
                "第一个签名必须属于发送者，且每个账户只能签一次。请按此顺序重新签名。")
        case .signature:
            Refusal(
                "transaction.signature",
                "A signature does not fit the transaction and its key. Sign the exact bytes again.",
                "签名与交易及公钥不符。请对原始字节重新签名。")
        case .unknownSender:
            Refusal(
                "transaction.unknown-sender",
                "The sender is not a member of this zone, or this key is not one of its keys. Use "
                    + "the account's newest key, or have an institution enrol the account first.",
                "发送者不是本区成员，或该公钥不属于此账户。请使用账户的最新密钥，或先由机构登记。")
        case .foreignChain:
            Refusal(
                "transaction.foreign-chain",
                "The transaction was signed for another chain or zone. Sign it for the chain that "
                    + "this node's trust file names.",
                "该交易是为其他链或区签署的。请按本节点信任文件中的链重新签名。")
        case .expired(let validUntil, let head):
            Refusal(
                "transaction.expired",
                "The transaction was valid until height \(validUntil) and the head is at \(head). "
                    + "Sign a new one.",
                "交易有效至高度 \(validUntil)，当前高度为 \(head)。请重新签名。")
        case .validityTooLong(let validUntil, let head):
            Refusal(
                "transaction.validity-too-long",
                "Valid until \(validUntil) is more than \(LedgerLimits.validityHeights) heights "
                    + "after the head at \(head). Choose a nearer height.",
                "有效高度 \(validUntil) 距当前高度 \(head) 超过 "
                    + "\(LedgerLimits.validityHeights)。请选择更近的高度。")
        case .duplicate(let id):
            Refusal(
                "transaction.duplicate",
                "Transaction \(id) is already here. Ask for its status instead of sending again.",
                "交易 \(id) 已存在。请查询其状态，不必重复发送。")
        case .busy(let seconds):
            Refusal(
                "node.busy",
                "The node's pool is full. Send again after \(seconds) s.",
                "节点的交易池已满。请在 \(seconds) 秒后重试。")
        case .unavailable(let reason):
            Refusal(
                "node.unavailable",
                "The node accepts nothing now: \(reason). Nothing was kept; send again later.",
                "节点暂不接受交易：\(reason)。未保留任何内容，请稍后重试。")
        }
    }
}
