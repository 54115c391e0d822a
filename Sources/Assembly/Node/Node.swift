import Encoding
import Audit
package import Base
import Consent
package import ContractKit
import Cryptography
import Governance
import Keys
package import Ledger
import Membership
import Merkle
import Records
package import Storage
import Synchronization
import System

/// One running node: the only place where the ledger, the disks, the threads and the clock meet.
///
/// All methods may be called from any thread.
package final class Node: Sendable {
    /// The health modules of this version: a new business is a new folder and a name here.
    package static let contracts: [any Contract.Type] = [
        MembershipContract.self, KeysContract.self, RecordsContract.self, ConsentContract.self,
        AuditContract.self, GovernanceContract.self,
    ]

    /// Snapshots tried for one receipt with state proofs.
    private static let proofAttempts = 20

    private struct Shared {
        /// The replica of the last published block: admission reads it.
        var replica: Replica
        var halted: StorageError?
    }

    package let configuration: NodeConfiguration
    package let vault: any BlobStore
    package let desk: ReadDesk
    package let metrics: NodeMetrics

    private let storage: NodeStorage
    private let chain: ChainStore
    private let pool = Pool()
    private let admission: Admission
    private let hub: EventHub
    private let outbox: AuditOutbox
    private let trust: TrustKeeper
    private let workers: WorkerPool
    private let shared: Mutex<Shared>
    private let wakeup = Wakeup()
    private let clock: @Sendable () -> Timestamp
    private let stopping = Atomic(false)
    private let threads = Mutex<[System.Thread]>([])

    /// Opens the disks, checks the chain, replays what is missing and begins to make blocks.
    package init(
        configuration: NodeConfiguration, storage: NodeStorage,
        executor: (any Executor)? = nil,
        clock: @escaping @Sendable () -> Timestamp = { SystemClock.now },
        random: any RandomSource = SystemRandom()
    ) throws(NodeError) {
        let genesis = configuration.genesis
        let signer = ValidatorSigner(keys: configuration.validatorKeys)
        do throws(ChainStoreError) {
            chain = try ChainStore(
                genesis: genesis, executor: executor ?? ContractRegistry(Self.contracts),
                store: storage.store, log: storage.log)
        } catch {
            throw .chain(error)
        }
        guard signer.member(of: chain.head.validators) != nil else { throw .notValidator }
        guard signer.isQuorum(of: chain.head.validators) else { throw .needsOtherValidators }
        self.configuration = configuration
        (self.storage, self.clock, vault) = (storage, clock, storage.vault)
        workers = WorkerPool(threads: configuration.workerThreads)
        admission = Admission(genesis: genesis, store: storage.store, workers: workers)
        hub = EventHub(log: storage.log, height: chain.head.height)
        shared = Mutex(Shared(replica: chain.replica, halted: nil))
        metrics = NodeMetrics()
        trust = TrustKeeper(genesis: genesis, store: storage.store, log: storage.log)
        let signing = OperatorSigner(configuration: configuration, random: random)
        let heights = HeightSource()
        heights.set(chain.head.height)
        outbox = AuditOutbox(journal: storage.journal) { bytes in
            signing.renew(bytes, height: heights.value)
        }
        desk = ReadDesk(
            storage: storage, outbox: outbox, signer: signing, heights: heights, metrics: metrics,
            clock: clock, random: random)
        let eraser = VaultEraser(store: storage.store, vault: storage.vault)
        let producer = BlockProducer(
            chain: chain, pool: pool, signer: signer, clock: clock,
            observers: [admission, hub, eraser, metrics, outbox]
        ) { [unowned self] head in
            heights.set(head.height)
            shared.withLock { $0.replica = self.chain.replica }
        }
        do throws(NodeError) {
            do throws(StorageError) {
                try eraser.catchUp(log: storage.log, height: chain.head.height)
            } catch {
                throw .storage(error)
            }
            try start(producer)
        } catch {
            // Threads hold the node: without this they would stay, and with them the locks.
            shutdown()
            throw error
        }
    }

    /// Starts the threads, then sends the audit of reads that a crash kept from the chain.
    private func start(_ producer: BlockProducer) throws(NodeError) {
        do throws(SystemError) {
            try hub.start()
            let thread = try System.Thread("blocks") { [self] in produce(producer) }
            threads.withLock { $0.append(thread) }
        } catch {
            throw .threads(error)
        }
        do throws(StorageError) {
            try outbox.start { [unowned self] bytes, observer in
                submit([bytes]) { observer($1) }
            }
        } catch {
            throw .storage(error)
        }
    }

    private func produce(_ producer: BlockProducer) {
        while !stopping.load(ordering: .acquiring) {
            wakeup.sleep()
            do {
                try producer.drain()
            } catch {
                halt(producer, because: error)
                return
            }
        }
        do {
            try producer.drain()
        } catch {
            halt(producer, because: error)
        }
    }

    /// Nothing is accepted any more, and everybody who waits is told.
    private func halt(_ producer: BlockProducer, because halt: BlockProducer.Halt) {
        guard case .storage(let reason) = halt else { return pool.close() }
        shared.withLock { $0.halted = reason }
        pool.close()
        producer.refuseRest(because: reason)
    }

    // MARK: Submitting

    /// Checks encoded transactions and puts the good ones in the pool.
    ///
    /// - Parameter observer: called once for each, with its place in `encoded`; refusals at once,
    ///   the others when they are final.
    package func submit(
        _ encoded: [[UInt8]], observer: @escaping @Sendable (Int, SubmissionResult) -> Void
    ) {
        let bytes = encoded.reduce(0) { $0 + $1.count }
        if let error = unavailability(for: encoded.count, bytes: bytes) {
            for index in encoded.indices { observer(index, .refused(error)) }
            return
        }
        let replica = shared.withLock { $0.replica }
        var waiting: [Pool.Waiting] = []
        var places: [Int] = []
        let verdicts = admission.check(encoded, head: replica, pool: pool)
        for (index, verdict) in verdicts.enumerated() {
            switch verdict {
            case .success(let transaction):
                places.append(index)
                waiting.append(Pool.Waiting(transaction: transaction) { observer(index, $0) })
            case .failure(let error):
                metrics.refused(error)
                observer(index, .refused(error))
            }
        }
        for (index, error) in pool.add(waiting) {
            metrics.refused(error)
            observer(places[index], .refused(error))
        }
        wakeup.raise()
    }

    /// Why nothing can be accepted now; nil when the node is ready.
    ///
    /// - Parameters:
    ///   - count: transactions that somebody wants to submit.
    ///   - bytes: of all of them.
    package func unavailability(for count: Int = 1, bytes: Int = 0) -> TransactionError? {
        if stopping.load(ordering: .relaxed) { return .unavailable("the node is stopping") }
        if let reason = shared.withLock({ $0.halted }) {
            return .unavailable(reason.refusal.code)
        }
        return pool.isFull(for: count, bytes: bytes) ? .busy(retryAfterSeconds: 1) : nil
    }

    // MARK: Reading

    /// The end of the chain, as readers see it.
    package var head: Head { shared.withLock { $0.replica.head } }

    /// Transactions waiting for a block.
    package var poolCount: Int { pool.count }

    /// Reads that are answered and not on the chain yet.
    package var openAudits: Int { outbox.count }

    package var now: Timestamp { clock() }

    /// A consistent view of the contract state.
    package func state() throws(StorageError) -> any StateReader {
        StateSpace(try storage.store.snapshot())
    }

    /// The chain's trust file, with the ends of all epochs so far.
    package func trustFile() throws(StorageError) -> TrustFile {
        try trust.file(through: head.epoch)
    }

    /// The block at a height, or nil above the head.
    package func block(at height: UInt64) throws(StorageError) -> Block? {
        guard height > 0, let bytes = try storage.log.read(height - 1) else { return nil }
        guard let block = try? Block(decoding: bytes) else {
            throw .corrupt("block \(height) does not decode")
        }
        return block
    }

    /// Where a transaction stands on the chain; nil when it is not final.
    package func place(of id: TransactionID) throws(StorageError) -> TransactionPlace? {
        guard let bytes = try storage.store.value(for: KeySpaces.transaction(id)) else {
            return nil
        }
        guard let place = TransactionPlace(bytes) else {
            throw .corrupt("the index of transactions")
        }
        return place
    }

    /// True when the transaction waits for its block.
    package func isPending(_ id: TransactionID) -> Bool { pool.contains(id) }

    /// The receipt of a final transaction, with proofs of state rows at the newest block.
    ///
    /// - Returns: nil when the transaction is not on the chain.
    package func receipt(
        for id: TransactionID, stateKeys: [[UInt8]] = []
    ) throws(StorageError) -> Receipt? {
        guard let place = try place(of: id), let block = try block(at: place.height),
            Int(place.index) < block.entries.count
        else { return nil }
        let entry = block.entries[Int(place.index)]
        let index = block.firstIndex + UInt64(place.index)
        if stateKeys.isEmpty {
            return try receipt(entry: entry, index: index, at: block, rows: [])
        }
        // The chain may move on between the snapshot and the proofs; then the newer state serves.
        for _ in 0..<Self.proofAttempts {
            let snapshot = try storage.store.snapshot()
            if let (height, rows) = try chain.proofs(of: stateKeys, in: snapshot),
                let newest = try self.block(at: height)
            {
                return try receipt(entry: entry, index: index, at: newest, rows: rows)
            }
        }
        throw .inputOutput("the chain grows faster than a proof can be made")
    }

    private func receipt(
        entry: [UInt8], index: UInt64, at block: Block, rows: [ReceiptState]
    ) throws(StorageError) -> Receipt {
        let suite = chain.genesis.hashSuite
        let nodes = LogTileNodes(TileReader(store: storage.store), suite)
        let path = try LogProver.inclusion(
            index: index, size: block.header.logSize, from: nodes, suite)
        guard let path else { throw .corrupt("tiles of the log tree are missing") }
        return Receipt(
            entry: entry, index: index, path: path, header: block.header,
            certificate: block.certificate, state: rows)
    }

    /// Feeds a subscriber from behind `after`, or from the next block on.
    package func subscribe(
        _ sink: any EventSink, filter: EventFilter, after: EventPosition? = nil
    ) {
        hub.subscribe(sink, filter: filter, after: after)
    }

    /// Writes the state's memory to disk, so that a restart replays nothing.
    package func flush() throws(StorageError) { try storage.store.flush() }

    // MARK: Ending

    /// Refuses new work, finishes what was accepted, and makes the state durable.
    package func shutdown() {
        guard !stopping.exchange(true, ordering: .acquiringAndReleasing) else { return }
        pool.close()
        wakeup.raise()
        let ending = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in ending { thread.join() }
        outbox.finish()
        hub.stop()
        workers.close()
        try? storage.store.flush()
        storage.store.close()
        storage.log.close()
        storage.journal.close()
        storage.vault.close()
    }
}
