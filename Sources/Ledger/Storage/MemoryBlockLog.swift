import Synchronization

/// A block log in memory.
package final class MemoryBlockLog: BlockLog {
    private struct State: Sendable {
        var records: [[UInt8]] = []
        var isClosed = false
    }

    /// The index of the first record.
    package let first: UInt64
    private let state = Mutex(State())

    /// An empty log whose first record will have the index `first`.
    package init(first: UInt64 = 0) { self.first = first }

    package var count: UInt64 { state.withLock { first + UInt64($0.records.count) } }

    package func append(_ record: [UInt8]) throws(StorageError) -> UInt64 {
        try state.withLock { state throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            state.records.append(record)
            return first + UInt64(state.records.count - 1)
        }
    }

    package func read(_ index: UInt64) throws(StorageError) -> [UInt8]? {
        try state.withLock { state throws(StorageError) in
            guard !state.isClosed else { throw .closed }
            guard index >= first else { throw .before(first: first, index) }
            let place = index - first
            return place < UInt64(state.records.count) ? state.records[Int(place)] : nil
        }
    }

    package func shorten(
        _ range: Range<UInt64>,
        _ shorter: (_ index: UInt64, _ record: [UInt8]) throws(StorageError) -> [UInt8]?
    ) throws(StorageError) -> Shortening {
        var freed = 0
        let range = range.clamped(to: first..<count)
        for index in range {
            guard let old = try read(index), let new = try shorter(index, old),
                new.count < old.count
            else { continue }
            state.withLock { $0.records[Int(index - first)] = new }
            freed += old.count - new.count
        }
        return Shortening(end: range.upperBound, freedByteCount: UInt64(freed))
    }

    package func close() { state.withLock { $0.isClosed = true } }
}
