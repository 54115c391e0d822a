import Base
import Cryptography
import Encoding
import Ledger
import Merkle

extension FuzzTarget {
    /// A manifest that decodes has no second encoding; only the sample's own bytes verify.
    static let snapshot = FuzzTarget(name: "snapshot", seeds: [Sample.manifest]) { bytes in
        guard
            let manifest = try? SnapshotManifest(
                decoding: bytes, limits: SnapshotLimits.decoding)
        else { return false }
        precondition(manifest.encoded == bytes)
        guard let trust = Sample.trust,
            (try? SnapshotVerifier(manifest: manifest, trust: trust)) != nil
        else { return false }
        precondition(manifest.block.encoded == Sample.prunedBlock)
        return true
    }

    /// A chunk that decodes has no second encoding and is not empty.
    static let chunk = FuzzTarget(name: "chunk", seeds: Sample.chunks) { bytes in
        guard let chunk = try? SnapshotChunk(decoding: bytes, limits: SnapshotLimits.decoding)
        else { return false }
        precondition(chunk.encoded == bytes && chunk.count > 0)
        return true
    }

    /// A stored block that decodes has no second encoding, and is whole exactly in version 1.
    static let storedBlock = FuzzTarget(name: "block", seeds: [Sample.prunedBlock]) { bytes in
        guard let block = try? StoredBlock(decoding: bytes) else { return false }
        precondition(block.encoded == bytes)
        precondition((block.whole != nil) == StoredBlock.isWhole(bytes))
        return true
    }
}

extension Sample {
    /// The block of the sample's receipt, without its entry.
    static let prunedBlock: [UInt8] = {
        guard let receipt = try? Receipt(decoding: receipt) else { return [] }
        let leaf = LogHash.leaf(receipt.entry, .sha256)
        return StoredBlock(
            header: receipt.header, certificate: receipt.certificate,
            entries: [.dropped(leaf: leaf, retentionClass: nil)]
        ).encoded
    }()

    static let manifest: [UInt8] = {
        guard let block = try? StoredBlock(decoding: prunedBlock), let leaf = block.entries.first
        else { return [] }
        return SnapshotManifest(
            chain: block.header.chain, logBefore: CompactRange(suite: .sha256), block: block,
            tiles: [leaf.leaf(.sha256).bytes], erasedThrough: 0, chunks: []
        ).encoded
    }()

    static let chunks: [[UInt8]] = [
        SnapshotChunk.state([SnapshotRow(key: [1, 2], value: [3])]).encoded,
        SnapshotChunk.transactions([
            SnapshotTransaction(id: TransactionID(.zero), height: 1, index: 0)
        ]).encoded,
    ]
}
