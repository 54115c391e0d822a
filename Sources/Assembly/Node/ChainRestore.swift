import Base
import Cryptography
import Encoding
import Ledger
import Merkle
import Storage

/// What a node reads when it starts.
enum ChainRestore {
    /// Rows read at a time while the tree is built.
    private static let pageSize = 8192

    /// Refuses a block log of another chain.
    static func checkChain(_ genesis: Genesis, _ log: any BlockLog) throws(StorageError) {
        guard log.count > log.first, let bytes = try log.read(log.first) else { return }
        guard let block = try? StoredBlock(decoding: bytes), block.header.chain == genesis.id else {
            throw .corrupt("the first block is not of the chain that trust.json names")
        }
    }

    /// The head of the stored state; nil for a store that is empty.
    static func head(
        _ genesis: Genesis, _ store: any KeyValueStore, _ log: any BlockLog
    ) throws(StorageError) -> Head? {
        guard let mark = try store.value(for: KeySpaces.headKey) else { return nil }
        guard let head = try? HeadMark(decoding: mark, genesis: genesis).head else {
            throw .corrupt("the head mark of the state")
        }
        guard head.height <= log.count else {
            throw .corrupt(
                "the block log ends at height \(log.count) and the state at \(head.height)")
        }
        return head
    }

    /// Checks that the block of the stored head is in the log, that its certificate is good, and
    /// that the head's validators are those that the block names for the next one.
    static func checkHead(
        _ head: Head, _ genesis: Genesis, _ store: any KeyValueStore, _ log: any BlockLog
    ) throws(ChainStoreError) {
        guard head.height > 0 else { return }
        let block = try block(at: head.height, log)
        guard block.header.digest(genesis.hashSuite) == head.digest else {
            throw .stateCorrupt("the head at height \(head.height) is not the log's")
        }
        guard block.header.nextValidators == head.validators.digest,
            block.header.nextEpoch == head.epoch
        else { throw .stateCorrupt("the validators after height \(head.height) are others") }
        let epoch: ValidatorEpoch?
        do throws(StorageError) {
            epoch = try ValidatorTable.epoch(block.header.epoch, genesis, in: StateSpace(store))
        } catch {
            throw .storage(error)
        }
        guard let epoch else {
            throw .stateCorrupt("the validators of epoch \(block.header.epoch) are missing")
        }
        do throws(CertificateError) {
            try block.certificate.verify(
                block.header, set: epoch.validators, suite: genesis.hashSuite)
        } catch {
            throw .logCorrupt(height: head.height, reason: "\(error)")
        }
    }

    /// The state tree, built from all rows of the state.
    static func tree(
        _ store: any KeyValueStore, _ suite: HashSuite, height: UInt64
    ) throws(StorageError) -> StateTree {
        var leaves: [(key: Hash256, valueHash: Hash256)] = []
        let space = StateSpace(store)
        var after: [UInt8]?
        repeat {
            let rows = try space.scan(prefix: [], after: after, limit: pageSize)
            for (key, value) in rows {
                leaves.append(
                    (StateKeys.treeKey(key, suite), StateKeys.valueHash(value, suite)))
            }
            after = rows.count == pageSize ? rows.last?.key : nil
        } while after != nil
        leaves.sort { $0.key < $1.key }
        do throws(StateTreeError) {
            return try StateTree.build(suite: suite, from: leaves, version: height)
        } catch {
            throw .corrupt("two rows of the state have one key")
        }
    }

    /// The edge of the log tree.
    static func tiles(
        _ store: any KeyValueStore, _ suite: HashSuite, size: UInt64
    ) throws(StorageError) -> LogTileWriter {
        let reader = TileReader(store: store)
        guard let tiles = try LogTileWriter(suite: suite, size: size, from: reader) else {
            throw .corrupt("tiles of the log tree are missing")
        }
        return tiles
    }

    /// A block of the log, decoded.
    static func block(
        at height: UInt64, _ log: any BlockLog
    ) throws(ChainStoreError) -> StoredBlock {
        let bytes: [UInt8]?
        do throws(StorageError) {
            bytes = try log.read(height - 1)
        } catch {
            if case .absent = error { throw .historyMissing(height: height) }
            throw .logCorrupt(height: height, reason: error.refusal.code)
        }
        guard let bytes, let block = try? StoredBlock(decoding: bytes) else {
            throw .logCorrupt(height: height, reason: "the block does not decode")
        }
        return block
    }
}
