package import Base

/// Why a read is allowed or refused; the audit keeps the codes.
package enum DecisionReason: String, CaseIterable, Hashable, Sendable {
    // Allowed.
    case owner
    case author
    case authorInstitution = "author-institution"
    case permit

    // Refused because of who reads.
    case readerUnknown = "reader-unknown"
    case readerSuspended = "reader-suspended"
    case readerRevoked = "reader-revoked"
    case institutionSuspended = "institution-suspended"
    case institutionRevoked = "institution-revoked"

    // Refused because of the owner's grants.
    case deny
    case readsUsed = "reads-used"
    case expired
    case notYet = "not-yet"
    case revoked
    case purposeNotCovered = "purpose-not-covered"
    case domainNotCovered = "domain-not-covered"
    case noConsent = "no-consent"

    // Refused because of the record.
    case recordUnknown = "record-unknown"
    case recordErased = "record-erased"

    /// The stable code, such as `consent.expired`.
    package var code: String { "consent.\(rawValue)" }

    /// The reason with a code that was kept, such as `consent.expired`.
    package init?(code: String) {
        guard code.hasPrefix("consent.") else { return nil }
        self.init(rawValue: String(code.dropFirst("consent.".count)))
    }

    /// The code and a sentence in both languages.
    package var sentence: Refusal { Refusal(code, sentences.english, sentences.chinese) }

    private var sentences: (english: String, chinese: String) {
        switch self {
        case .owner: ("The owner reads own records.", "所有者阅读自己的记录。")
        case .author: ("The institution reads what it wrote.", "机构阅读自己书写的记录。")
        case .authorInstitution:
            (
                "A practitioner of the institution that wrote the record reads it for care.",
                "书写机构的医务人员因诊疗或运营阅读该记录。"
            )
        case .permit: ("A consent of the owner covers this read.", "所有者的授权允许此次阅读。")
        case .readerUnknown:
            (
                "The reader is not a member of this zone. Have an institution register it.",
                "阅读者不是本区成员。请先由机构登记。"
            )
        case .readerSuspended:
            (
                "The reader's account is suspended. Ask whoever suspended it.",
                "阅读者账户已被暂停。请联系作出决定的一方。"
            )
        case .readerRevoked:
            (
                "The reader's account is revoked for good. Register a new one.",
                "阅读者账户已被永久注销。请登记新账户。"
            )
        case .institutionSuspended:
            (
                "The reader's institution is suspended. Ask the zone's authority.",
                "阅读者所属机构已被暂停。请联系管理部门。"
            )
        case .institutionRevoked:
            (
                "The reader's institution is no member any more. Ask the zone's authority.",
                "阅读者所属机构已被注销。请联系管理部门。"
            )
        case .deny:
            (
                "The owner forbids this read. Only the owner can change that.",
                "所有者禁止此次阅读。只有所有者可以更改。"
            )
        case .readsUsed:
            (
                "The consent's number of reads is used up. Ask the owner for a new one.",
                "授权的阅读次数已用完。请所有者重新授权。"
            )
        case .expired:
            (
                "The consent has expired. Ask the owner for a new one.",
                "授权已过期。请所有者重新授权。"
            )
        case .notYet:
            (
                "The consent has not begun yet. Wait until it begins, or ask the owner.",
                "授权尚未生效。请等待生效或联系所有者。"
            )
        case .revoked:
            (
                "The owner revoked the consent. Ask for a new one.",
                "所有者已撤销授权。请重新申请授权。"
            )
        case .purposeNotCovered:
            (
                "The consent does not cover this purpose. Ask the owner for this purpose.",
                "授权不包含此用途。请所有者就此用途授权。"
            )
        case .domainNotCovered:
            (
                "The consent does not cover this kind of data. Ask the owner for it.",
                "授权不包含此类数据。请所有者就此类数据授权。"
            )
        case .noConsent:
            (
                "The owner has given the reader no consent. Ask for one or for an access code.",
                "所有者未授权该阅读者。请申请授权或索取授权码。"
            )
        case .recordUnknown:
            ("There is no such record. Ask for the list of records.", "没有这条记录。请先查询记录列表。")
        case .recordErased:
            ("The record was erased and its key destroyed.", "该记录已被擦除，密钥已销毁。")
        }
    }
}
