package import Audit
package import Ledger

/// What an owner asks of a node beside what every agent does.
package protocol OwnerPort: LedgerPort {
    /// Reads of the owner's records, oldest first, behind a sequence number; the caller is the
    /// owner.
    ///
    /// - Returns: at most 500 rows, and the sequence number behind which more follow.
    func audit(
        of owner: AccountID, after: UInt64?
    ) throws(PortError) -> (rows: [(sequence: UInt64, row: AuditRow)], next: UInt64?)
}
