import Base
import Encoding
import Ledger
import Records
import Storage
import Synchronization

/// Destroys the sealed bodies and keys of records that the chain says are erased.
///
/// What was not destroyed before a crash is destroyed at the next start: the store remembers how
/// far
/// erasure has come.
final class VaultEraser: BlockObserver {
    /// Versions of one record that are destroyed together.
    private static let versionLimit = 100_000
    /// Heights between marks when nothing is erased.
    private static let markInterval: UInt64 = 1024

    private let store: any KeyValueStore
    private let vault: any BlobStore
    /// Whether an erasure of this run failed: the mark then stays below it until the next start.
    private let isBehind = Atomic(false)

    init(store: any KeyValueStore, vault: any BlobStore) {
        (self.store, self.vault) = (store, vault)
    }

    func committed(_ block: ExecutedBlock) {
        // A failure leaves the mark behind, so the next start tries again.
        do throws(StorageError) {
            try erase(block.outcomes.flatMap(\.events), height: block.header.height)
        } catch {
            isBehind.store(true, ordering: .relaxed)
        }
    }

    /// Goes through the blocks behind the mark, or through the state where blocks are not whole.
    func catchUp(log: any BlockLog, height: UInt64) throws(StorageError) {
        var next = KeySpaces.number(try store.value(for: KeySpaces.erasureKey)) + 1
        while next <= height {
            guard next > log.first, let bytes = try log.read(next - 1),
                let block = try? StoredBlock(decoding: bytes).whole
            else {
                try eraseAll()
                break
            }
            let entries = block.entries.compactMap { try? Entry(decoding: $0) }
            try erase(entries.flatMap(\.outcome.events), height: next)
            next += 1
        }
        try remember(height)
    }

    /// Destroys what every record that the state calls erased had.
    private func eraseAll() throws(StorageError) {
        try RecordQueries.forEachErased(in: StateSpace(store)) { (record) throws(StorageError) in
            try erase(record)
        }
    }

    private func erase(_ record: Hash256) throws(StorageError) {
        let versions = try RecordQueries.versions(
            of: record, limit: Self.versionLimit, in: StateSpace(store))
        for (_, version) in versions {
            try vault.delete(BlobAddress(version.content.body))
            try vault.delete(BlobAddress(version.content.envelope))
        }
    }

    private func erase(_ events: [Event], height: UInt64) throws(StorageError) {
        var erased = false
        for event in events where event.module == RecordsContract.name {
            guard let record = Self.erasedRecord(event) else { continue }
            try erase(record)
            erased = true
        }
        if erased || height % Self.markInterval == 0 { try remember(height) }
    }

    /// The record of an `erased` event, whose data is an array of the record and its versions.
    private static func erasedRecord(_ event: Event) -> Hash256? {
        guard event.name == "erased", var reader = try? CBORReader(event.data),
            (try? reader.structure(2, "erased record")) != nil
        else { return nil }
        return try? reader.hash()
    }

    private func remember(_ height: UInt64) throws(StorageError) {
        guard !isBehind.load(ordering: .relaxed) else { return }
        var batch = WriteBatch()
        batch.put(KeySpaces.erasureKey, KeySpaces.bigEndian(height))
        try store.write(batch)
    }
}
