import Agent
import Base
import Consent
package import FHIRModel
package import Ledger

/// The index's label of all resources that have one owner, domain and writer.
///
/// 65 bytes: the owner's account (32), the domain's number (1), the writer's account (32).
package struct ScopeLabel: Hashable, Sendable {
    package let owner: AccountID
    package let domain: Domain
    package let writer: AccountID

    package init(owner: AccountID, domain: Domain, writer: AccountID) {
        (self.owner, self.domain, self.writer) = (owner, domain, writer)
    }

    /// Reads a label; nil for bytes that are none.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 65, let owner = Hash256(bytes[..<32]),
            let domain = Domain(rawValue: bytes[32]), let writer = Hash256(bytes[33...])
        else { return nil }
        self.init(owner: AccountID(owner), domain: domain, writer: AccountID(writer))
    }

    package var bytes: [UInt8] { owner.hash.bytes + [domain.rawValue] + writer.hash.bytes }

    /// What the node decides about.
    var kind: RecordKind { RecordKind(owner: owner, domain: domain, writer: writer) }
}
