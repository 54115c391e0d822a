package import Base
package import Consent
package import Keys
import Ledger
package import Records
package import Storage

/// One record that somebody asked for, with the decision and, when allowed, all that opens it.
package struct ReadResult: Sendable {
    package let record: Hash256
    package let decision: Decision
    /// Nil when the record is unknown; then the decision refuses.
    package let item: RecordItem?
    /// The newest version, when reading is allowed.
    package let content: SealedRecord?
}

/// A sealed record as the vault keeps it, with the reader's key.
package struct SealedRecord: Sendable {
    package let number: UInt64
    package let version: RecordVersion
    package let body: [UInt8]
    package let envelope: [UInt8]
    /// The seed of the owner's epoch key, sealed to the reader, when the owner granted it.
    package let key: KeyGrant?
}

/// What a reader gets: a result for each record, and the audit entries that the read left.
package struct ReadAnswer: Sendable {
    package let results: [ReadResult]
    package let events: [Hash256]
}

/// Why a read could not be answered at all.
package enum ReadError: Error, Hashable, Sendable {
    /// Nothing can be read while reads cannot be recorded.
    case audit(StorageError)
    case storage(StorageError)
    /// More records than ``ReadDesk/recordLimit``, or none.
    case count
    /// The account owns nothing here.
    case ownerUnknown
    /// This node's state is not the certified one.
    case diverged

    package var refusal: Refusal {
        switch self {
        case .audit(let error), .storage(let error): error.refusal
        case .diverged:
            Refusal(
                "node.diverged",
                "This node's state differs from the one that the others certified, so it serves "
                    + "nothing. Ask another node of the zone.",
                "本节点状态与他方认证的状态不一致，已停止服务。请访问本区其他节点。")
        case .count:
            Refusal(
                "read.count",
                "Ask for 1 to \(ReadDesk.recordLimit) records at once; split a larger request.",
                "每次请读取 1 到 \(ReadDesk.recordLimit) 条记录；更大的请求请拆分。")
        case .ownerUnknown:
            Refusal(
                "read.owner-unknown",
                "The owner is not a member of this zone. Check the account.",
                "所有者不是本区成员。请核对账户。")
        }
    }
}
