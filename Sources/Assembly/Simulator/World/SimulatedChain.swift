import Base
import Cryptography
import Encoding
import Finality
import Ledger
import Merkle
import Storage

/// One machine's executed chain: the production replica, its state tree and its rows.
///
/// It is derived from the block log and rebuilt from it when a crash may have spoiled it.
final class SimulatedChain {
    private(set) var replica: Replica
    private let tree: StateTree
    private let transactions: SimulatedTransactions
    private var rows = SortedByteMap()
    private var known: Set<TransactionID> = []
    private var base: UInt64 = 0
    private var running: (proposal: Hash256, block: ExecutedBlock)?

    init(genesis: Genesis, contracts: SimulatedContracts, transactions: SimulatedTransactions) {
        replica = Replica(genesis: genesis, executor: contracts)
        tree = StateTree(suite: genesis.hashSuite)
        self.transactions = transactions
    }

    var head: Head { replica.head }

    /// From a height on, the program of this machine comes to other rows than it should.
    func breakProgram(from height: UInt64) {
        replica = Replica(
            genesis: replica.genesis, executor: SimulatedContracts(brokenFrom: height),
            head: replica.head)
        running = nil
    }

    var tip: ChainTip {
        let head = replica.head
        return ChainTip(
            height: head.height, digest: head.digest, time: head.time, position: head.position,
            epoch: head.epoch, set: head.validators)
    }

    func isKnown(_ id: TransactionID) -> Bool { known.contains(id) }

    func admits(_ transaction: SignedTransaction) -> Bool {
        replica.admissionError(transaction) == nil && !known.contains(transaction.id)
    }

    /// Runs a proposal on top of the head; nil when it does not belong there.
    func execute(_ proposal: Proposal, _ body: BatchBody) -> ExecutedBlock? {
        guard proposal.parent == head.digest, proposal.height == head.height + 1 else { return nil }
        if let running, running.proposal == proposal.digest { return running.block }
        let block = run(
            body.transactions.compactMap { transactions.read($0)?.transaction },
            proposal.position, proposal.time)
        running = block.map { (proposal.digest, $0) }
        return block
    }

    /// Runs a final block of a peer or of the log again; nil when it comes to another header.
    func follow(_ block: Block) -> ExecutedBlock? {
        guard block.header.parent == head.digest, block.header.height == head.height + 1 else {
            return nil
        }
        var batch: [SignedTransaction] = []
        for bytes in block.entries {
            guard let entry = try? Entry(decoding: bytes),
                let transaction = transactions.read(entry.transaction)?.transaction
            else { return nil }
            batch.append(transaction)
        }
        running = nil
        guard let executed = run(batch, block.header.position, block.header.time),
            executed.header == block.header, executed.entries == block.entries
        else { return nil }
        return executed
    }

    private func run(
        _ batch: [SignedTransaction], _ position: OrderingPosition, _ time: Timestamp
    ) -> ExecutedBlock? {
        tree.rollback(to: base)
        return try? replica.execute(
            batch, position: position, time: time, base: Rows(map: rows), tree: tree,
            allowsEmpty: true
        ) { [known] (id) throws(StorageError) in known.contains(id) }
    }

    /// Moves the head to the block that ran last.
    func adopt(_ block: ExecutedBlock) {
        for change in block.changes { rows[change.key] = change.value }
        known.formUnion(block.included)
        replica.adopt(block)
        running = nil
        base = tree.latestVersion
        tree.prune(below: base)
    }
}

/// The rows of a chain as contracts read them.
private struct Rows: StateReader {
    let map: SortedByteMap

    func value(for key: [UInt8]) throws(StorageError) -> [UInt8]? { map[key] }

    func scan(prefix: [UInt8], after: [UInt8]?, limit: Int) throws(StorageError) -> [KeyValue] {
        map.scan(prefix: prefix, after: after, limit: limit)
    }
}
