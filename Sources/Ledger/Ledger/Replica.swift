import Encoding
package import Base
import Cryptography
package import Merkle
package import Storage

/// The end of the chain as one replica knows it.
package struct Head: Hashable, Sendable {
    /// 0 before the first block.
    package var height: UInt64
    /// Digest of the last header, zero before the first block.
    package var digest: Hash256
    package var time: Timestamp
    package var log: CompactRange
    package var stateRoot: Hash256
    /// The last position taken from the ordering engine.
    package var position: OrderingPosition
    /// The epoch of the next block.
    package var epoch: UInt64
    /// The set that certifies the next block.
    package var validators: ValidatorSet

    package init(
        height: UInt64, digest: Hash256, time: Timestamp, log: CompactRange, stateRoot: Hash256,
        position: OrderingPosition, epoch: UInt64, validators: ValidatorSet
    ) {
        (self.height, self.digest, self.time) = (height, digest, time)
        (self.log, self.stateRoot, self.position) = (log, stateRoot, position)
        (self.epoch, self.validators) = (epoch, validators)
    }

    /// The head of a chain without blocks.
    package init(genesis: Genesis) {
        self.init(
            height: 0, digest: .zero, time: genesis.time,
            log: CompactRange(suite: genesis.hashSuite), stateRoot: .zero,
            position: OrderingPosition(stream: 0, first: 0, last: 0), epoch: 0,
            validators: genesis.validators)
    }
}

/// A block that has run in an overlay and is not final yet.
package struct ExecutedBlock: Sendable {
    package let header: Header
    package let digest: Hash256
    package let entries: [[UInt8]]
    /// The transactions of the entries, in order.
    package let included: [TransactionID]
    /// What the transactions did, in order.
    package let outcomes: [Outcome]
    /// Leaf digests of the entries, in order.
    package let leaves: [Hash256]
    /// State changes in key order.
    package let changes: [StateOverlay.Change]
    /// Transactions that may not stand in this block, with the reason.
    package let refused: [(id: TransactionID, error: TransactionError)]
    /// The set that certifies the next block.
    package let nextValidators: ValidatorSet

    let log: CompactRange
}

/// Why a stored block does not follow from the state before it.
package enum ReplayError: Error, Hashable, Sendable {
    case storage(StorageError)
    case certificate(CertificateError)
    /// The block does not extend this head.
    case parent(height: UInt64)
    /// Running the block again gave another header: which field differs first.
    case divergence(height: UInt64, field: String)
    /// An entry's transaction does not decode.
    case entry(height: UInt64, index: Int)
}

