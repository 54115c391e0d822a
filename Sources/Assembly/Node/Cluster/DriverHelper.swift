import Base
import Cryptography
import Finality
import Ledger
import Ordering
import Storage
import Synchronization
import System

/// What a driver learns from its helper, on the helper's thread.
protocol DriverHelperOwner: AnyObject, Sendable {
    func checked(_ body: Hash256, isValid: Bool)
    func admitted(_ transactions: [PendingTransaction])
    func send(_ message: FinalityMessage, to peer: PublicKey)
}

/// Does beside the driver's thread what takes long and decides nothing: checks signatures of
/// bodies, reads blocks and blobs for peers.
final class DriverHelper: Sendable {
    /// Requests of peers that may wait; more are dropped, and asked again.
    private static let requestLimit = 256
    /// Decoded bodies that are kept for execution.
    private static let bodyLimit = 64

    private enum Job: Sendable {
        case check(BatchBody)
        case admit([[UInt8]])
        case serve(from: UInt64, count: UInt64, to: PublicKey)
        case blob(Hash256, to: PublicKey)
        case stop

        var isFromPeer: Bool {
            switch self {
            case .check, .stop: false
            case .admit, .serve, .blob: true
            }
        }
    }

    private struct State {
        var jobs: [Job] = []
        var requests = 0
    }

    private struct Decoded {
        var bodies: [Hash256: [SignedTransaction]] = [:]
        var order: [Hash256] = []
        var own: [TransactionID: SignedTransaction] = [:]
    }

    private let workers: WorkerPool
    private let admission: Admission
    private let pool: Pool
    private let log: any BlockLog
    private let vault: any BlobStore
    private let head: @Sendable () -> Replica
    private let jobs = ConditionMutex(State())
    private let decoded = Mutex(Decoded())
    private let health = Mutex<EngineHealth?>(nil)
    private let thread = Mutex<System.Thread?>(nil)

    init(
        workers: WorkerPool, admission: Admission, pool: Pool, storage: NodeStorage,
        head: @escaping @Sendable () -> Replica
    ) {
        (self.workers, self.admission, self.pool) = (workers, admission, pool)
        (log, vault, self.head) = (storage.log, storage.vault, head)
    }

    var engineHealth: EngineHealth? {
        get { health.withLock { $0 } }
        set { health.withLock { $0 = newValue } }
    }

    func start(_ owner: any DriverHelperOwner) throws(SystemError) {
        let started = try System.Thread("helper") { [self, unowned owner] in run(owner) }
        thread.withLock { $0 = started }
    }

    func stop() {
        add(.stop)
        thread.withLock { thread in
            thread?.join()
            thread = nil
        }
    }

    func check(_ body: BatchBody) { add(.check(body)) }
    func admit(_ transactions: [[UInt8]]) { add(.admit(transactions)) }
    func serveBlob(_ digest: Hash256, to peer: PublicKey) { add(.blob(digest, to: peer)) }

    func serve(_ first: UInt64, _ count: UInt64, to peer: PublicKey) {
        add(.serve(from: first, count: count, to: peer))
    }

    private func add(_ job: Job) {
        jobs.withLock { state in
            if job.isFromPeer {
                guard state.requests < Self.requestLimit else { return }
                state.requests += 1
            }
            state.jobs.append(job)
        }
    }

    // MARK: Decoded bodies

    /// Transactions of this node's clients: they need not be decoded again.
    func remember(_ transactions: [SignedTransaction]) {
        decoded.withLock { decoded in
            if decoded.own.count > LedgerLimits.poolTransactionCount { decoded.own = [:] }
            for transaction in transactions { decoded.own[transaction.id] = transaction }
        }
    }

    /// The transactions of a body; nil when one does not decode.
    func transactions(of body: BatchBody) -> [SignedTransaction]? {
        if let known = decoded.withLock({ $0.bodies[body.digest] }) { return known }
        let results = workers.map(body.transactions, chunk: 64) {
            try? SignedTransaction(decoding: $0)
        }
        let transactions = results.compactMap { $0 }
        return transactions.count == results.count ? transactions : nil
    }

    /// The body's block is final.
    func forget(_ body: BatchBody) {
        decoded.withLock { decoded in
            for transaction in decoded.bodies.removeValue(forKey: body.digest) ?? [] {
                decoded.own[transaction.id] = nil
            }
        }
    }

    private func keep(_ transactions: [SignedTransaction], of body: BatchBody) {
        decoded.withLock { decoded in
            decoded.bodies[body.digest] = transactions
            decoded.order.append(body.digest)
            if decoded.order.count > Self.bodyLimit {
                decoded.bodies[decoded.order.removeFirst()] = nil
            }
        }
    }

    // MARK: The thread

    private func run(_ owner: any DriverHelperOwner) {
        while true {
            let taken = jobs.wait { state -> [Job]? in
                guard !state.jobs.isEmpty else { return nil }
                defer { state = State() }
                return state.jobs
            }
            for job in taken {
                switch job {
                case .check(let body): check(body, owner)
                case .admit(let transactions): admit(transactions, owner)
                case .serve(let first, let count, let peer): serve(first, count, peer, owner)
                case .blob(let digest, let peer):
                    if let bytes = try? vault.get(BlobAddress(digest)) {
                        owner.send(.blob(bytes), to: peer)
                    }
                case .stop: return
                }
            }
        }
    }

    private func check(_ body: BatchBody, _ owner: any DriverHelperOwner) {
        let results = workers.map(body.transactions, chunk: 32) { bytes -> SignedTransaction? in
            guard let transaction = try? SignedTransaction(decoding: bytes),
                transaction.hasValidSignatures
            else { return nil }
            return transaction
        }
        let transactions = results.compactMap { $0 }
        let isValid = transactions.count == results.count
        if isValid { keep(transactions, of: body) }
        owner.checked(body.digest, isValid: isValid)
    }

    private func admit(_ transactions: [[UInt8]], _ owner: any DriverHelperOwner) {
        let verdicts = admission.check(transactions, head: head(), pool: pool)
        let good = verdicts.compactMap { verdict in
            if case .success(let transaction) = verdict { transaction } else { nil }
        }
        if !good.isEmpty { owner.admitted(good.map { PendingTransaction($0) }) }
    }

    private func serve(
        _ first: UInt64, _ count: UInt64, _ peer: PublicKey, _ owner: any DriverHelperOwner
    ) {
        var blocks: [[UInt8]] = []
        var byteCount = 0
        for index in (first - 1)..<(first - 1 + count) {
            // A block of which entries were dropped cannot be replayed.
            guard let block = try? log.read(index), StoredBlock.isWhole(block) else { break }
            byteCount += block.count
            if !blocks.isEmpty, byteCount > FinalityLimits.blockRangeByteCount { break }
            blocks.append(block)
        }
        owner.send(.blocks(blocks), to: peer)
    }
}
