import Base
import Encoding
import Ledger
import Records
import Storage

/// Destroys the sealed bodies and keys of records that the chain says are erased.
///
/// What was not destroyed before a crash is destroyed at the next start: the store remembers how far
/// erasure has come.
final class VaultEraser: BlockObserver {
    private let store: any KeyValueStore
    private let vault: any BlobStore

    init(store: any KeyValueStore, vault: any BlobStore) {
        (self.store, self.vault) = (store, vault)
    }

    func committed(_ block: ExecutedBlock) {
        // A failure leaves the mark behind, so the next start tries again.
        try? erase(entries: block.entries, height: block.header.height)
    }

    /// Goes through the blocks behind the mark.
    func catchUp(log: any BlockLog, height: UInt64) throws(StorageError) {
        let mark = try store.value(for: KeySpaces.erasureKey)
        var next = (mark?.reduce(0) { $0 << 8 | UInt64($1) } ?? 0) + 1
        while next <= height {
            if let bytes = try log.read(next - 1), let block = try? Block(decoding: bytes) {
                try erase(entries: block.entries, height: next)
            }
            next += 1
        }
        try mark(height)
    }

    private func erase(entries: [[UInt8]], height: UInt64) throws(StorageError) {
        var erased = false
        for encoded in entries {
            guard let entry = try? Entry(decoding: encoded) else { continue }
            for event in entry.outcome.events {
                guard event.module == RecordsContract.name,
                    let record = RecordQueries.erasedRecord(event)
                else { continue }
                let versions = try RecordQueries.versions(
                    of: record, limit: 10_000, in: StateSpace(store))
                for version in versions {
                    try vault.delete(BlobAddress(version.body))
                    try vault.delete(BlobAddress(version.envelope))
                }
                erased = true
            }
        }
        if erased { try mark(height) }
    }

    private func mark(_ height: UInt64) throws(StorageError) {
        var batch = WriteBatch()
        batch.put(KeySpaces.erasureKey, KeySpaces.bigEndian(height))
        try store.write(batch)
    }
}
