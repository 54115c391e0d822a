import Base
import Cryptography
import Encoding
import Ledger
import Storage

/// What pruning did, or would do.
package struct PruningReport: Hashable, Sendable {
    /// Entries dropped, by their retention class.
    package var dropped: [String: Int] = [:]
    package var freedByteCount: UInt64 = 0
    /// The last height whose entries may be dropped now, by class.
    package var cutoffs: [String: UInt64] = [:]

    package var droppedCount: Int { dropped.values.reduce(0, +) }
}

/// Drops entries whose retention has ended from the block log.
///
/// Only blocks whose state is durable in the store are touched: they are never replayed. Log tiles,
/// headers, certificates and the places of transactions stay, so that whatever is kept still
/// verifies, and a duplicate is still refused.
struct Pruner {
    private static let millisecondsPerDay: UInt64 = 86_400_000

    let policy: RetentionPolicy
    let suite: HashSuite
    let store: any KeyValueStore
    let log: any BlockLog

    /// Drops what is due.
    ///
    /// - Parameters:
    ///   - head: a head whose rows are in the store.
    ///   - isTrial: counts only; nothing is changed.
    func run(head: Head, isTrial: Bool = false) throws(StorageError) -> PruningReport {
        var report = PruningReport()
        report.cutoffs = try cutoffs(head)
        guard let highest = report.cutoffs.values.max() else { return report }
        if !isTrial {
            try announce(through: highest)
            // The blocks up to the head will not be replayed any more, whatever happens.
            try store.flush()
        }
        for (name, cutoff) in report.cutoffs.sorted(by: { $0.key < $1.key }) {
            let start = max(log.first, KeySpaces.number(try mark(name)))
            // Record i is the block at height i + 1.
            guard start < cutoff else { continue }
            var counted: [String: Int] = [:]
            let done = try log.shorten(start..<cutoff) { (_, record) throws(StorageError) in
                let (block, dropped) = try shortened(record, report.cutoffs)
                for name in dropped { counted[name, default: 0] += 1 }
                return isTrial ? nil : block
            }
            // In a trial, a block that two classes touch would be counted twice.
            for (other, count) in counted where !isTrial || other == name {
                report.dropped[other, default: 0] += count
            }
            report.freedByteCount += done.freedByteCount
            if !isTrial { try remember(name, done.end) }
        }
        return report
    }

    // MARK: What is due

    /// The last height of each class that has ended, of those that have one.
    private func cutoffs(_ head: Head) throws(StorageError) -> [String: UInt64] {
        guard head.height > RetentionPolicy.leastHeights else { return [:] }
        let highest = head.height - RetentionPolicy.leastHeights
        var cutoffs: [String: UInt64] = [:]
        for name in policy.limited {
            let cutoff: UInt64
            switch policy.classes[name] {
            case .heights(let count): cutoff = head.height > count ? head.height - count : 0
            case .days(let count):
                let age = count * Self.millisecondsPerDay
                let now = head.time.milliseconds
                cutoff = now > age ? try lastHeight(before: now - age, upTo: highest) : 0
            case .forever, nil: cutoff = 0
            }
            if cutoff > log.first { cutoffs[name] = min(cutoff, highest) }
        }
        return cutoffs
    }

    /// The highest block made before a time; 0 when there is none.
    private func lastHeight(before time: UInt64, upTo highest: UInt64) throws(StorageError)
        -> UInt64
    {
        var (low, high) = (log.first, highest)
        // Times never go back: all blocks up to `low` are older, none above `high` is.
        while low < high {
            let middle = low + (high - low + 1) / 2
            guard let bytes = try log.read(middle - 1),
                let block = try? StoredBlock(decoding: bytes)
            else { throw .corrupt("block \(middle) does not decode") }
            if block.header.time.milliseconds < time { low = middle } else { high = middle - 1 }
        }
        return low
    }

    /// A block without the entries that have ended, and their classes; nil when all of it stays.
    private func shortened(
        _ record: [UInt8], _ cutoffs: [String: UInt64]
    ) throws(StorageError) -> (block: [UInt8]?, dropped: [String]) {
        guard let block = try? StoredBlock(decoding: record) else {
            throw .corrupt("a block of the log does not decode")
        }
        var names: [String] = []
        let entries = block.entries.map { stored in
            guard case .whole(let entry) = stored,
                let name = endedClass(of: entry, at: block.header.height, cutoffs)
            else { return stored }
            names.append(name)
            return .dropped(leaf: stored.leaf(suite), retentionClass: name)
        }
        guard !names.isEmpty else { return (nil, []) }
        let shorter = StoredBlock(
            header: block.header, certificate: block.certificate, entries: entries)
        return (shorter.encoded, names)
    }

    /// The class under which an entry has ended: of its calls, the one that is kept longest.
    private func endedClass(
        of entry: [UInt8], at height: UInt64, _ cutoffs: [String: UInt64]
    ) -> String? {
        guard let decoded = try? Entry(decoding: entry),
            let transaction = try? SignedTransaction(decoding: decoded.transaction)
        else { return nil }
        let names = Set(transaction.body.calls.map { policy.retentionClass(of: $0) })
        guard names.allSatisfy({ (cutoffs[$0] ?? 0) >= height }) else { return nil }
        return names.min { (cutoffs[$0] ?? 0, $0) < (cutoffs[$1] ?? 0, $1) }
    }

    // MARK: Marks

    /// Where the search for a class goes on; nil when another policy was searched for.
    private func mark(_ name: String) throws(StorageError) -> [UInt8]? {
        guard try store.value(for: KeySpaces.policyKey) == policy.digest.bytes else { return nil }
        return try store.value(for: KeySpaces.prunedKey(name))
    }

    /// Says before the first entry goes that blocks up to a height are not complete.
    private func announce(through height: UInt64) throws(StorageError) {
        let known = KeySpaces.number(try store.value(for: KeySpaces.pruningKey))
        var batch = WriteBatch()
        batch.put(KeySpaces.pruningKey, KeySpaces.bigEndian(max(known, height)))
        if try store.value(for: KeySpaces.policyKey) != policy.digest.bytes {
            for (key, _) in try store.scan(
                prefix: KeySpaces.prunedPrefix, after: nil, limit: 2 * RetentionPolicy.classCount)
            {
                batch.put(key, KeySpaces.bigEndian(0))
            }
            batch.put(KeySpaces.policyKey, policy.digest.bytes)
        }
        try store.write(batch)
    }

    private func remember(_ name: String, _ next: UInt64) throws(StorageError) {
        var batch = WriteBatch()
        batch.put(KeySpaces.prunedKey(name), KeySpaces.bigEndian(next))
        try store.write(batch)
    }
}