/// The replica's state machine: pure, without clock, disk or threads.
///
/// The node feeds it ordered batches and the time, signs what it returns, makes the block durable,
/// and only then calls ``adopt(_:)``. The state tree is applied during execution and rolled back
/// when a block is abandoned.
package struct Replica {
    package let genesis: Genesis
    package let chain: Hash256
    package private(set) var head: Head
    private let executor: any Executor
    private let contracts: Hash256

    package init(genesis: Genesis, executor: any Executor) {
        self.init(genesis: genesis, executor: executor, head: Head(genesis: genesis))
    }

    /// Continues from a stored head.
    package init(genesis: Genesis, executor: any Executor, head: Head) {
        self.genesis = genesis
        self.executor = executor
        self.head = head
        chain = genesis.id
        contracts = executor.contractSetDigest
    }

    /// Checks that need only the head: chain, and the window of heights.
    package func admissionError(_ transaction: SignedTransaction) -> TransactionError? {
        let (validUntil, height) = (transaction.body.validUntil, head.height)
        if transaction.body.chain != chain { return .foreignChain }
        if validUntil <= height { return .expired(validUntil: validUntil, head: height) }
        if validUntil - height > LedgerLimits.validityHeights {
            return .validityTooLong(validUntil: validUntil, head: height)
        }
        return nil
    }

    /// Runs a batch in order and returns the block it makes, or nil when the batch is empty.
    ///
    /// A block without entries, when every transaction was refused, is to be abandoned as well,
    /// unless the caller asked for it: where several validators follow one engine, each ordered
    /// batch uses up a height, whatever it holds. The log of such a block is its parent's.
    ///
    /// - Parameters:
    ///   - allowsEmpty: makes a block of an empty batch too.
    ///   - isKnown: whether an earlier block holds the transaction.
    ///   - tree: brought to the new state; roll it back if the block is abandoned.
    package func execute(
        _ batch: [SignedTransaction], position: OrderingPosition, time: Timestamp,
        base: any StateReader, tree: StateTree, allowsEmpty: Bool = false,
        isKnown: (TransactionID) throws(StorageError) -> Bool
    ) throws(StorageError) -> ExecutedBlock? {
        let suite = genesis.hashSuite
        let overlay = StateOverlay(base: base)
        let time = max(time, head.time)
        let context = BlockContext(
            zone: genesis.zone, chain: chain, height: head.height + 1, time: time,
            authority: genesis.authority, epoch: head.epoch, validators: head.validators,
            parentState: head.stateRoot)
        var log = head.log
        var entries: [[UInt8]] = []
        var leaves: [Hash256] = []
        var included: [TransactionID] = []
        var outcomes: [Outcome] = []
        var refused: [(id: TransactionID, error: TransactionError)] = []
        var seen: Set<TransactionID> = []
        for transaction in batch {
            if let error = admissionError(transaction) {
                refused.append((transaction.id, error))
                continue
            }
            let isNew = seen.insert(transaction.id).inserted
            guard try isNew ? !isKnown(transaction.id) : false else {
                refused.append((transaction.id, .duplicate(transaction.id)))
                continue
            }
            let outcome = try run(transaction, context, overlay)
            let entry = Entry(transaction: transaction.bytes, outcome: outcome).encoded
            let leaf = LogHash.leaf(entry, suite)
            log.append(leaf)
            entries.append(entry)
            leaves.append(leaf)
            included.append(transaction.id)
            outcomes.append(outcome)
        }
        guard allowsEmpty || !entries.isEmpty || !refused.isEmpty else { return nil }
        let validators = head.validators.digest
        let nextValidators = try ValidatorSchedule.endBlock(
            at: context.height, epoch: head.epoch, current: head.validators, state: overlay)
        let changes = overlay.changes
        let root = tree.apply(
            changes.map { change in
                StateChange(
                    key: StateKeys.treeKey(change.key, suite),
                    valueHash: change.value.map { StateKeys.valueHash($0, suite) })
            }
        ).root
        let header = Header(
            zone: genesis.zone, chain: chain, epoch: head.epoch, height: context.height,
            parent: head.digest, logSize: log.size, logRoot: log.root, stateRoot: root, time: time,
            position: position, validators: validators,
            nextValidators: nextValidators == head.validators ? validators : nextValidators.digest,
            contracts: contracts)
        return ExecutedBlock(
            header: header, digest: header.digest(suite), entries: entries, included: included,
            outcomes: outcomes, leaves: leaves, changes: changes, refused: refused,
            nextValidators: nextValidators, log: log)
    }

    private func run(
        _ transaction: SignedTransaction, _ context: BlockContext, _ overlay: StateOverlay
    ) throws(StorageError) -> Outcome {
        let suite = genesis.hashSuite
        for signature in transaction.signatures {
            let authorised = try Accounts.authorises(signature.key, for: signature.account) {
                (key) throws(StorageError) in try overlay.value(for: key)
            }
            guard authorised else {
                return Outcome(
                    failure: "account.key-not-authorised", events: [],
                    writes: overlay.finish(suite))
            }
        }
        switch try executor.execute(transaction, block: context, state: overlay) {
        case .success(let events):
            return Outcome(failure: nil, events: events, writes: overlay.finish(suite))
        case .failure(let failure):
            overlay.rollback()
            return Outcome(failure: failure.code, events: [], writes: overlay.finish(suite))
        }
    }

    /// Moves the head to a block that is durable and certified.
    package mutating func adopt(_ block: ExecutedBlock) {
        precondition(block.header.parent == head.digest)
        let header = block.header
        head = Head(
            height: header.height, digest: block.digest, time: header.time, log: block.log,
            stateRoot: header.stateRoot, position: header.position, epoch: header.nextEpoch,
            validators: block.nextValidators)
    }

    /// Runs a stored block again and checks that nothing differs; adopts it.
    ///
    /// After an error the head and the tree are as they were.
    package mutating func replay(
        _ block: Block, base: any StateReader, tree: StateTree
    ) throws(ReplayError) -> ExecutedBlock {
        let height = block.header.height
        guard block.header.parent == head.digest, height == head.height + 1 else {
            throw .parent(height: height)
        }
        do throws(CertificateError) {
            try block.certificate.verify(
                block.header, set: head.validators, suite: genesis.hashSuite)
        } catch { throw .certificate(error) }
        var batch: [SignedTransaction] = []
        for (index, bytes) in block.entries.enumerated() {
            guard let entry = try? Entry(decoding: bytes),
                let transaction = try? SignedTransaction(decoding: entry.transaction)
            else { throw .entry(height: height, index: index) }
            batch.append(transaction)
        }
        let version = tree.latestVersion
        let executed: ExecutedBlock?
        do throws(StorageError) {
            executed = try execute(
                batch, position: block.header.position, time: block.header.time, base: base,
                tree: tree, allowsEmpty: true
            ) { (_) throws(StorageError) in false }
        } catch { throw .storage(error) }
        guard let executed else { throw .divergence(height: height, field: "entries") }
        if let field = Self.firstDifference(executed, block) {
            tree.rollback(to: version)
            throw .divergence(height: height, field: field)
        }
        adopt(executed)
        return executed
    }

    private static func firstDifference(_ executed: ExecutedBlock, _ block: Block) -> String? {
        if executed.entries != block.entries { return "entries" }
        if executed.header.stateRoot != block.header.stateRoot { return "state root" }
        if executed.header.logRoot != block.header.logRoot { return "log root" }
        if executed.header != block.header { return "header" }
        return nil
    }
}
