import Base
package import Consent
import FHIRModel
import Ledger

/// A kind of records as the label of a scope of the index: one decision holds for the scope.
///
/// 65 bytes: the owner's account (32), the domain's number (1), the writer's account (32).
extension RecordKind {
    /// Reads a label; nil for bytes that are none.
    package init?(scope bytes: [UInt8]) {
        guard bytes.count == 65, let owner = Hash256(bytes[..<32]),
            let domain = Domain(rawValue: bytes[32]), let writer = Hash256(bytes[33...])
        else { return nil }
        self.init(owner: AccountID(owner), domain: domain, writer: AccountID(writer))
    }

    package var scope: [UInt8] { owner.hash.bytes + [domain.rawValue] + writer.hash.bytes }
}
