import Base
import ContractKit
import Ledger

/// The tables of keys.
///
/// Other modules and the node go through ``DomainKeys``.
enum KeysTables {
    static let epochs = Table<PairKey<AccountID, UInt8>, CurrentEpoch>("keys/epochs")
    static let domains = Table<EpochKey, DomainKey>("keys/domains")
    static let grants = Table<GrantKey, KeyGrant>("keys/grants")
}

/// Owner, domain, epoch.
struct EpochKey: TableKey {
    let owner: AccountID
    let domain: UInt8
    let epoch: UInt64

    var tableKey: [UInt8] { owner.tableKey + domain.tableKey + epoch.tableKey }
}

/// Owner, domain, epoch, reader.
struct GrantKey: TableKey {
    let epoch: EpochKey
    let grantee: AccountID

    var tableKey: [UInt8] { epoch.tableKey + grantee.tableKey }
}
