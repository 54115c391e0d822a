package import FHIRModel
package import Ledger

/// All records that have one owner, domain and writer: one decision holds for them.
package struct RecordKind: Hashable, Sendable {
    package let owner: AccountID
    package let domain: Domain
    package let writer: AccountID

    package init(owner: AccountID, domain: Domain, writer: AccountID) {
        (self.owner, self.domain, self.writer) = (owner, domain, writer)
    }
}
