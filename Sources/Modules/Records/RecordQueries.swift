package import Base
import ContractKit
package import Ledger
package import Storage

/// The tables of records.
///
/// The node goes through ``RecordQueries``.
enum RecordsTables {
    static let items = Table<PairKey<AccountID, Hash256>, RecordItem>("records/items")
    static let versions = Table<PairKey<Hash256, UInt64>, RecordVersion>("records/versions")
}

/// Records as the node and the gateway may see them.
///
/// Whoever calls has asked the consent decision.
package enum RecordQueries {
    /// One record of an owner.
    package static func item(
        _ record: Hash256, of owner: AccountID, in state: any StateReader
    ) throws(StorageError) -> RecordItem? {
        try RecordsTables.items.row(PairKey(owner, record), in: state)
    }

    /// Records of an owner in the order of their identifiers, behind `after`.
    package static func items(
        of owner: AccountID, after: Hash256? = nil, limit: Int, in state: any StateReader
    ) throws(StorageError) -> [(record: Hash256, item: RecordItem)] {
        let prefix = owner.tableKey
        var items: [(record: Hash256, item: RecordItem)] = []
        let found = try RecordsTables.items.rows(
            startingWith: prefix, after: after.map { prefix + $0.tableKey }, limit: limit,
            in: state)
        for (key, item) in found {
            items.append((try Hash256(tableKey: key.dropFirst(prefix.count)), item))
        }
        return items
    }

    /// Every record that was erased, of whichever owner.
    package static func forEachErased(
        in state: any StateReader, _ body: (Hash256) throws(StorageError) -> Void
    ) throws(StorageError) {
        var after: [UInt8]?
        repeat {
            let page = try RecordsTables.items.rows(after: after, limit: 1024, in: state)
            for (key, item) in page where item.erasure != nil {
                try body(try Hash256(tableKey: key.dropFirst(Hash256.byteCount)))
            }
            after = page.count == 1024 ? page.last?.key : nil
        } while after != nil
    }

    /// One version of a record, counted from 1.
    package static func version(
        _ version: UInt64, of record: Hash256, in state: any StateReader
    ) throws(StorageError) -> RecordVersion? {
        try RecordsTables.versions.row(PairKey(record, version), in: state)
    }

    /// Versions of a record, oldest first, behind version `after`.
    package static func versions(
        of record: Hash256, after: UInt64? = nil, limit: Int, in state: any StateReader
    ) throws(StorageError) -> [(number: UInt64, version: RecordVersion)] {
        let prefix = record.tableKey
        var versions: [(number: UInt64, version: RecordVersion)] = []
        let found = try RecordsTables.versions.rows(
            startingWith: prefix, after: after.map { prefix + $0.tableKey }, limit: limit,
            in: state)
        for (key, version) in found {
            versions.append((try UInt64(tableKey: key.dropFirst(prefix.count)), version))
        }
        return versions
    }

    /// The key of a record's row, for state proofs.
    package static func itemStateKey(_ record: Hash256, of owner: AccountID) -> [UInt8] {
        RecordsTables.items.stateKey(PairKey(owner, record))
    }

    /// The key of a version's row, for state proofs.
    package static func versionStateKey(_ version: UInt64, of record: Hash256) -> [UInt8] {
        RecordsTables.versions.stateKey(PairKey(record, version))
    }
}
