import Synchronization

/// A journal in memory.
package final class MemoryJournal: Journal {
    private struct State: Sendable {
        var records: [JournalRecord] = []
        var end: UInt64 = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    package init() {}

    package var end: UInt64 { state.withLock { $0.end } }

    package func append(_ records: [[UInt8]]) throws(StorageError) -> UInt64 {
        precondition(!records.isEmpty)
        return try state.withLock { state throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            for bytes in records {
                state.records.append(JournalRecord(position: state.end, bytes: bytes))
                state.end += 1
            }
            return state.end - 1
        }
    }

    package func readAll() throws(StorageError) -> [JournalRecord] {
        try state.withLock { state throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            return state.records
        }
    }

    package func truncate(through position: UInt64) throws(StorageError) {
        try state.withLock { state throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            precondition(position < state.end)
            state.records.removeAll { $0.position <= position }
        }
    }

    package func close() { state.withLock { $0.isClosed = true } }
}
