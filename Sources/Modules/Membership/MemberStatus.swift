import Base
package import ContractKit
package import Encoding
package import Ledger

/// Whether a member may act.
///
/// `revoked` is final.
package enum MemberStatus: UInt8, CaseIterable, Hashable, Sendable {
    case active = 1
    case suspended = 2
    case revoked = 3
}

/// The last change of a member's status: what, why, by whom and when.
package struct StatusChange: Hashable, Sendable, CBORCodable {
    package let status: MemberStatus
    /// Nil for the admission itself.
    package let reason: ReasonCode?
    /// Who set it; only the authority lifts what the authority set.
    package let setBy: AccountID
    /// The height of the block that changed it.
    package let height: UInt64

    package init(status: MemberStatus, reason: ReasonCode?, setBy: AccountID, height: UInt64) {
        (self.status, self.reason, self.setBy, self.height) = (status, reason, setBy, height)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(4)
        writer.choice(status)
        writer.optional(reason) { $1.encode(to: &$0) }
        setBy.encode(to: &writer)
        writer.unsigned(height)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(4, "status change")
        status = try reader.choice(MemberStatus.self, field: "status")
        reason = try reader.optional { (reader) throws(CBORError) in try ReasonCode(from: &reader) }
        setBy = try AccountID(from: &reader)
        height = try reader.unsigned()
    }
}
