package import Base
import ContractKit

/// Why a consent or an access code is refused.
package enum ConsentRefusal: RefusalReason {
    case idUsed
    case period
    case readLimit
    case recipientUnknown
    case grantUnknown
    case grantRevoked
    case codeTaken
    case codePeriod
    case codeUnknown
    case codeUsed
    case codeExpired
    case codeBound
    case codeCancelled
    case codeSignature
    case notOwner
    case ownerNotActive

    package var refusal: Refusal {
        switch self {
        case .idUsed:
            Refusal(
                "consent.id-used",
                "You have a grant with this identifier. Draw 256 new random bits.",
                "该授权标识已被使用。请重新随机生成 256 位标识。")
        case .period:
            Refusal(
                "consent.period",
                "A grant must end after it begins and after now. Choose another end.",
                "授权的结束时间必须晚于开始时间和当前时间。请重新选择。")
        case .readLimit:
            Refusal(
                "consent.read-limit",
                "A limit of reads is at least 1, and a grant that forbids has none.",
                "阅读次数上限至少为 1；禁止类授权不设次数。")
        case .recipientUnknown:
            Refusal(
                "consent.recipient-unknown",
                "The recipient is not a member of this zone. Compare the account.",
                "被授权方不是本区成员。请核对账户。")
        case .grantUnknown:
            Refusal(
                "consent.grant-unknown",
                "The owner has no such grant. Compare the identifier.",
                "该所有者没有此授权。请核对标识。")
        case .grantRevoked:
            Refusal(
                "consent.grant-revoked", "The grant is revoked already; nothing is left to do.",
                "该授权已撤销，无需重复操作。")
        case .codeTaken:
            Refusal(
                "consent.code-taken",
                "The code's account is in use. Make a new code.",
                "该授权码账户已被使用。请生成新的授权码。")
        case .codePeriod:
            Refusal(
                "consent.code-period",
                "A code is redeemed within 31 days and gives 1 second to 366 days. Choose again.",
                "授权码须在 31 天内兑换，授权时长为 1 秒至 366 天。请重新选择。")
        case .codeUnknown:
            Refusal(
                "consent.code-unknown",
                "There is no such code. Compare each character with the resident's screen.",
                "没有此授权码。请与居民屏幕上的授权码逐位核对。")
        case .codeUsed:
            Refusal(
                "consent.code-used",
                "The code was redeemed already; it works once. Ask the resident for a new one.",
                "该授权码已使用，只能使用一次。请居民重新生成。")
        case .codeExpired:
            Refusal(
                "consent.code-expired",
                "The time to redeem the code is over. Ask the resident for a new one.",
                "该授权码已过期。请居民重新生成。")
        case .codeBound:
            Refusal(
                "consent.code-bound",
                "The code is for another practitioner. Ask the resident for one for you.",
                "该授权码指定了其他医务人员。请居民为您生成授权码。")
        case .codeCancelled:
            Refusal(
                "consent.code-cancelled",
                "The resident cancelled the code. Ask for a new one.",
                "居民已取消该授权码。请居民重新生成。")
        case .codeSignature:
            Refusal(
                "consent.code-signature",
                "The code's own key must sign as well: it proves that you know the code.",
                "授权码自身的密钥也必须签名，以证明您知道该授权码。")
        case .notOwner:
            Refusal(
                "consent.not-owner",
                "Only whoever issued the code may cancel it. Send it from that account.",
                "只有生成授权码的账户可以取消。请使用该账户提交。")
        case .ownerNotActive:
            Refusal(
                "consent.owner-not-active",
                "The resident's account is suspended or revoked, so its codes give nothing.",
                "居民账户已被暂停或注销，其授权码无效。")
        }
    }
}
