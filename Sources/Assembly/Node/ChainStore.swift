import Base
import Cryptography
import Encoding
import Ledger
import Merkle
import Storage
import Synchronization

/// The chain on one node's disks: the block log, which is the truth, and the store made from it.
///
/// The block producer's thread alone executes and commits. Others may ask for proofs.
// @unchecked: `replica` and `tiles` belong to the producer's thread; the tree is behind `treeLock`.
final class ChainStore: @unchecked Sendable {
    /// Tree versions kept below the newest one, for proofs that are being made.
    private static let keptVersions: UInt64 = 8

    let genesis: Genesis
    private(set) var replica: Replica
    private let store: any KeyValueStore
    private let log: any BlockLog
    private let tree: StateTree
    private let treeLock = Mutex(())
    private let state: ExecutionState
    private var tiles: LogTileWriter
    /// The height whose rows are in the store: proofs are made at it.
    private let published = Atomic<UInt64>(0)

    private var suite: HashSuite { genesis.hashSuite }

    /// Opens the chain, checks it and replays what the store has not seen.
    init(
        genesis: Genesis, executor: any Executor, store: any KeyValueStore, log: any BlockLog
    ) throws(ChainStoreError) {
        (self.genesis, self.store, self.log) = (genesis, store, log)
        let suite = genesis.hashSuite
        do throws(StorageError) {
            try ChainRestore.checkChain(genesis, log)
            let head = try ChainRestore.head(genesis, store, log)
            replica =
                head.map { Replica(genesis: genesis, executor: executor, head: $0) }
                ?? Replica(genesis: genesis, executor: executor)
            tree = try ChainRestore.tree(store, suite, height: head?.height ?? 0)
            tiles = try ChainRestore.tiles(store, suite, size: head?.log.size ?? 0)
        } catch {
            throw .storage(error)
        }
        state = ExecutionState(store: StateSpace(store), tree: tree, suite: suite)
        guard tree.root == replica.head.stateRoot else {
            throw .stateCorrupt("the state root at height \(replica.head.height) differs")
        }
        guard tiles.root == replica.head.log.root else {
            throw .stateCorrupt("the log root at height \(replica.head.height) differs")
        }
        try ChainRestore.checkHead(replica.head, genesis, store, log)
        published.store(replica.head.height, ordering: .releasing)
        try replay()
    }

    var head: Head { replica.head }

    private func replay() throws(ChainStoreError) {
        while replica.head.height < log.count {
            let height = replica.head.height + 1
            guard let block = try ChainRestore.block(at: height, log).whole else {
                throw .historyMissing(height: height)
            }
            do throws(ReplayError) {
                let executed = try treeLock.withLock { (_) throws(ReplayError) in
                    try replica.replay(block, base: state, tree: tree)
                }
                try writeState(executed) { ReplayError.storage($0) }
            } catch {
                throw .logCorrupt(height: height, reason: "\(error)")
            }
        }
    }

    /// Runs a batch; the caller then commits or abandons the block.
    ///
    /// - Returns: nil, or a block without entries, when nothing of the batch may stand; there is
    ///   nothing to abandon then.
    func execute(
        _ batch: [SignedTransaction], position: OrderingPosition, time: Timestamp
    ) throws(StorageError) -> ExecutedBlock? {
        try treeLock.withLock { (_) throws(StorageError) in
            let version = tree.latestVersion
            do throws(StorageError) {
                let block = try replica.execute(
                    batch, position: position, time: time, base: state, tree: tree
                ) { (id) throws(StorageError) in
                    try store.value(for: KeySpaces.transaction(id)) != nil
                }
                if block?.entries.isEmpty ?? true { tree.rollback(to: version) }
                return block
            } catch {
                tree.rollback(to: version)
                throw error
            }
        }
    }

