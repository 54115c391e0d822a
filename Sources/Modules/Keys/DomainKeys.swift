package import ContractKit
package import Ledger
package import Storage

/// A grantee of an epoch and the seed sealed to it.
package struct ListedKeyGrant: Hashable, Sendable {
    package let domain: UInt8
    package let epoch: UInt64
    package let grantee: AccountID
    package let grant: KeyGrant
}

/// Domain keys as other modules and the node may see them.
package enum DomainKeys {
    /// The newest epoch of an owner's domain, as a running call sees it; nil before the first.
    package static func currentEpoch(
        _ owner: AccountID, domain: UInt8, in context: CallContext
    ) throws(CallFailure) -> UInt64? {
        try KeysTables.epochs.row(PairKey(owner, domain), in: context)?.epoch
    }

    /// The newest epoch of an owner's domain; nil before the first.
    package static func currentEpoch(
        _ owner: AccountID, domain: UInt8, in state: any StateReader
    ) throws(StorageError) -> UInt64? {
        try KeysTables.epochs.row(PairKey(owner, domain), in: state)?.epoch
    }

    /// The newest epoch and its key: what new records are sealed to.
    package static func currentKey(
        _ owner: AccountID, domain: UInt8, in state: any StateReader
    ) throws(StorageError) -> (epoch: UInt64, key: DomainKey)? {
        guard let epoch = try currentEpoch(owner, domain: domain, in: state) else { return nil }
        guard let key = try key(owner, domain: domain, epoch: epoch, in: state) else {
            throw .corrupt("the key of a current epoch")
        }
        return (epoch, key)
    }

    /// The key of one epoch.
    package static func key(
        _ owner: AccountID, domain: UInt8, epoch: UInt64, in state: any StateReader
    ) throws(StorageError) -> DomainKey? {
        try KeysTables.domains.row(
            EpochKey(owner: owner, domain: domain, epoch: epoch), in: state)
    }

    /// An epoch's seed as sealed to one reader.
    package static func grant(
        _ owner: AccountID, domain: UInt8, epoch: UInt64, grantee: AccountID,
        in state: any StateReader
    ) throws(StorageError) -> KeyGrant? {
        let epochKey = EpochKey(owner: owner, domain: domain, epoch: epoch)
        return try KeysTables.grants.row(GrantKey(epoch: epochKey, grantee: grantee), in: state)
    }

    /// Whom an owner sealed an epoch to, in the order of accounts, behind `after`.
    package static func grants(
        _ owner: AccountID, domain: UInt8, epoch: UInt64, after: AccountID? = nil, limit: Int,
        in state: any StateReader
    ) throws(StorageError) -> [ListedKeyGrant] {
        let prefix = EpochKey(owner: owner, domain: domain, epoch: epoch).tableKey
        var listed: [ListedKeyGrant] = []
        let found = try KeysTables.grants.rows(
            startingWith: prefix, after: after.map { prefix + $0.tableKey }, limit: limit,
            in: state)
        for (key, grant) in found {
            let grantee = try AccountID(tableKey: key.dropFirst(prefix.count))
            listed.append(
                ListedKeyGrant(domain: domain, epoch: epoch, grantee: grantee, grant: grant))
        }
        return listed
    }

    /// The key of a current epoch's row, for state proofs.
    package static func epochStateKey(_ owner: AccountID, domain: UInt8) -> [UInt8] {
        KeysTables.epochs.stateKey(PairKey(owner, domain))
    }
}
