package import Base
import ContractKit

/// Why a record is not written, amended, held or erased.
package enum RecordsRefusal: RefusalReason {
    case ownerUnknown
    case ownerRevoked
    case notRegistrar
    case idUsed
    case epoch
    case unknown
    case notWriter
    case notOwner
    case erased
    case held
    case notHeld
    case holdPeriod

    package var refusal: Refusal {
        switch self {
        case .ownerUnknown:
            Refusal(
                "records.owner-unknown",
                "The owner is not a resident of this zone. Enrol the resident first.",
                "所有者不是本区居民。请先登记该居民。")
        case .ownerRevoked:
            Refusal(
                "records.owner-revoked",
                "The owner's pseudonym is revoked. Write under the resident's new pseudonym.",
                "所有者的假名账户已注销。请写入该居民的新假名账户。")
        case .notRegistrar:
            Refusal(
                "records.not-registrar",
                "Only the institution that enrolled the resident writes to this pseudonym. Enrol "
                    + "the resident with your institution.",
                "只有登记该居民的机构可以向此假名写入。请先在本机构登记该居民。")
        case .idUsed:
            Refusal(
                "records.id-used",
                "A record with this identifier exists. Draw 256 new random bits, or amend it.",
                "该记录标识已存在。请重新随机生成 256 位标识，或使用修订。")
        case .epoch:
            Refusal(
                "records.epoch",
                "The envelope is not sealed to the owner's current domain key. Read the current "
                    + "epoch and seal again.",
                "信封未使用所有者当前的领域密钥封装。请读取当前周期后重新封装。")
        case .unknown:
            Refusal(
                "records.unknown", "The owner has no such record. Compare both identifiers.",
                "该所有者没有此记录。请核对两个标识。")
        case .notWriter:
            Refusal(
                "records.not-writer",
                "Only whoever wrote the record may do this. Ask the writer to amend or hold it.",
                "只有记录的书写者可以执行此操作。请联系书写者。")
        case .notOwner:
            Refusal(
                "records.not-owner",
                "Only the owner or the authority may erase a record.",
                "只有所有者或管理部门可以删除记录。")
        case .erased:
            Refusal(
                "records.erased", "The record is erased, which is final. Write a new one.",
                "该记录已删除，不可恢复。请写入新记录。")
        case .held:
            Refusal(
                "records.held",
                "A law makes the writer keep the record for now. Read the hold for reason and end.",
                "依法必须保留该记录。请查看保留原因和期限。")
        case .notHeld:
            Refusal(
                "records.not-held", "The record is not held, so there is nothing to release.",
                "该记录未被保留，无需解除。")
        case .holdPeriod:
            Refusal(
                "records.hold-period",
                "A hold must end in the future, at most 30 years from now. Choose another end.",
                "保留期限须在未来且不超过 30 年。请重新选择期限。")
        }
    }
}
