package import Base
package import Consent
package import FHIRModel
package import Ledger

/// What an institution that serves records itself asks of a node.
///
/// The institution answers for the records that it wrote, whoever reads them, and for its own
/// people, whatever they read; a node decides and records for nobody else.
package protocol DeskPort: LedgerPort {
    /// Decisions about kinds of records, which hold while ``rightsMark()`` stays; nothing is
    /// recorded, so nothing may be shown on their strength but the absence of the rest.
    func decisions(
        for reader: AccountID, purpose: Purpose, about kinds: [RecordKind]
    ) throws(PortError) -> KindVerdicts

    /// Decides about records one by one, uses up the grants and records the reads.
    ///
    /// Durable at the node when it returns: only then may what is allowed be shown.
    /// - Parameter reads: at most 1024 records in all; an owner's stand together.
    /// - Returns: verdicts in the order of the records.
    func serve(
        _ reads: [ServedRead], to reader: AccountID, purpose: Purpose
    ) throws(PortError) -> [ReadVerdict]

    /// A number that is another one after anything that may change a decision, except time.
    func rightsMark() throws(PortError) -> UInt64
}

/// Verdicts about kinds of records, and how long they hold.
package struct KindVerdicts: Sendable {
    /// In the order in which they were asked for.
    package var verdicts: [ReadVerdict]
    /// Milliseconds from the asking on until time alone may change one; nil for never.
    package var lasting: UInt64?

    package init(verdicts: [ReadVerdict] = [], lasting: UInt64? = nil) {
        (self.verdicts, self.lasting) = (verdicts, lasting)
    }

    /// Adds what was answered about further kinds.
    package mutating func append(_ other: KindVerdicts) {
        verdicts += other.verdicts
        lasting = [lasting, other.lasting].compactMap { $0 }.min()
    }
}

/// A record that is to be shown.
package struct ServedRead: Hashable, Sendable {
    package let owner: AccountID
    package let record: Hash256

    package init(owner: AccountID, record: Hash256) { (self.owner, self.record) = (owner, record) }
}

/// Whether something may be read, and why.
package struct ReadVerdict: Hashable, Sendable {
    package let allowed: Bool
    /// The most telling first; never empty.
    package let reasons: [Refusal]

    package init(allowed: Bool, reasons: [Refusal]) {
        (self.allowed, self.reasons) = (allowed, reasons)
    }
}

extension PortLimits {
    /// Kinds of one ``DeskPort/decisions(for:purpose:about:)``.
    package static let kindCount = 4096
    /// Records of one ``DeskPort/serve(_:to:purpose:)``.
    package static let servedCount = 1024
}
