package import Base
import ContractKit
package import Ledger
package import Storage

/// Bounds of the rows; part of the contract's version.
package enum ConsentLimits {
    /// Domains of one grant.
    package static let domainCount = 16
    /// Purposes of one grant.
    package static let purposeCount = 16
    /// Epoch seeds that one code carries.
    package static let codeKeyCount = 64
    /// Bytes of an epoch seed sealed under a code.
    package static let sealedByteCount = 256
    /// The longest time in which a code can be redeemed, in seconds: 31 days.
    package static let redeemSeconds: UInt64 = 31 * 86_400
    /// The longest grant that a code makes, in seconds: a year.
    package static let codeGrantSeconds: UInt64 = 366 * 86_400
}

/// The tables of consent.
///
/// The node goes through ``ConsentQueries`` and ``ConsentDecision``.
enum ConsentTables {
    static let grants = Table<PairKey<AccountID, Hash256>, Grant>("consent/grants")
    static let codes = Table<AccountID, AccessCode>("consent/codes")
}

/// A grant with its identifier.
package struct ListedGrant: Hashable, Sendable {
    package let id: Hash256
    package let grant: Grant

    package init(id: Hash256, grant: Grant) { (self.id, self.grant) = (id, grant) }
}

/// Consents as the node and the gateway may see them.
package enum ConsentQueries {
    /// One grant of an owner.
    package static func grant(
        _ id: Hash256, of owner: AccountID, in state: any StateReader
    ) throws(StorageError) -> Grant? {
        try ConsentTables.grants.row(PairKey(owner, id), in: state)
    }

    /// Grants of an owner in the order of their identifiers, behind `after`.
    package static func grants(
        of owner: AccountID, after: Hash256? = nil, limit: Int, in state: any StateReader
    ) throws(StorageError) -> [ListedGrant] {
        let prefix = owner.tableKey
        var grants: [ListedGrant] = []
        let found = try ConsentTables.grants.rows(
            startingWith: prefix, after: after.map { prefix + $0.tableKey }, limit: limit,
            in: state)
        for (key, grant) in found {
            let id = try Hash256(tableKey: key.dropFirst(prefix.count))
            grants.append(ListedGrant(id: id, grant: grant))
        }
        return grants
    }

    /// The access code that a code's key founds.
    package static func code(
        _ account: AccountID, in state: any StateReader
    ) throws(StorageError) -> AccessCode? {
        try ConsentTables.codes.row(account, in: state)
    }

    /// The key of a grant's row, for proofs that it was there, or that it was not.
    package static func grantStateKey(_ id: Hash256, of owner: AccountID) -> [UInt8] {
        ConsentTables.grants.stateKey(PairKey(owner, id))
    }

    /// The key of a code's row, for state proofs.
    package static func codeStateKey(_ account: AccountID) -> [UInt8] {
        ConsentTables.codes.stateKey(account)
    }
}
