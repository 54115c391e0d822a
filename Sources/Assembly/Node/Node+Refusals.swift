package import Base
import ContractKit

extension Node {
    private static let registry = ContractRegistry(contracts)

    /// The sentences of a contract's failure code; nil for a code of other contracts.
    package static func knownRefusal(for code: String) -> Refusal? { registry.refusal(for: code) }

    /// The sentences of a failure code, or a plain one for a code of other contracts.
    package static func refusal(for code: String) -> Refusal {
        knownRefusal(for: code)
            ?? Refusal(code, "The contract refused this (\(code)).", "合约拒绝了此操作（\(code)）。")
    }
}
