import Base
import Cryptography
import Ledger
import Merkle
import Storage
import Synchronization

/// The state as block execution reads it: hot rows from memory, absent keys from the state tree.
///
/// A point read of the store costs about ten microseconds, most of a transaction's budget. New
/// keys are answered by the tree, which holds all keys in memory, and rows that were used lately by
/// two generations of a table: when the young one is full it becomes the old one.
// @unchecked: the cache has a lock; the tree is read under the chain store's tree lock.
final class ExecutionState: StateReader, @unchecked Sendable {
    /// Rows of one generation; two generations are kept.
    private static let generationSize = 65_536

    private struct Cache {
        var young: [ByteKey: [UInt8]] = [:]
        var old: [ByteKey: [UInt8]] = [:]

        mutating func put(_ key: ByteKey, _ value: [UInt8]) {
            if young.count >= ExecutionState.generationSize {
                old = young
                young = [:]
            }
            young[key] = value
        }
    }

    private let store: any StateReader
    private let tree: StateTree
    private let suite: HashSuite
    private let cache = Mutex(Cache())

    init(store: any StateReader, tree: StateTree, suite: HashSuite) {
        (self.store, self.tree, self.suite) = (store, tree, suite)
    }

    func value(for key: [UInt8]) throws(StorageError) -> [UInt8]? {
        let cacheKey = ByteKey(key)
        let cached: [UInt8]? = cache.withLock { cache in
            if let value = cache.young[cacheKey] { return value }
            guard let value = cache.old[cacheKey] else { return nil }
            cache.put(cacheKey, value)
            return value
        }
        if let cached { return cached }
        guard tree.valueHash(for: StateKeys.treeKey(key, suite)) != nil else { return nil }
        guard let value = try store.value(for: key) else {
            throw .corrupt("a row that the state tree holds is missing from the store")
        }
        cache.withLock { $0.put(cacheKey, value) }
        return value
    }

    func scan(
        prefix: [UInt8], after: [UInt8]?, limit: Int
    ) throws(StorageError) -> [KeyValue] {
        try store.scan(prefix: prefix, after: after, limit: limit)
    }

    /// Takes over what a committed block wrote.
    func adopt(_ changes: [StateOverlay.Change]) {
        cache.withLock { cache in
            for (key, value) in changes {
                let key = ByteKey(key)
                if let value {
                    cache.put(key, value)
                } else {
                    cache.young[key] = nil
                    cache.old[key] = nil
                }
            }
        }
    }
}
