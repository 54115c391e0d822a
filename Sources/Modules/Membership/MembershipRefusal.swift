package import Base
import ContractKit

/// Why membership refuses a change.
package enum MembershipRefusal: RefusalReason {
    case founded
    case name
    case code
    case codeTaken
    case accountTaken
    case signatureMissing
    case institutionUnknown
    case practitionerUnknown
    case residentUnknown
    case notYours
    case revoked
    case authorityOnly
    case hostNotActive
    case keys
    case noReadingKey

    package var refusal: Refusal {
        switch self {
        case .founded:
            Refusal(
                "membership.founded", "The zone is founded already. It is founded once.",
                "本区已经创建，只能创建一次。")
        case .name:
            Refusal(
                "membership.name",
                "The name is empty or holds control characters. Give its registered name.",
                "名称为空或含有控制字符。请填写登记名称。")
        case .code:
            Refusal(
                "membership.code",
                "The social credit code is wrong (GB 32100). Compare all 18 characters.",
                "统一社会信用代码有误（GB 32100）。请核对全部 18 位。")
        case .codeTaken:
            Refusal(
                "membership.code-taken",
                "An institution with this social credit code is a member. Revoke it first, or use "
                    + "its account.",
                "该统一社会信用代码的机构已是成员。请先注销原账户，或使用原账户。")
        case .accountTaken:
            Refusal(
                "membership.account-taken",
                "The account is a member already. Make a new key for a new member.",
                "该账户已是成员。请为新成员生成新密钥。")
        case .signatureMissing:
            Refusal(
                "membership.signature-missing",
                "The new member must sign as well. Have its key sign the same transaction.",
                "新成员也必须签名。请用其密钥共同签署同一交易。")
        case .institutionUnknown:
            Refusal(
                "membership.institution-unknown",
                "There is no such institution. Compare the account.",
                "没有此机构。请核对账户。")
        case .practitionerUnknown:
            Refusal(
                "membership.practitioner-unknown",
                "There is no such practitioner. Compare the account.",
                "没有此医务人员。请核对账户。")
        case .residentUnknown:
            Refusal(
                "membership.resident-unknown",
                "There is no such resident. Compare the pseudonym.",
                "没有此居民。请核对假名账户。")
        case .notYours:
            Refusal(
                "membership.not-yours",
                "Only the institution that registered the member, or the authority, may do this.",
                "只有登记该成员的机构或管理部门可以执行此操作。")
        case .revoked:
            Refusal(
                "membership.revoked",
                "The member is revoked, which is final. Register a new account.",
                "该成员已被永久注销，不可更改。请登记新账户。")
        case .authorityOnly:
            Refusal(
                "membership.authority-only",
                "The authority suspended the member, so only the authority may lift it.",
                "该成员由管理部门暂停，只有管理部门可以恢复。")
        case .hostNotActive:
            Refusal(
                "membership.host-not-active",
                "The wallet's host is not an active institution. Choose another one.",
                "钱包托管机构不是有效机构。请另选机构。")
        case .keys:
            Refusal(
                "membership.keys",
                "Name one to four different keys. An account without a key would be lost.",
                "请提供一至四个不同的密钥。没有密钥的账户将无法使用。")
        case .noReadingKey:
            Refusal(
                "membership.no-reading-key",
                "Residents have no reading key; others seal to their domain keys. Publish a new "
                    + "epoch instead.",
                "居民没有阅读密钥，他人使用其领域密钥封装。请改为发布新的密钥周期。")
        }
    }
}
