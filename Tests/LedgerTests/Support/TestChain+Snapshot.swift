import Base
import Encoding
import Ledger
import Merkle
import Storage

/// A snapshot of a chain in memory, as a node would write it.
struct TestSnapshot {
    var manifest: SnapshotManifest
    var chunks: [[UInt8]]

    /// Hands everything to a verifier.
    func verify(_ trust: TrustFile) throws(SnapshotFailure) -> Head {
        var verifier = try SnapshotVerifier(manifest: manifest, trust: trust)
        for chunk in chunks { _ = try verifier.take(chunk) }
        return try verifier.finish()
    }
}

extension TestChain {
    var trust: TrustFile {
        (try? TrustFile(genesis: genesis).extended(by: handoffs)) ?? TrustFile(genesis: genesis)
    }

    /// A snapshot at the head, of the state's rows and of all transactions.
    func snapshot() throws -> TestSnapshot {
        let suite = genesis.hashSuite
        guard let block = blocks.last else { throw Unexpected(what: "no block") }
        var chunks: [SnapshotChunkBuilder.Chunk] = []
        var states = SnapshotChunkBuilder(kind: .state, suite: suite)
        for (key, value) in try store.scan(prefix: [], after: nil, limit: 1_000_000) {
            if let chunk = states.add(SnapshotRow(key: key, value: value)) { chunks.append(chunk) }
        }
        if let chunk = states.finish() { chunks.append(chunk) }
        var transactions = SnapshotChunkBuilder(kind: .transactions, suite: suite)
        for row in try self.transactions() {
            if let chunk = transactions.add(row) { chunks.append(chunk) }
        }
        if let chunk = transactions.finish() { chunks.append(chunk) }
        let manifest = SnapshotManifest(
            chain: genesis.id, logBefore: logBefore(block),
            block: SnapshotManifest.leaves(of: StoredBlock(block), suite), tiles: tiles(),
            erasedThrough: 0, chunks: chunks.map(\.entry))
        return TestSnapshot(manifest: manifest, chunks: chunks.map(\.bytes))
    }

    /// Every transaction with its place, in the order of identifiers.
    private func transactions() throws -> [SnapshotTransaction] {
        var rows: [SnapshotTransaction] = []
        for block in blocks {
            for (index, entry) in block.entries.enumerated() {
                let transaction = try SignedTransaction(
                    decoding: Entry(decoding: entry).transaction)
                rows.append(
                    SnapshotTransaction(
                        id: transaction.id, height: block.header.height, index: UInt32(index)))
            }
        }
        return rows.sorted { $0.id < $1.id }
    }

    private func logBefore(_ block: Block) -> CompactRange {
        var log = CompactRange(suite: genesis.hashSuite)
        for entry in blocks.dropLast().flatMap(\.entries) {
            log.append(LogHash.leaf(entry, genesis.hashSuite))
        }
        return log
    }

    private func tiles() -> [[UInt8]] {
        var writer = LogTileWriter(suite: genesis.hashSuite)
        for entry in blocks.flatMap(\.entries) {
            writer.append(LogHash.leaf(entry, genesis.hashSuite))
        }
        let all = writer.drainChangedTiles()
        return SnapshotManifest.edge(size: writer.size).enumerated().map { level, place in
            all.last { Int($0.level) == level && $0.index == place.index }?.bytes ?? []
        }
    }
}

extension StoredBlock {
    /// A block of which nothing was dropped.
    init(_ block: Block) {
        self.init(
            header: block.header, certificate: block.certificate,
            entries: block.entries.map { .whole($0) })
    }
}
