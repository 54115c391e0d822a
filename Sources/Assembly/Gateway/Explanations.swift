import Base
import Consent
import Node

/// The sentences behind codes that stand on the chain.
enum Explanations {
    static func refusal(for code: String) -> Refusal? {
        DecisionReason(code: code)?.sentence ?? Node.knownRefusal(for: code)
    }
}
