package import Base
package import Cryptography

/// Why something that an owner or practitioner wanted did not happen.
package enum DeskError: Error, Hashable, Sendable {
    case port(PortError)
    case store(AgentStoreError)
    case plan(ConsentPlanError)
    case cryptography(CryptographyError)
    /// The chain refused.
    case contract(Refusal)
    /// Nobody with a reading key has this account.
    case readerUnknown
    /// The owner has no such grant.
    case grantUnknown
    /// The chain has no such code.
    case codeUnknown
    /// A seed of the code does not open: the chain's row is not what the owner made.
    case codeKeys
    /// The keystore is of another kind than this needs.
    case wrongIdentity

    /// What the user is told.
    package var refusal: Refusal {
        switch self {
        case .port(let error): error.refusal
        case .store(let error): error.refusal
        case .plan(let error): error.refusal
        case .contract(let refusal): refusal
        case .cryptography:
            Refusal(
                "agent.cryptography",
                "A key could not be used. Check the keystore and the other side's keys.",
                "密钥无法使用。请检查密钥库和对方的公钥。")
        case .readerUnknown:
            Refusal(
                "agent.reader-unknown",
                "Nobody who can be given keys has this account. Compare it with the directory.",
                "没有可授予密钥的成员使用该账户。请与名录核对。")
        case .grantUnknown:
            Refusal(
                "agent.grant-unknown", "There is no such consent. List the consents and compare.",
                "没有此授权。请列出授权并核对。")
        case .codeUnknown:
            Refusal(
                "agent.code-unknown",
                "The chain has no such access code. Compare it with the original, or ask for a "
                    + "new one.",
                "链上没有此授权码。请与原码核对，或索取新码。")
        case .codeKeys:
            Refusal(
                "agent.code-keys",
                "The access code's keys do not open. Ask the owner for a new code.",
                "授权码中的密钥无法打开。请向所有者索取新码。")
        case .wrongIdentity:
            Refusal(
                "agent.wrong-identity",
                "This keystore cannot do that. Use the keystore of the person or institution "
                    + "concerned.",
                "此密钥库不能执行该操作。请使用相关个人或机构的密钥库。")
        }
    }
}
