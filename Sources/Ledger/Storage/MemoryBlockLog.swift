import Synchronization

/// A block log in memory.
package final class MemoryBlockLog: BlockLog {
    private struct State: Sendable {
        var records: [[UInt8]] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    package init() {}

    package var count: UInt64 { state.withLock { UInt64($0.records.count) } }

    package func append(_ record: [UInt8]) throws(StorageError) -> UInt64 {
        try state.withLock { state throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            state.records.append(record)
            return UInt64(state.records.count - 1)
        }
    }

    package func read(_ index: UInt64) throws(StorageError) -> [UInt8]? {
        try state.withLock { state throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            return index < UInt64(state.records.count) ? state.records[Int(index)] : nil
        }
    }

    package func close() { state.withLock { $0.isClosed = true } }
}