    /// Runs a batch that the validators agreed on: it uses up a height whatever becomes of its
    /// transactions.
    func executeOrdered(
        _ batch: [SignedTransaction], position: OrderingPosition, time: Timestamp
    ) throws(StorageError) -> ExecutedBlock {
        try treeLock.withLock { (_) throws(StorageError) in
            let version = tree.latestVersion
            do throws(StorageError) {
                let block = try replica.execute(
                    batch, position: position, time: time, base: state, tree: tree,
                    allowsEmpty: true
                ) { (id) throws(StorageError) in
                    try store.value(for: KeySpaces.transaction(id)) != nil
                }
                guard let block else { throw .corrupt("an ordered batch made no block") }
                return block
            } catch {
                tree.rollback(to: version)
                throw error
            }
        }
    }

    /// Runs, makes durable and takes over a certified block of another node.
    ///
    /// A block that is refused changes nothing.
    func adopt(_ block: Block) throws(ReplayError) -> ExecutedBlock {
        let executed = try treeLock.withLock { (_) throws(ReplayError) in
            try replica.replay(block, base: state, tree: tree)
        }
        do throws(StorageError) {
            _ = try log.append(block.encoded)
        } catch {
            throw .storage(error)
        }
        try writeState(executed) { ReplayError.storage($0) }
        return executed
    }

    /// Forgets an executed block that could not be made durable.
    func abandon() {
        treeLock.withLock { _ in tree.rollback(to: tree.latestVersion - 1) }
    }

    /// Makes a certified block durable: final when this returns.
    func append(_ block: ExecutedBlock, _ certificate: Certificate) throws(StorageError) {
        let bytes = Block(
            header: block.header, certificate: certificate, entries: block.entries
        ).encoded
        let index = try log.append(bytes)
        precondition(index == block.header.height - 1, "the block log has another length")
        replica.adopt(block)
    }

    /// Writes what a durable block changed; after an error the node must stop and replay.
    func writeState<Failure: Error>(
        _ block: ExecutedBlock, storageError: (StorageError) -> Failure
    ) throws(Failure) {
        var batch = WriteBatch()
        for (key, value) in block.changes {
            if let value {
                batch.put(KeySpaces.state(key), value)
            } else {
                batch.delete(KeySpaces.state(key))
            }
        }
        for (index, id) in block.included.enumerated() {
            let place = TransactionPlace(height: block.header.height, index: UInt32(index))
            batch.put(KeySpaces.transaction(id), place.encoded)
        }
        for leaf in block.leaves { tiles.append(leaf) }
        for tile in tiles.drainChangedTiles() {
            batch.put(KeySpaces.tile(level: tile.level, index: tile.index), tile.bytes)
        }
        batch.put(KeySpaces.headKey, HeadMark(head: replica.head).encoded)
        do throws(StorageError) {
            try store.write(batch)
        } catch {
            throw storageError(error)
        }
        state.adopt(block.changes)
        treeLock.withLock { _ in
            if tree.latestVersion > Self.keptVersions {
                tree.prune(below: tree.latestVersion - Self.keptVersions)
            }
        }
        published.store(block.header.height, ordering: .releasing)
    }

    /// Rows of the newest published state, each with its proof of presence or absence.
    ///
    /// - Returns: the height at whose state root the proofs hold; nil if the chain moved on too
    ///   quickly, which a second try mends.
    func proofs(
        of keys: [[UInt8]], in snapshot: any StateReader
    ) throws(StorageError) -> (height: UInt64, rows: [ReceiptState])? {
        guard let mark = try snapshot.value(for: KeySpaces.headKey),
            let height = try? HeadMark(decoding: mark, genesis: genesis).head.height
        else { return nil }
        let space = StateSpace(snapshot)
        var rows: [ReceiptState] = []
        for key in keys {
            let treeKey = StateKeys.treeKey(key, suite)
            let proof = treeLock.withLock { _ in tree.proof(for: treeKey, at: height) }
            guard let proof else { return nil }
            rows.append(
                ReceiptState(key: key, value: try space.value(for: key), proof: proof))
        }
        return (height, rows)
    }
}
