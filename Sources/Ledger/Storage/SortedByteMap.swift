/// An ordered map of byte keys whose copies share what later changes leave alone.
///
/// Entries lie in sorted chunks of at most 256. Reading takes two binary searches; changing one
/// entry copies, at worst, its chunk and the list of chunks, so a copy is a cheap snapshot.
package struct SortedByteMap: Sendable {
    private static let maximumChunkCount = 256

    private struct Chunk: Sendable {
        var keys: [[UInt8]]
        var values: [[UInt8]]
    }

    private var chunks: [Chunk] = []

    /// How many entries there are.
    package private(set) var count = 0

    package init() {}

    /// The value of a key; setting nil removes it.
    package subscript(key: [UInt8]) -> [UInt8]? {
        get {
            guard let (chunk, index, found) = locate(key), found else { return nil }
            return chunks[chunk].values[index]
        }
        set {
            if let newValue { insert(key, newValue) } else { remove(key) }
        }
    }

    /// Applies every change of a batch in order.
    package mutating func apply(_ batch: WriteBatch) {
        for operation in batch.operations {
            switch operation {
            case .put(let key, let value): insert(key, value)
            case .delete(let key): remove(key)
            }
        }
    }

    /// As `StateReader.scan`.
    package func scan(prefix: [UInt8], after: [UInt8]?, limit: Int) -> [KeyValue] {
        precondition(limit > 0)
        var start = prefix
        var skipped: [UInt8]?
        if let after, !ByteOrder.precedes(after, prefix) { (start, skipped) = (after, after) }
        guard var (chunk, index, _) = locate(start) else { return [] }
        var entries: [KeyValue] = []
        while chunk < chunks.count, entries.count < limit {
            guard index < chunks[chunk].keys.count else {
                (chunk, index) = (chunk + 1, 0)
                continue
            }
            let key = chunks[chunk].keys[index]
            guard key.starts(with: prefix) else { break }
            if key != skipped { entries.append((key, chunks[chunk].values[index])) }
            index += 1
        }
        return entries
    }

    /// Where a key is or belongs; nil when the map is empty.
    private func locate(_ key: [UInt8]) -> (chunk: Int, index: Int, found: Bool)? {
        guard !chunks.isEmpty else { return nil }
        let after = Self.partition(chunks.count) { !ByteOrder.precedes(key, chunks[$0].keys[0]) }
        let chunk = max(0, after - 1)
        let keys = chunks[chunk].keys
        let index = Self.partition(keys.count) { ByteOrder.precedes(keys[$0], key) }
        return (chunk, index, index < keys.count && keys[index] == key)
    }

    /// How many leading positions satisfy a predicate that holds up to a point and not after it.
    private static func partition(_ count: Int, _ holds: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func insert(_ key: [UInt8], _ value: [UInt8]) {
        guard let (chunk, index, found) = locate(key) else {
            chunks = [Chunk(keys: [key], values: [value])]
            count = 1
            return
        }
        guard !found else {
            chunks[chunk].values[index] = value
            return
        }
        chunks[chunk].keys.insert(key, at: index)
        chunks[chunk].values.insert(value, at: index)
        count += 1
        if chunks[chunk].keys.count > Self.maximumChunkCount { split(chunk) }
    }

    private mutating func split(_ chunk: Int) {
        let middle = Self.maximumChunkCount / 2
        let upper = Chunk(
            keys: Array(chunks[chunk].keys[middle...]),
            values: Array(chunks[chunk].values[middle...]))
        chunks[chunk].keys.removeSubrange(middle...)
        chunks[chunk].values.removeSubrange(middle...)
        chunks.insert(upper, at: chunk + 1)
    }

    private mutating func remove(_ key: [UInt8]) {
        guard let (chunk, index, found) = locate(key), found else { return }
        count -= 1
        if chunks[chunk].keys.count == 1 {
            chunks.remove(at: chunk)
        } else {
            chunks[chunk].keys.remove(at: index)
            chunks[chunk].values.remove(at: index)
        }
    }
}
