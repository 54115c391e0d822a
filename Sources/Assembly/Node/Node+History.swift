import Base
import Encoding
package import Ledger
package import Storage

/// What the node still has of the chain's past: a node that joined from a snapshot, or that prunes,
/// does not have all of it.
extension Node {
    /// The height of the first block here; 1 unless the node joined from a snapshot.
    package var firstHeight: UInt64 { storage.log.first + 1 }

    /// The block at a height with what is kept of its entries; nil above the head.
    ///
    /// - Throws: `absent` below ``firstHeight``.
    package func storedBlock(at height: UInt64) throws(StorageError) -> StoredBlock? {
        guard height > 0, let bytes = try storage.log.read(height - 1) else { return nil }
        guard let block = try? StoredBlock(decoding: bytes) else {
            throw .corrupt("block \(height) does not decode")
        }
        return block
    }

    /// The whole block at a height, or nil above the head.
    ///
    /// - Throws: `absent` for a block that is not here, or of which entries were dropped.
    package func block(at height: UInt64) throws(StorageError) -> Block? {
        guard let block = try storedBlock(at: height) else { return nil }
        guard let whole = block.whole else { throw absence(of: block) }
        return whole
    }

    /// An entry of a block that is here.
    ///
    /// - Throws: `absent` for one that was dropped; nil when the block never had it.
    func entry(_ index: Int, of block: StoredBlock) throws(StorageError) -> [UInt8]? {
        guard block.entries.indices.contains(index) else { return nil }
        switch block.entries[index] {
        case .whole(let bytes): return bytes
        case .dropped(_, nil): throw .before(first: firstHeight, block.header.height - 1)
        case .dropped(_, let name?):
            throw .absent(
                "entry \(index) of block \(block.header.height)", .pruned(retentionClass: name))
        }
    }

    private func absence(of block: StoredBlock) -> StorageError {
        let height = block.header.height
        for entry in block.entries {
            if case .dropped(_, let name?) = entry {
                return .absent("a part of block \(height)", .pruned(retentionClass: name))
            }
        }
        return .before(first: firstHeight, height - 1)
    }

    /// Encoded blocks from a height on, as they are kept: at most `count`, and no more than
    /// `byteCount` bytes unless the first one alone is larger.
    ///
    /// - Throws: `absent` below ``firstHeight``.
    package func blocks(
        from height: UInt64, count: Int, byteCount limit: Int
    ) throws(StorageError) -> [[UInt8]] {
        guard height > 0 else { return [] }
        var blocks: [[UInt8]] = []
        var byteCount = 0
        while blocks.count < count,
            let bytes = try storage.log.read(height - 1 + UInt64(blocks.count))
        {
            byteCount += bytes.count
            guard blocks.isEmpty || byteCount <= limit else { break }
            blocks.append(bytes)
        }
        return blocks
    }

    /// Why a subscriber cannot have all events behind a position; nil when it can.
    package func gap(behind position: EventPosition) throws(StorageError) -> StorageError? {
        let start = storage.log.first
        if start > 0, position.height < firstHeight {
            return .absent("what happened behind \(position)", .beforeStart(height: firstHeight))
        }
        let pruned = KeySpaces.number(try storage.store.value(for: KeySpaces.pruningKey))
        guard position.height < pruned else { return nil }
        let names = try storage.store.scan(
            prefix: KeySpaces.prunedPrefix, after: nil, limit: RetentionPolicy.classCount
        ).map { String(decoding: $0.key.dropFirst(KeySpaces.prunedPrefix.count), as: UTF8.self) }
        return .absent(
            "events up to height \(pruned)",
            .pruned(retentionClass: names.joined(separator: ", ")))
    }
}

extension Node {
    /// What a final transaction did; nil when there is no such place.
    ///
    /// - Throws: `absent` when its entry is not kept here.
    package func outcome(at place: TransactionPlace) throws(StorageError) -> Outcome? {
        guard let block = try storedBlock(at: place.height),
            let bytes = try entry(Int(place.index), of: block)
        else { return nil }
        guard let entry = try? Entry(decoding: bytes) else {
            throw .corrupt("an entry of block \(place.height)")
        }
        return entry.outcome
    }
}
