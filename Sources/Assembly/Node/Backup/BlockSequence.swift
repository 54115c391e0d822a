import Base
import Cryptography
import Encoding
import Ledger
import Merkle

/// Checks that blocks follow one another, without running them: parents, heights and the log.
struct BlockSequence {
    private let genesis: Genesis
    /// Known from the first block on, or from where a snapshot tells it.
    private var log: CompactRange?
    private(set) var firstHeight: UInt64?
    private(set) var last: StoredBlock?
    private var lastDigest = Hash256.zero
    /// The highest block of which an entry was dropped.
    private(set) var droppedThrough: UInt64 = 0

    init(genesis: Genesis) { self.genesis = genesis }

    /// Takes the next block.
    ///
    /// - Parameter anchor: the log before a block, where a snapshot proves it.
    mutating func take(
        _ bytes: [UInt8], index: UInt64, anchor: SnapshotManifest? = nil
    ) throws(BackupError) {
        let suite = genesis.hashSuite
        guard let block = try? StoredBlock(decoding: bytes) else {
            throw .damaged(.blocks, "block \(index + 1) does not decode")
        }
        let header = block.header
        guard header.chain == genesis.id, header.height == index + 1 else {
            throw .damaged(.blocks, "block \(index + 1) is another one")
        }
        if let last {
            guard header.height == last.header.height + 1, header.parent == lastDigest else {
                throw .damaged(.blocks, "block \(header.height) does not follow the one before")
            }
        } else {
            firstHeight = header.height
            if header.height == 1 { log = CompactRange(suite: suite) }
        }
        if anchor?.height == header.height { log = anchor?.logBefore }
        if var log {
            for entry in block.entries { log.append(entry.leaf(suite)) }
            guard log.root == header.logRoot, log.size == header.logSize else {
                throw .damaged(.blocks, "the entries of block \(header.height)")
            }
            self.log = log
        }
        let isDropped = block.entries.contains { entry in
            if case .dropped = entry { true } else { false }
        }
        if isDropped { droppedThrough = header.height }
        lastDigest = header.digest(suite)
        guard block.certificate.header == lastDigest else {
            throw .damaged(.blocks, "the certificate of block \(header.height) is of another one")
        }
        last = block
    }
}
