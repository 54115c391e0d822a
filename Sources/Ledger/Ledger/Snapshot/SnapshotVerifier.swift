import Base
import Cryptography
import Encoding
import Merkle
import Storage

/// Checks a snapshot against a trust file while its chunks pass by, in order: pure.
///
/// Nothing may be used before ``finish()`` has returned. State rows, their number and the log are
/// proved by the certificate. The transactions that could be sent again are not: a node that was
/// given too few of them would disagree with the others about a duplicate and stop, and no
/// certificate could come of it. Memory: 64 bytes a row.
package struct SnapshotVerifier {
    package let manifest: SnapshotManifest
    private let trust: TrustFile
    private let log: CompactRange
    private var next = 0
    private var lastKey: [UInt8]?
    private var lastID: TransactionID?
    /// Kind and encoded bytes of the rows of the chunk before.
    private var previous: (kind: SnapshotChunk.Kind, byteCount: Int)?
    private var leaves: [(key: Hash256, valueHash: Hash256)] = []
    private var validatorRow: [UInt8]?

    /// Checks the manifest alone: chain, certificate and log.
    package init(manifest: SnapshotManifest, trust: TrustFile) throws(SnapshotFailure) {
        let suite = trust.genesis.hashSuite
        let header = manifest.block.header
        guard manifest.chain == trust.genesis.id else {
            throw SnapshotFailure(.chain, "chain \(manifest.chain)")
        }
        do throws(HeaderError) {
            try trust.verify(header, manifest.block.certificate)
        } catch {
            throw SnapshotFailure(error)
        }
        var log = manifest.logBefore
        guard log.suite == suite, log.size == manifest.block.firstIndex else {
            throw SnapshotFailure(.log, "the log before the block has another size or suite")
        }
        for entry in manifest.block.entries { log.append(entry.leaf(suite)) }
        guard log.root == header.logRoot, log.size == header.logSize else {
            throw SnapshotFailure(.log, "the leaves at height \(header.height)")
        }
        let tiles = SnapshotTiles(manifest)
        let writer = LogTileWriter(suite: suite, size: header.logSize, from: tiles)
        guard writer?.root == header.logRoot else {
            throw SnapshotFailure(.log, "the tiles at height \(header.height)")
        }
        (self.manifest, self.trust, self.log) = (manifest, trust, log)
    }

    /// Checks the next chunk and returns its rows, which are not to be used yet.
    package mutating func take(_ bytes: [UInt8]) throws(SnapshotFailure) -> SnapshotChunk {
        let number = next
        guard number < manifest.chunks.count else {
            throw SnapshotFailure(.chunk, "more chunks than the \(number) of the manifest")
        }
        let entry = manifest.chunks[number]
        guard bytes.count == entry.byteCount, trust.genesis.hashSuite.hash(bytes) == entry.digest
        else { throw SnapshotFailure(.chunk, "chunk \(number) has another digest") }
        let chunk: SnapshotChunk
        do throws(CBORError) {
            chunk = try SnapshotChunk(decoding: bytes, limits: SnapshotLimits.decoding)
        } catch {
            throw SnapshotFailure(.chunk, "chunk \(number): \(error)")
        }
        guard chunk.kind == entry.kind, UInt64(chunk.count) == entry.rows else {
            throw SnapshotFailure(.chunk, "chunk \(number) holds other rows than it should")
        }
        try checkFill(chunk, byteCount: bytes.count, number)
        switch chunk {
        case .state(let rows): try take(rows, number)
        case .transactions(let rows): try take(rows, number)
        }
        next += 1
        return chunk
    }

    /// A chunk may end only where the next row would not have fitted.
    private mutating func checkFill(
        _ chunk: SnapshotChunk, byteCount: Int, _ number: Int
    ) throws(SnapshotFailure) {
        var heads = CBORWriter()
        heads.array(2)
        heads.unsigned(chunk.kind.rawValue)
        heads.array(chunk.count)
        let rowsByteCount = byteCount - heads.bytes.count
        let isTooLarge = rowsByteCount > SnapshotLimits.rowsByteCount
        var isTooSmall = false
        if let previous, previous.kind == chunk.kind {
            let together = previous.byteCount + chunk.firstRowByteCount
            isTooSmall = together <= SnapshotLimits.rowsByteCount
        }
        guard !isTooLarge, !isTooSmall else {
            throw SnapshotFailure(.order, "chunk \(number) begins where it should not")
        }
        previous = (chunk.kind, rowsByteCount)
    }

    private mutating func take(_ rows: [SnapshotRow], _ number: Int) throws(SnapshotFailure) {
        let suite = trust.genesis.hashSuite
        for row in rows {
            if let lastKey, !ByteOrder.precedes(lastKey, row.key) {
                throw SnapshotFailure(.order, "keys in chunk \(number)")
            }
            lastKey = row.key
            leaves.append(
                (StateKeys.treeKey(row.key, suite), StateKeys.valueHash(row.value, suite)))
            if row.key == ValidatorTable.currentKey { validatorRow = row.value }
        }
    }

    private mutating func take(
        _ rows: [SnapshotTransaction], _ number: Int
    ) throws(SnapshotFailure) {
        for row in rows {
            if let lastID, lastID >= row.id {
                throw SnapshotFailure(.order, "transactions in chunk \(number)")
            }
            lastID = row.id
            guard Self.window(at: manifest.height).contains(row.height) else {
                throw SnapshotFailure(.window, "height \(row.height) in chunk \(number)")
            }
        }
    }

    /// The heights whose transactions could still be sent again when the chain is at `height`.
    package static func window(at height: UInt64) -> ClosedRange<UInt64> {
        let depth = LedgerLimits.validityHeights
        return (height > depth ? height - depth + 1 : 1)...max(1, height)
    }

    /// Checks the state as a whole, and returns the head from which a node goes on.
    package mutating func finish() throws(SnapshotFailure) -> Head {
        guard next == manifest.chunks.count else {
            throw SnapshotFailure(.chunk, "only \(next) of \(manifest.chunks.count) chunks")
        }
        let (header, genesis) = (manifest.block.header, trust.genesis)
        leaves.sort { $0.key < $1.key }
        let tree = try? StateTree.build(
            suite: genesis.hashSuite, from: leaves, version: header.height)
        leaves = []
        guard tree?.root == header.stateRoot else {
            throw SnapshotFailure(.state, "the state root at height \(header.height) differs")
        }
        return Head(
            height: header.height, digest: header.digest(genesis.hashSuite), time: header.time,
            log: log, stateRoot: header.stateRoot, position: header.position,
            epoch: header.nextEpoch, validators: try successors())
    }

    /// The set that certifies the next block.
    private func successors() throws(SnapshotFailure) -> ValidatorSet {
        let (header, genesis) = (manifest.block.header, trust.genesis)
        var epoch = ValidatorEpoch(genesis: genesis)
        if let validatorRow {
            guard let row = try? ValidatorEpoch(decoding: validatorRow) else {
                throw SnapshotFailure(.successors, "the row of validators does not decode")
            }
            epoch = row
        }
        guard epoch.epoch == header.nextEpoch, epoch.validators.digest == header.nextValidators
        else { throw SnapshotFailure(.successors, "epoch \(header.nextEpoch)") }
        return epoch.validators
    }
}
