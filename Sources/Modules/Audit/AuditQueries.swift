package import Base
import ContractKit
package import Ledger
package import Storage

/// The tables of the audit.
///
/// The node goes through ``AuditQueries``.
enum AuditTables {
    static let reads = Table<PairKey<AccountID, UInt64>, AuditRow>("audit/reads")
    static let heads = Table<AccountID, AuditHead>("audit/heads")
    static let seen = Table<PairKey<AccountID, Hash256>, AuditPlace>("audit/seen")
}

/// The audit as the node and the gateway may see it.
package enum AuditQueries {
    /// How many reads an owner's audit holds; sequence numbers run from 0 to one less.
    package static func count(
        of owner: AccountID, in state: any StateReader
    ) throws(StorageError) -> UInt64 {
        try AuditTables.heads.row(owner, in: state)?.next ?? 0
    }

    /// Reads of an owner's records, oldest first, behind sequence number `after`.
    package static func list(
        of owner: AccountID, after: UInt64? = nil, limit: Int, in state: any StateReader
    ) throws(StorageError) -> [(sequence: UInt64, row: AuditRow)] {
        let prefix = owner.tableKey
        var rows: [(sequence: UInt64, row: AuditRow)] = []
        let found = try AuditTables.reads.rows(
            startingWith: prefix, after: after.map { prefix + $0.tableKey }, limit: limit,
            in: state)
        for (key, row) in found {
            rows.append((try UInt64(tableKey: key.dropFirst(prefix.count)), row))
        }
        return rows
    }

    /// Where an event of a node was recorded; nil when it is not on the chain.
    package static func place(
        of event: Hash256, node: AccountID, in state: any StateReader
    ) throws(StorageError) -> AuditPlace? {
        try AuditTables.seen.row(PairKey(node, event), in: state)
    }

    /// The key of a row, for state proofs.
    package static func readStateKey(_ sequence: UInt64, of owner: AccountID) -> [UInt8] {
        AuditTables.reads.stateKey(PairKey(owner, sequence))
    }
}
