package import Base
import ContractKit
import Ledger

/// Why a change of the validator set is not proposed, voted on or made ready.
package enum GovernanceRefusal: RefusalReason {
    case notGovernor
    case notValidator
    case exists
    case changes
    case notInstitution
    case size
    case unchanged
    case sharedKey
    case tooFew
    case tooHeavy
    case tooMuch
    case unknown
    case closed
    case waiting
    case notProposer
    case notWaiting
    case notInNewSet
    case checkpoint
    case readySignature

    /// The refusal that words a broken rule of the ledger.
    init(_ error: ValidatorRuleError) {
        self =
            switch error {
            case .unchanged: .unchanged
            case .sharedKey: .sharedKey
            case .tooFew: .tooFew
            case .tooHeavy: .tooHeavy
            case .tooMuch: .tooMuch
            }
    }

    package var refusal: Refusal {
        switch self {
        case .notGovernor, .notValidator, .notProposer, .notInNewSet, .notInstitution: standing
        case .exists, .unknown, .closed, .waiting, .notWaiting: course
        case .changes, .size, .unchanged, .sharedKey, .tooFew, .tooHeavy, .tooMuch: rule
        case .checkpoint, .readySignature: readiness
        }
    }

    private var standing: Refusal {
        switch self {
        case .notGovernor:
            Refusal(
                "governance.not-governor",
                "Only the authority and the validators of this epoch may do this. Send it from "
                    + "such an account.",
                "只有管理部门和本届验证者可以执行此操作。请使用其账户提交。")
        case .notValidator:
            Refusal(
                "governance.not-validator",
                "Only a validator of this epoch may do this. Send it from its account.",
                "只有本届验证者可以执行此操作。请使用验证者账户提交。")
        case .notProposer:
            Refusal(
                "governance.not-proposer",
                "Only who proposed it may withdraw it. Reject it instead.",
                "只有提案方可以撤回。如不同意，请投反对票。")
        case .notInstitution:
            Refusal(
                "governance.not-institution",
                "A new validator must be an institution in good standing. Have the authority admit "
                    + "it first.",
                "新验证者必须是有效的成员机构。请先由管理部门接纳。")
        default:
            Refusal(
                "governance.not-in-new-set",
                "The account is no validator of the new set. Compare it with the proposal.",
                "该账户不在新一届验证者之列。请核对提案。")
        }
    }

    private var course: Refusal {
        switch self {
        case .exists:
            Refusal(
                "governance.exists",
                "This transaction has a proposal already. Send the second one by itself.",
                "此交易已含一项提案。请将第二项单独提交。")
        case .unknown:
            Refusal(
                "governance.unknown",
                "No such proposal in this epoch; proposals end with their epoch. Propose it again.",
                "本届没有此提案；提案随届次结束而失效。请重新提出。")
        case .closed:
            Refusal(
                "governance.closed",
                "The proposal is decided or withdrawn. See its status.",
                "该提案已有结论或已撤回。请查看其状态。")
        case .waiting:
            Refusal(
                "governance.waiting",
                "Another decided change waits for its validators to be ready. Try again after it "
                    + "took effect or was withdrawn.",
                "另一项已决定的变更正在等待验证者就绪。请在其生效或撤回后重试。")
        default:
            Refusal(
                "governance.not-waiting",
                "This change does not wait for anybody: it is not decided, took effect or lapsed. "
                    + "See its status.",
                "此变更无需就绪声明：尚未决定、已生效或已失效。请查看其状态。")
        }
    }

    private var rule: Refusal {
        switch self {
        case .changes:
            Refusal(
                "governance.changes",
                "The steps do not fit the validators of this epoch, or name an account twice or "
                    + "none at all. Compare them with the current set.",
                "变更内容与本届验证者不符、重复列出账户或为空。请与现行名单核对。")
        case .size:
            Refusal(
                "governance.size",
                "A set has 1 to 64 validators with weights of 1 to 4294967296. Propose fewer or "
                    + "other weights.",
                "验证者须为 1 至 64 个，权重为 1 至 4294967296。请调整提案。")
        case .unchanged:
            Refusal(
                "governance.unchanged",
                "The proposal changes nothing. Compare it with the current set.",
                "该提案没有任何变更。请与现行名单核对。")
        case .sharedKey:
            Refusal(
                "governance.shared-key",
                "Two validators would have one key. Each needs a key of its own.",
                "两个验证者不能使用同一密钥。请分别使用各自的密钥。")
        case .tooFew:
            Refusal(
                "governance.too-few",
                "Four validators or more stay four or more. Add another one first.",
                "已有四个或更多验证者时不得减至四个以下。请先增加一个。")
        case .tooHeavy:
            Refusal(
                "governance.too-heavy",
                "One of four or more validators would hold a third of the weight. Spread the "
                    + "weight.",
                "四个或更多验证者中，任一权重不得达到三分之一。请分散权重。")
        default:
            Refusal(
                "governance.too-much",
                "Less than a third of the weight may change in one epoch. Split the change.",
                "每届变更的权重须少于三分之一。请分次变更。")
        }
    }

    private var readiness: Refusal {
        switch self {
        case .checkpoint:
            Refusal(
                "governance.checkpoint",
                "The height or state root is not the one that the change names. Let the node catch "
                    + "up and take them from its status.",
                "高度或状态根与该变更所列不符。请待节点追平后按状态重新提交。")
        default:
            Refusal(
                "governance.ready-signature",
                "The statement is not signed with the validator's key in the new set. Sign it with "
                    + "that key.",
                "就绪声明未使用新一届中的验证者密钥签署。请使用该密钥签署。")
        }
    }
}
