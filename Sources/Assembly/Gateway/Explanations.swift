import Base
import Consent
import ContractKit
import Node

/// The sentences behind failure codes that stand on the chain.
enum Explanations {
    private static let registry = ContractRegistry(Node.contracts)

    static func refusal(for code: String) -> Refusal? {
        if let reason = DecisionReason(code: code) { return reason.sentence }
        return registry.refusal(for: code)
    }
}
