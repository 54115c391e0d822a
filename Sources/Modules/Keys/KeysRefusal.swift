package import Base
import ContractKit

/// Why a key is not published, granted or withdrawn.
package enum KeysRefusal: RefusalReason {
    case epochOrder
    case epochUnknown
    case granteeUnknown
    case grantUnknown

    package var refusal: Refusal {
        switch self {
        case .epochOrder:
            Refusal(
                "keys.epoch-order",
                "Epochs of a domain count 1, 2, 3 without gaps. Publish the one after the current.",
                "领域密钥周期须从 1 起连续递增。请发布当前周期的下一个。")
        case .epochUnknown:
            Refusal(
                "keys.epoch-unknown",
                "This epoch has no key. Publish its key before granting it.",
                "该周期尚无密钥。请先发布密钥再授予。")
        case .granteeUnknown:
            Refusal(
                "keys.grantee-unknown",
                "The reader is not an active institution or practitioner. Compare the account.",
                "接收方不是有效的机构或医务人员。请核对账户。")
        case .grantUnknown:
            Refusal(
                "keys.grant-unknown",
                "This reader holds no such key, so there is nothing to withdraw.",
                "该接收方没有此密钥，无需撤回。")
        }
    }
}
