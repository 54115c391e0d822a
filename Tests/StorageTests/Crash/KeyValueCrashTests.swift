import Base
import Storage
import StorageRocksDB
import System
import Testing

@Suite("A key-value store after a crash")
struct KeyValueCrashTests {
    private func batch(_ height: Int) -> WriteBatch {
        var batch = WriteBatch()
        batch.put(Array("height".utf8), [UInt8(height)])
        for index in 0..<50 { batch.put([1, UInt8(height), UInt8(index)], [UInt8(height)]) }
        return batch
    }

    /// The height that the store carries, after checking that exactly its batches are there.
    private func height(_ store: any KeyValueStore) throws -> Int {
        let height = Int(try store.value(for: Array("height".utf8))?.first ?? 0)
        let entries = try store.scan(prefix: [1], after: nil, limit: 10_000)
        #expect(entries.count == 50 * height)
        return height
    }

    @Test("in memory keeps what was flushed and a prefix of the rest", arguments: 0...4)
    func memory(kept: Int) throws {
        let store = MemoryKeyValueStore()
        for height in 1...3 { try store.write(batch(height)) }
        try store.flush()
        for height in 4...6 { try store.write(batch(height)) }
        #expect(store.unflushedCount == 3)
        let survivor = store.crash(keeping: kept)
        #expect(throws: StorageError.closed) { try store.value(for: []) }
        #expect(try height(survivor) == 3 + min(kept, 3))
    }

    @Test("in RocksDB keeps what was flushed; the files are copied while it runs")
    func rocksDB() throws {
        let folder = try TestFolder()
        let store = try RocksKeyValueStore(path: "\(folder.path)/state")
        for flushed in 1...4 {
            try store.write(batch(2 * flushed - 1))
            try store.flush()
            try store.write(batch(2 * flushed))
            let image = "\(folder.path)/image-\(flushed)"
            // A copy fails when RocksDB removes an obsolete file under it; the next one is whole.
            let isCopied = try (0..<50).contains { _ in
                try? FileSystem.removeTree(image)
                return try ProcessRunner.run(["cp", "-r", "\(folder.path)/state", image])
                    .end.isSuccess
            }
            #expect(isCopied)
            let survivor = try RocksKeyValueStore(path: image)
            #expect(try height(survivor) == 2 * flushed - 1)
            survivor.close()
        }
        store.close()
    }

    @Test("in RocksDB is there again after closing, and in a checkpoint")
    func checkpoint() throws {
        let folder = try TestFolder()
        var store = try RocksKeyValueStore(path: "\(folder.path)/state")
        try store.write(batch(1))
        try store.checkpoint(to: "\(folder.path)/backup")
        try store.write(batch(2))
        store.close()
        store = try RocksKeyValueStore(path: "\(folder.path)/state")
        #expect(try height(store) == 2)
        #expect(store.tableByteCount > 0)
        store.close()
        let backup = try RocksKeyValueStore(path: "\(folder.path)/backup")
        #expect(try height(backup) == 1)
        backup.close()
    }

    @Test("names who is at fault: a second opening, a file as folder, damage")
    func refusals() throws {
        let folder = try TestFolder()
        let path = "\(folder.path)/state"
        let store = try RocksKeyValueStore(path: path)
        #expect(throws: StorageError.locked(path)) { try RocksKeyValueStore(path: path) }
        try store.write(batch(1))
        try store.flush()
        store.close()
        let file = "\(folder.path)/file"
        try FileSystem.writeAtomically(file, [1])
        #expect(throws: StorageError.unwritable(file)) { try RocksKeyValueStore(path: file) }
        let table = try #require(try FileSystem.list(path).first { $0.hasSuffix(".sst") })
        let handle = try File("\(path)/\(table)", .update)
        let byte = try handle.read(at: 40, count: 1)
        try handle.write([byte[0] ^ 1], at: 40)
        let damaged = try RocksKeyValueStore(path: path)
        #expect { try damaged.scan(prefix: [], after: nil, limit: 100) } throws: { error in
            if case .corrupt? = error as? StorageError { true } else { false }
        }
        damaged.close()
    }
}
