import Base
import Storage
import StorageRocksDB
import Testing

@Suite("Every key-value store")
struct KeyValueStoreTests {
    private func keys(_ entries: [KeyValue]) -> [[UInt8]] { entries.map(\.key) }

    @Test(
        "returns what was put, and nil for what was not or was deleted",
        arguments: KeyValueEngine.allCases)
    func putAndGet(engine: KeyValueEngine) throws {
        let folder = try TestFolder()
        let store = try engine.open(folder)
        defer { store.close() }
        var batch = WriteBatch()
        batch.put([1], [10])
        batch.put([], [0])
        batch.put([2], [])
        batch.put([3], [30])
        try store.write(batch)
        #expect(try store.value(for: [1]) == [10])
        #expect(try store.value(for: []) == [0])
        #expect(try store.value(for: [2]) == [])
        #expect(try store.value(for: [1, 0]) == nil)
        batch = WriteBatch()
        batch.delete([1])
        batch.delete([9])
        try store.write(batch)
        #expect(try store.value(for: [1]) == nil)
        #expect(try store.value(for: [3]) == [30])
    }

    @Test("applies the changes of a batch in order", arguments: KeyValueEngine.allCases)
    func lastChangeWins(engine: KeyValueEngine) throws {
        let folder = try TestFolder()
        let store = try engine.open(folder)
        defer { store.close() }
        var batch = WriteBatch()
        batch.put([1], [1])
        batch.delete([1])
        batch.put([1], [2])
        batch.put([2], [1])
        batch.delete([2])
        try store.write(batch)
        #expect(try store.value(for: [1]) == [2])
        #expect(try store.value(for: [2]) == nil)
        #expect(batch.count == 5)
        #expect(batch.byteCount == 8)
    }

    @Test("scans a prefix in ascending bytes and pages on", arguments: KeyValueEngine.allCases)
    func scan(engine: KeyValueEngine) throws {
        let folder = try TestFolder()
        let store = try engine.open(folder)
        defer { store.close() }
        let stored: [[UInt8]] = [
            [], [0], [0, 0], [0, 255], [1], [1, 0], [1, 0, 0], [1, 1], [1, 255], [1, 255, 255], [2],
            [254], [255], [255, 0], [255, 255], [255, 255, 7],
        ]
        var batch = WriteBatch()
        for key in stored.reversed() { batch.put(key, key + [7]) }
        try store.write(batch)
        #expect(keys(try store.scan(prefix: [], after: nil, limit: 100)) == stored)
        #expect(
            keys(try store.scan(prefix: [1], after: nil, limit: 100)) == Array(stored[4...9]))
        #expect(
            keys(try store.scan(prefix: [1, 255], after: nil, limit: 100)) == Array(stored[8...9]))
        #expect(keys(try store.scan(prefix: [255], after: nil, limit: 9)) == Array(stored[12...]))
        #expect(
            keys(try store.scan(prefix: [255, 255], after: nil, limit: 9)) == Array(stored[14...]))
        #expect(try store.scan(prefix: [3], after: nil, limit: 9).isEmpty)
        // Bounds that are keys, lie between keys, before the prefix and behind it.
        #expect(keys(try store.scan(prefix: [1], after: [1, 0], limit: 2)) == Array(stored[6...7]))
        #expect(keys(try store.scan(prefix: [1], after: [1, 2], limit: 2)) == Array(stored[8...9]))
        #expect(keys(try store.scan(prefix: [1], after: [0], limit: 1)) == [[1]])
        #expect(keys(try store.scan(prefix: [1], after: [], limit: 1)) == [[1]])
        #expect(try store.scan(prefix: [1], after: [2], limit: 2).isEmpty)
        #expect(keys(try store.scan(prefix: [], after: [], limit: 1)) == [[0]])
        #expect(try store.scan(prefix: [2], after: nil, limit: 1)[0].value == [2, 7])
    }

    @Test("keeps a snapshot as it was", arguments: KeyValueEngine.allCases)
    func snapshot(engine: KeyValueEngine) throws {
        let folder = try TestFolder()
        let store = try engine.open(folder)
        defer { store.close() }
        var batch = WriteBatch()
        for index in 0..<600 { batch.put([1, UInt8(index & 255), UInt8(index >> 8)], [1]) }
        try store.write(batch)
        let before = try store.snapshot()
        batch = WriteBatch()
        for index in 0..<300 { batch.delete([1, UInt8(index & 255), UInt8(index >> 8)]) }
        batch.put([1, 0, 0], [2])
        batch.put([0], [3])
        try store.write(batch)
        try store.flush()
        #expect(try before.value(for: [1, 0, 0]) == [1])
        #expect(try before.value(for: [0]) == nil)
        #expect(try before.scan(prefix: [], after: nil, limit: 1000).count == 600)
        #expect(try store.value(for: [1, 0, 0]) == [2])
        #expect(try store.scan(prefix: [], after: nil, limit: 1000).count == 302)
    }

    @Test("refuses everything after closing, also on snapshots", arguments: KeyValueEngine.allCases)
    func close(engine: KeyValueEngine) throws {
        let folder = try TestFolder()
        let store = try engine.open(folder)
        let snapshot = try store.snapshot()
        store.close()
        store.close()
        #expect(throws: StorageError.closed) { try store.value(for: [1]) }
        #expect(throws: StorageError.closed) { try store.scan(prefix: [], after: nil, limit: 1) }
        #expect(throws: StorageError.closed) { try store.write(WriteBatch()) }
        #expect(throws: StorageError.closed) { try store.flush() }
        #expect(throws: StorageError.closed) { try store.snapshot() }
        #expect(throws: StorageError.closed) { try snapshot.value(for: [1]) }
        #expect(throws: StorageError.closed) { try snapshot.scan(prefix: [], after: nil, limit: 1) }
    }

    @Test("agrees with a model over a random load", arguments: KeyValueEngine.allCases, [1, 2, 3])
    func model(engine: KeyValueEngine, seed: Int) throws {
        let folder = try TestFolder()
        let store = try engine.open(folder)
        defer { store.close() }
        var generator = SplitMix64(seed: UInt64(seed))
        var model: [[UInt8]: [UInt8]] = [:]
        func key() -> [UInt8] {
            (0..<Int.random(in: 0...3, using: &generator)).map { _ in
                [0, 1, 2, 127, 254, 255][Int.random(in: 0...5, using: &generator)]
            }
        }
        for round in 0..<60 {
            var batch = WriteBatch()
            for _ in 0..<Int.random(in: 0...40, using: &generator) {
                let key = key()
                if Int.random(in: 0...2, using: &generator) == 0 {
                    batch.delete(key)
                    model[key] = nil
                } else {
                    let value = [UInt8(truncatingIfNeeded: round), UInt8(key.count)]
                    batch.put(key, value)
                    model[key] = value
                }
            }
            try store.write(batch)
            if round % 20 == 19 { try store.flush() }
            let (prefix, limit) = (key(), Int.random(in: 1...30, using: &generator))
            let after = Bool.random(using: &generator) ? key() : nil
            let expected = model.keys
                .filter { key in
                    key.starts(with: prefix)
                        && (after.map { $0.lexicographicallyPrecedes(key) } ?? true)
                }
                .sorted { $0.lexicographicallyPrecedes($1) }
                .prefix(limit)
            let entries = try store.scan(prefix: prefix, after: after, limit: limit)
            #expect(keys(entries) == Array(expected))
            #expect(entries.allSatisfy { model[$0.key] == $0.value })
            let probe = key()
            #expect(try store.value(for: probe) == model[probe])
        }
    }
}
