package import Base

/// A closed list of the reasons for which a contract refuses.
///
/// The chain keeps only the code of a refusal; the list lets anybody explain it later.
package protocol RefusalReason: CaseIterable, Hashable, Sendable {
    var refusal: Refusal { get }
}

extension RefusalReason {
    /// All refusals of the list, in the order of its cases.
    package static var refusals: [Refusal] { allCases.map(\.refusal) }
}

extension CallFailure {
    /// A refusal from a closed list.
    package static func because(_ reason: some RefusalReason) -> CallFailure {
        .refused(reason.refusal)
    }
}

/// What the ledger and the contract kit refuse, whatever the contract.
package enum CallRefusal: RefusalReason {
    case unknownCall
    case malformed
    case tooManyEvents
    case notAuthority
    case keyNotAuthorised

    package var refusal: Refusal {
        switch self {
        case .unknownCall:
            Refusal(
                "call.unknown",
                "This chain has no such contract call. Compare its name with the chain's.",
                "本链没有此合约调用。请核对合约和调用名称。")
        case .malformed:
            Refusal(
                "call.malformed",
                "The arguments are not what this call takes. Encode them as its page describes.",
                "调用参数格式不符。请按该合约文档重新编码。")
        case .tooManyEvents:
            Refusal(
                "contract.too-many-events",
                "One transaction may cause at most 256 events. Split its calls.",
                "一笔交易最多产生 256 个事件。请拆分调用。")
        case .notAuthority:
            Refusal(
                "caller.not-authority",
                "Only the zone's authority may do this. Ask it to send the transaction.",
                "只有本区管理部门可以执行此操作。请由管理部门提交。")
        case .keyNotAuthorised:
            Refusal(
                "account.key-not-authorised",
                "A key that signed does not belong to its account now. Sign with its current key.",
                "签名密钥当前不属于该账户。请使用该账户的现行密钥签名。")
        }
    }
}
