package import Base
package import Cryptography
package import Encoding
package import Ledger
package import Merkle
package import Storage

/// Why a node's data folder cannot be used.
package enum ChainStoreError: Error, Hashable, Sendable {
    case storage(StorageError)
    /// The folder holds another chain.
    case otherChain(found: Hash256)
    /// State and block log disagree; the state can be rebuilt from the log.
    case stateCorrupt(String)
    /// The block log is damaged below its end.
    case logCorrupt(height: UInt64, reason: String)

    package var refusal: Refusal {
        switch self {
        case .storage(let error): error.refusal
        case .otherChain(let found):
            Refusal(
                "node.other-chain",
                "The data folder holds chain \(found). Give this node its own folder.",
                "数据目录属于链 \(found)。请为本节点指定其他目录。")
        case .stateCorrupt(let reason):
            Refusal(
                "node.state-corrupt",
                "The state does not fit the block log (\(reason)). Run `kanglian doctor "
                    + "--rebuild-state` to make it again from the log.",
                "状态与区块日志不符（\(reason)）。请运行 `kanglian doctor --rebuild-state` 重建。")
        case .logCorrupt(let height, let reason):
            Refusal(
                "node.log-corrupt",
                "The block log is damaged at height \(height) (\(reason)). Restore the data folder "
                    + "from a backup; the blocks behind the damage are not used.",
                "区块日志在高度 \(height) 处损坏（\(reason)）。请从备份恢复数据目录。")
        }
    }
}

/// The chain on one node's disks: the block log, which is the truth, and the store made from it.
///
/// Used by the block producer's thread; readers use snapshots.
final class ChainStore {
    let genesis: Genesis
    let store: any KeyValueStore
    let log: any BlockLog
    let tree: StateTree
    let state: ExecutionState
    private(set) var replica: Replica
    private var tiles: LogTileWriter
    /// Tree versions that are kept below the newest one, for proofs that are being made.
    private static let keptVersions: UInt64 = 8

    private var suite: HashSuite { genesis.hashSuite }

    /// Opens the chain, checks it and replays what the store has not seen.
    init(
        genesis: Genesis, executor: any Executor, store: any KeyValueStore, log: any BlockLog
    ) throws(ChainStoreError) {
        (self.genesis, self.store, self.log) = (genesis, store, log)
        tree = StateTree(suite: genesis.hashSuite)
        state = ExecutionState(
            store: StateSpace(store), tree: tree, suite: genesis.hashSuite)
        replica = Replica(genesis: genesis, executor: executor)
        tiles = LogTileWriter(suite: genesis.hashSuite)
        do throws(StorageError) {
            try checkChain()
        } catch {
            throw .storage(error)
        }
        try restore(executor)
        try replay()
    }

    var head: Head { replica.head }

    private func checkChain() throws(StorageError) {
        guard log.count > 0, let bytes = try log.read(0) else { return }
        guard let block = try? Block(decoding: bytes), block.header.chain == genesis.id else {
            throw .corrupt("the first block belongs to another chain or does not decode")
        }
    }

    /// Loads the head mark and rebuilds the tree in memory from the rows of the state.
    private func restore(_ executor: any Executor) throws(ChainStoreError) {
        do throws(StorageError) {
            guard let mark = try store.value(for: KeySpaces.headKey) else { return }
            guard let head = try? HeadMark(decoding: mark).head else {
                throw StorageError.corrupt("the head mark")
            }
            guard head.height <= log.count else {
                throw StorageError.corrupt(
                    "the state is at height \(head.height), the block log at \(log.count)")
            }
            replica = Replica(genesis: genesis, executor: executor, head: head)
            try loadTree()
            let reader = TileReader(store: store)
            tiles = try LogTileWriter(suite: suite, restoring: head.log, reader: reader)
        } catch {
            throw .storage(error)
        }
        let root = tree.root(at: tree.latestVersion) ?? .zero
        guard root == replica.head.stateRoot else {
            throw .stateCorrupt("the root at height \(replica.head.height) differs")
        }
    }

    private func loadTree() throws(StorageError) {
        var leaves: [(key: Hash256, valueHash: Hash256)] = []
        var after: [UInt8]?
        let space = StateSpace(store)
        while true {
            let rows = try space.scan(prefix: [], after: after, limit: 8192)
            for (key, value) in rows {
                leaves.append(
                    (StateKeys.treeKey(key, suite), StateKeys.valueHash(value, suite)))
            }
            guard rows.count == 8192, let last = rows.last else { break }
            after = last.key
        }
        leaves.sort { $0.key < $1.key }
        tree.build(from: leaves)
    }

    private func replay() throws(ChainStoreError) {
        while replica.head.height < log.count {
            let height = replica.head.height + 1
            let block: Block
            do throws(StorageError) {
                guard let bytes = try log.read(height - 1),
                    let decoded = try? Block(decoding: bytes)
                else { throw StorageError.corrupt("block \(height) does not decode") }
                block = decoded
            } catch {
                throw .logCorrupt(height: height, reason: "\(error)")
            }
            do throws(ReplayError) {
                let executed = try replica.replay(block, base: state, tree: tree)
                try writeState(executed, storageError: { ReplayError.storage($0) })
            } catch {
                throw .logCorrupt(height: height, reason: "\(error)")
            }
        }
    }

    /// Runs a batch; the caller then commits or abandons the block.
    func execute(
        _ batch: [SignedTransaction], position: OrderingPosition, time: Timestamp
    ) throws(StorageError) -> ExecutedBlock? {
        let version = tree.latestVersion
        do throws(StorageError) {
            let block = try replica.execute(
                batch, position: position, time: time, base: state, tree: tree
            ) { (id) throws(StorageError) in
                try store.value(for: KeySpaces.transaction(id)) != nil
            }
            if let block, block.entries.isEmpty { tree.rollback(to: version) }
            return block
        } catch {
            tree.rollback(to: version)
            throw error
        }
    }

    /// Forgets an executed block that could not be made durable.
    func abandon() { tree.rollback(to: tree.latestVersion - 1) }

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
        for tile in tiles.drain() {
            batch.put(
                KeySpaces.tile(level: tile.level, index: tile.index), LogTiles.encode(tile.hashes))
        }
        batch.put(KeySpaces.headKey, HeadMark(head: replica.head).encoded)
        do throws(StorageError) {
            try store.write(batch)
        } catch {
            throw storageError(error)
        }
        state.adopt(block.changes)
        if tree.latestVersion > Self.keptVersions {
            tree.prune(below: tree.latestVersion - Self.keptVersions)
        }
    }
}

/// The head as the store keeps it, in the same batch as the block's rows.
struct HeadMark: CBORCodable {
    let head: Head

    init(head: Head) { self.head = head }

    func encode(to writer: inout CBORWriter) {
        writer.array(7)
        writer.unsigned(1)
        writer.unsigned(head.height)
        writer.hash(head.digest)
        writer.unsigned(head.time.milliseconds)
        head.log.encode(to: &writer)
        writer.hash(head.stateRoot)
        head.position.encode(to: &writer)
    }

    init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(7, "head")
        try reader.version(1, "head")
        head = Head(
            height: try reader.unsigned(), digest: try reader.hash(),
            time: Timestamp(milliseconds: try reader.unsigned()),
            log: try CompactRange(from: &reader), stateRoot: try reader.hash(),
            position: try OrderingPosition(from: &reader))
    }
}
