package import Base
package import Encoding
package import Storage

/// Why a call did not succeed.
package enum CallFailure: Error, Hashable, Sendable {
    /// The contract's rules refuse it; the code goes on the chain, the sentences to people.
    case refused(Refusal)
    /// The arguments do not decode.
    case malformed(CBORError)
    /// The disk failed: no verdict. The node abandons the block.
    case storage(StorageError)

    /// A refusal by a rule, in both languages.
    package static func refuse(
        _ code: String, _ english: String, _ chinese: String
    ) -> CallFailure {
        .refused(Refusal(code, english, chinese))
    }
}
