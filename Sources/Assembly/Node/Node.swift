import Encoding
import Audit
package import Base
import Consent
package import ContractKit
import Cryptography
import Finality
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

    /// The contracts as the ledger runs them.
    package static var executor: any Executor { ContractRegistry(contracts) }

    /// Snapshots tried for one receipt with state proofs.
    private static let proofAttempts = 20
    /// Milliseconds that the list of an owner's reads waits for the newest of them.
    private static let auditPatience: UInt64 = 2000

    package let configuration: NodeConfiguration
    package let vault: any BlobStore
    package let desk: ReadDesk
    package let metrics: NodeMetrics
    /// What the operator must know of now.
    package let alarms: AlarmBoard

    let storage: NodeStorage
    let chain: ChainStore
    private let pool = Pool()
    private let admission: Admission
    private let hub: EventHub
    private let outbox: AuditOutbox
    let rights: ConsentWatch
    let upkeep: Upkeep?
    private let trust: TrustKeeper
    private let workers: WorkerPool
    private let shared: SharedReplica
    private let wakeup = Wakeup()
    private let driver: FinalityDriver?
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
                genesis: genesis, executor: executor ?? Self.executor,
                store: storage.store, log: storage.log)
        } catch {
            throw .chain(error)
        }
        if configuration.cluster == nil {
            guard signer.member(of: chain.head.validators) != nil else { throw .notValidator }
            guard signer.isQuorum(of: chain.head.validators) else {
                throw .needsOtherValidators
            }
        }
        self.configuration = configuration
        (self.storage, self.clock, vault) = (storage, clock, storage.vault)
        workers = WorkerPool(threads: configuration.workerThreads)
        admission = Admission(genesis: genesis, store: storage.store, workers: workers)
        hub = EventHub(log: storage.log, height: chain.head.height)
        shared = SharedReplica(chain.replica)
        metrics = NodeMetrics()
        trust = TrustKeeper(
            trust: configuration.trust ?? TrustFile(genesis: genesis), store: storage.store,
            log: storage.log)
        let signing = OperatorSigner(configuration: configuration, random: random)
        let heights = HeightSource()
        heights.set(chain.head.height)
        outbox = AuditOutbox(journal: storage.journal) { bytes in
            signing.renew(bytes, height: heights.value)
        }
        alarms = AlarmBoard(clock: clock, logger: configuration.logger)
        let blobs = configuration.cluster.map {
            BlobExchange(
                vault: storage.vault, hash: { HashSuite.sha256.hash($0) },
                transport: $0.transport)
        }
        desk = ReadDesk(
            storage: storage, blobs: blobs, alarms: alarms, outbox: outbox, signer: signing,
            heights: heights, metrics: metrics,
            clock: clock, random: random)
        rights = ConsentWatch(startedAt: clock())
        let eraser = VaultEraser(store: storage.store, vault: storage.vault)
        let (chain, shared) = (chain, shared)
        let upkeep = configuration.upkeep.map {
            Upkeep(settings: $0, genesis: genesis, storage: storage) { shared.replica.head }
        }
        self.upkeep = upkeep
        var observers: [any BlockObserver] = [admission, hub, eraser, metrics, outbox, rights]
        if let upkeep { observers.append(upkeep) }
        let publish: @Sendable (Head) -> Void = { head in
            heights.set(head.height)
            shared.publish(chain.replica)
        }
        if let cluster = configuration.cluster, let blobs {
            let key = signer.member(of: chain.head.validators)?.key ?? configuration.validator
            let helper = DriverHelper(
                workers: workers, admission: admission, pool: pool, storage: storage
            ) { shared.replica }
            do throws(StorageError) {
                driver = try FinalityDriver(
                    chain: chain, pool: pool, signer: signer, key: key, configuration: cluster,
                    helper: helper, blobs: blobs, alarms: alarms, clock: clock,
                    observers: observers,
                    publish: publish)
            } catch {
                throw .storage(error)
            }
        } else {
            driver = nil
        }
        if let driver {
            ClusterMetrics.register(driver, alarms: alarms, in: metrics.registry)
        }
        do throws(NodeError) {
            do throws(StorageError) {
                try eraser.catchUp(log: storage.log, height: chain.head.height)
            } catch {
                throw .storage(error)
            }
            try start(
                BlockProducer(
                    chain: chain, pool: pool, signer: signer, clock: clock, observers: observers,
                    publish: publish))
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
            try upkeep?.start()
            let thread = try System.Thread("blocks") { [self] in
                if let driver { follow(driver) } else { produce(producer) }
            }
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

    /// Makes blocks with the other validators until the node stops or its disk fails.
    private func follow(_ driver: FinalityDriver) {
        do throws(StorageError) {
            try driver.run()
        } catch {
            shared.halt(because: error)
            pool.close()
        }
        while case let rest = pool.take(), !rest.isEmpty {
            pool.forget(rest.map(\.transaction.id))
            for item in rest { item.observer?(.refused(.unavailable("node.stopping"))) }
        }
    }

    /// Nothing is accepted any more, and everybody who waits is told.
    private func halt(_ producer: BlockProducer, because halt: BlockProducer.Halt) {
        guard case .storage(let reason) = halt else { return pool.close() }
        shared.halt(because: reason)
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
        let replica = shared.replica
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
        if let driver { driver.wake() } else { wakeup.raise() }
    }

    /// Why nothing can be accepted now; nil when the node is ready.
    ///
    /// - Parameters:
    ///   - count: transactions that somebody wants to submit.
    ///   - bytes: of all of them.
    package func unavailability(for count: Int = 1, bytes: Int = 0) -> TransactionError? {
        if stopping.load(ordering: .relaxed) { return .unavailable("the node is stopping") }
        if let reason = shared.halted {
            return .unavailable(reason.refusal.code)
        }
        if alarms.isDiverged { return .unavailable("finality.diverged") }
        return pool.isFull(for: count, bytes: bytes) ? .busy(retryAfterSeconds: 1) : nil
    }

    /// Why clients should go elsewhere now; nil when the node accepts transactions and knows, as
    /// far as can be known, the end of the chain.
    package var unreadiness: Refusal? {
        if let error = unavailability() { return error.refusal }
        guard let driver, !(driver.currentStatus?.isFresh ?? false) else { return nil }
        return Refusal(
            "node.not-fresh",
            "This node has not heard from enough other validators lately, so the chain may be "
                + "further than it knows. See kanglian status; use another node meanwhile.",
            "本节点近期未收到足够验证者的消息，链可能已更新。请查看 kanglian status，期间请使用其他节点。")
    }

    /// How this node makes blocks with the others; nil for one that is a quorum by itself.
    package var clusterStatus: ClusterStatus? {
        guard let driver, let participant = driver.currentStatus else { return nil }
        return ClusterStatus(
            participant: participant, engine: driver.engineHealth, links: driver.transport.links)
    }

    /// Lets a validator in quarantine vote again, once that is harmless; `force` at once.
    package func releaseQuarantine(force: Bool) { driver?.release(force: force) }

    // MARK: Reading

    /// The end of the chain, as readers see it.
    package var head: Head { shared.replica.head }

    /// Transactions waiting for a block.
    package var poolCount: Int { pool.count }

    /// Reads that are answered and not on the chain yet.
    package var openAudits: Int { outbox.count }

    /// Waits until the reads that were answered before are on the chain, as far as it takes no
    /// longer than a person would wait.
    package func settleAudits() { outbox.settle(milliseconds: Self.auditPatience) }

    package var now: Timestamp { clock() }

    /// A consistent view of the contract state.
    package func state() throws(StorageError) -> any StateReader {
        StateSpace(try storage.store.snapshot())
    }

    /// The chain's trust file, with the ends of all epochs so far.
    package func trustFile() throws(StorageError) -> TrustFile {
        try trust.file(through: head.epoch)
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
    /// - Throws: `absent` when its entry is not kept here.
    package func receipt(
        for id: TransactionID, stateKeys: [[UInt8]] = []
    ) throws(StorageError) -> Receipt? {
        guard let place = try place(of: id), let block = try storedBlock(at: place.height),
            let entry = try entry(Int(place.index), of: block)
        else { return nil }
        let index = block.firstIndex + UInt64(place.index)
        if stateKeys.isEmpty {
            return try receipt(entry: entry, index: index, at: block, rows: [])
        }
        // The chain may move on between the snapshot and the proofs; then the newer state serves.
        for _ in 0..<Self.proofAttempts {
            let snapshot = try storage.store.snapshot()
            if let (height, rows) = try chain.proofs(of: stateKeys, in: snapshot),
                let newest = try storedBlock(at: height)
            {
                return try receipt(entry: entry, index: index, at: newest, rows: rows)
            }
        }
        throw .inputOutput("the chain grows faster than a proof can be made")
    }

    private func receipt(
        entry: [UInt8], index: UInt64, at block: StoredBlock, rows: [ReceiptState]
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
        driver?.stop()
        let ending = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in ending { thread.join() }
        outbox.finish()
        hub.stop()
        upkeep?.stop()
        workers.close()
        try? storage.store.flush()
        storage.close()
        configuration.cluster?.votes.close()
    }
}
