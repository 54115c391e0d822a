package import Base
package import Cryptography
package import Ledger
package import Storage
package import System

/// What a node is made of; the storage engines come in so that tests can bring their own.
package struct NodeConfiguration: Sendable {
    package let genesis: Genesis
    /// The epochs that the folder's trust file proves; a node without its first blocks needs them.
    package var trust: TrustFile?
    /// The validator's key of this node.
    package let validator: SigningKey
    /// The key that replaces it once the validators of an epoch name it; nil without a rotation.
    package var nextValidator: SigningKey?
    /// The institution that runs this node: it signs the audit of reads.
    package let operatorAccount: AccountID
    package let operatorKey: SigningKey
    /// How this node makes blocks with others; nil for a node that is a quorum by itself.
    package var cluster: ClusterConfiguration?
    /// Snapshots and pruning; nil for a node without a folder for them.
    package var upkeep: UpkeepSettings?
    /// For what an operator should know of later; alarms stand in the status as well.
    package var logger: Logger = .silent
    /// Threads that check signatures besides the caller's.
    package var workerThreads = 1

    package init(
        genesis: Genesis, validator: SigningKey, operatorAccount: AccountID,
        operatorKey: SigningKey
    ) {
        (self.genesis, self.validator) = (genesis, validator)
        (self.operatorAccount, self.operatorKey) = (operatorAccount, operatorKey)
    }

    /// The keys with which this node votes.
    package var validatorKeys: [SigningKey] { [validator] + (nextValidator.map { [$0] } ?? []) }
}

/// The disks of a node.
package struct NodeStorage: Sendable {
    package let store: any KeyValueStore
    package let log: any BlockLog
    package let vault: any BlobStore
    package let journal: any Journal

    package init(
        store: any KeyValueStore, log: any BlockLog, vault: any BlobStore, journal: any Journal
    ) {
        (self.store, self.log, self.vault, self.journal) = (store, log, vault, journal)
    }

    /// Ends the use of all of them.
    package func close() {
        store.close()
        log.close()
        journal.close()
        vault.close()
    }
}

/// Why a node does not start.
package enum NodeError: Error, Hashable, Sendable {
    case chain(ChainStoreError)
    case storage(StorageError)
    /// The system gives no more threads.
    case threads(SystemError)
    /// The key in the data folder is not one of the current validators'.
    case notValidator
    /// One validator must be a quorum until the node can speak to others.
    case needsOtherValidators

    package var refusal: Refusal {
        switch self {
        case .chain(let error): error.refusal
        case .storage(let error): error.refusal
        case .threads(let error): error.refusal
        case .notValidator:
            Refusal(
                "node.not-validator",
                "This node's validator key is none of this epoch's. Give the node the key that the "
                    + "zone's validators name; `kanglian governance status` of another node lists "
                    + "them.",
                "本节点的验证者密钥不属于当前届次。请使用当前验证者名单中的密钥；"
                    + "可在其他节点运行 `kanglian governance status` 查看。")
        case .needsOtherValidators:
            Refusal(
                "node.needs-validators",
                "This validator alone is no quorum, and this version runs single nodes only.",
                "本验证者的权重不足法定多数，而此版本仅支持单节点运行。")
        }
    }
}
