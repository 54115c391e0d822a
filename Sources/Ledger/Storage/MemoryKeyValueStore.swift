import Synchronization

/// A key-value store in memory, which can also show what a crash would leave.
package final class MemoryKeyValueStore: KeyValueStore {
    /// Unflushed batches beyond this are made durable, as a real engine would by itself.
    private static let maximumUnflushed = 4096

    private struct State: Sendable {
        var current = SortedByteMap()
        var durable = SortedByteMap()
        var unflushed: [WriteBatch] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    package init() {}

    package func value(for key: [UInt8]) throws(StorageError) -> [UInt8]? {
        try current()[key]
    }

    package func scan(
        prefix: [UInt8], after: [UInt8]?, limit: Int
    ) throws(StorageError) -> [KeyValue] {
        try current().scan(prefix: prefix, after: after, limit: limit)
    }

    package func write(_ batch: WriteBatch) throws(StorageError) {
        try state.withLock { state throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            state.current.apply(batch)
            state.unflushed.append(batch)
            guard state.unflushed.count > Self.maximumUnflushed else { return }
            let oldest = Self.maximumUnflushed / 2
            for batch in state.unflushed[..<oldest] { state.durable.apply(batch) }
            state.unflushed.removeFirst(oldest)
        }
    }

    package func snapshot() throws(StorageError) -> any StateReader {
        MemorySnapshot(map: try current(), store: self)
    }

    package func flush() throws(StorageError) {
        try state.withLock { state throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            state.durable = state.current
            state.unflushed = []
        }
    }

    package func close() { state.withLock { $0.isClosed = true } }

    /// How many batches were written since the last flush.
    package var unflushedCount: Int { state.withLock { $0.unflushed.count } }

    /// The store as a restart would find it: what was flushed and the first `kept` batches after.
    ///
    /// This store is closed.
    package func crash(keeping kept: Int) -> MemoryKeyValueStore {
        let map = state.withLock { state in
            state.isClosed = true
            var map = state.durable
            for batch in state.unflushed.prefix(kept) { map.apply(batch) }
            return map
        }
        let survivor = MemoryKeyValueStore()
        survivor.state.withLock { ($0.current, $0.durable) = (map, map) }
        return survivor
    }

    fileprivate func checkOpen() throws(StorageError) { _ = try current() }

    private func current() throws(StorageError) -> SortedByteMap {
        try state.withLock { state throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            return state.current
        }
    }
}

private struct MemorySnapshot: StateReader {
    let map: SortedByteMap
    let store: MemoryKeyValueStore

    func value(for key: [UInt8]) throws(StorageError) -> [UInt8]? {
        try store.checkOpen()
        return map[key]
    }

    func scan(prefix: [UInt8], after: [UInt8]?, limit: Int) throws(StorageError) -> [KeyValue] {
        try store.checkOpen()
        return map.scan(prefix: prefix, after: after, limit: limit)
    }
}
