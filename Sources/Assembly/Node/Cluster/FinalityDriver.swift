import Base
import Cryptography
import Encoding
import Finality
import Ledger
import Ordering
import Storage
import Synchronization
import System

/// Runs the participant of a node: one thread on which votes, execution and final blocks happen,
/// in the order in which the state machine wants them.
///
/// Whatever it says to others was made durable before: a record that cannot be written ends voting.
// @unchecked: what is not behind a lock belongs to the thread "finality".
final class FinalityDriver: @unchecked Sendable {
    /// Transactions given to the participant beyond which the rest waits in the bounded pool.
    private static let pendingLimit = 2 * LedgerLimits.blockTransactionCount
    /// Milliseconds that accepted transactions get to become final when the node stops.
    private static let drainTime: UInt64 = 3000
    /// Milliseconds between looks at what changes rarely: validators, certificates, wishes.
    private static let chorePause: UInt64 = 250

    let chain: ChainStore
    let pool: Pool
    let transport: any PeerTransport
    let alarms: AlarmBoard
    let blobs: BlobExchange
    let queue = DriverQueue()
    let helper: DriverHelper
    private let journal: VoteJournal
    private let configuration: ClusterConfiguration
    private let signer: ValidatorSigner
    private var key: SigningKey
    private let clock: @Sendable () -> Timestamp
    private let observersOfBlocks: [any BlockObserver]
    private let publish: (Head) -> Void
    private let status = Mutex<ParticipantStatus?>(nil)

    private var participant: Participant
    private var engine: (any OrderingEngine)?
    private var followUps: [ParticipantInput] = []
    private var waiting: [TransactionID: SubmissionObserver] = [:]
    private var executed: (proposal: Hash256, block: ExecutedBlock)?
    private var divergent: [[UInt8]]?
    private var isStopping = false
    /// The links are to be opened again, with another key.
    private var isUnlinked = false
    private var nextChores: UInt64 = 0

    init(
        chain: ChainStore, pool: Pool, signer: ValidatorSigner, key: SigningKey,
        configuration: ClusterConfiguration, helper: DriverHelper, blobs: BlobExchange,
        alarms: AlarmBoard,
        clock: @escaping @Sendable () -> Timestamp, observers: [any BlockObserver],
        publish: @escaping (Head) -> Void
    ) throws(StorageError) {
        (self.chain, self.pool, self.configuration) = (chain, pool, configuration)
        (self.helper, self.blobs, self.alarms, self.clock) = (helper, blobs, alarms, clock)
        (observersOfBlocks, self.publish) = (observers, publish)
        transport = configuration.transport
        journal = VoteJournal(journal: configuration.votes)
        let (memory, bodies) = try journal.load()
        (self.signer, self.key) = (signer, key)
        participant = Participant(
            chain: chain.genesis.id, own: key.publicKey,
            authenticator: KeyAuthenticator(key: key), timing: configuration.timing,
            tip: ChainTip(chain.head), memory: configuration.isRestored ? .lost : memory,
            bodies: bodies)
        let first = participant.status
        status.withLock { $0 = first }
    }

    // MARK: From other threads

    /// The pool has transactions.
    func wake() { queue.notePool() }

    func release(force: Bool) { queue.add(.release(force: force)) }

    func stop() { queue.addStop() }

    /// What the participant was up to a moment ago.
    var currentStatus: ParticipantStatus? { status.withLock { $0 } }

    /// How the engine is; nil without one, or before it is open.
    ///
    /// Counters are as of the last change of anything else, or of the last chores.
    var engineHealth: EngineHealth? { helper.engineHealth }

    // MARK: The thread

    /// Makes blocks with the others until ``stop()``.
    ///
    /// - Throws: when the disk fails: the node must stop and be opened anew.
    func run() throws(StorageError) {
        defer { end() }
        do {
            try helper.start(self)
            try transport.start(self, as: key, among: chain.head.validators)
            engine = try configuration.openEngine?(self)
        } catch {
            alarms.raise(.engine(String(describing: error)))
        }
        try handle(.start)
        if engine == nil { try handle(.engine(isUp: false)) }
        var deadline: UInt64 = 0
        while !isStopping || (!waiting.isEmpty && now.monotonic < deadline) {
            let next = participant.nextDeadline
            let pause = next > now.monotonic ? next - now.monotonic : 0
            let items = queue.take(within: min(pause, 100))
            if items.isEmpty { try handle(.tick) }
            for item in items {
                switch item {
                case .input(let input): try handle(input)
                case .message(let message, let peer, _):
                    try handle(.message(message, from: peer))
                case .pool: break
                case .stop:
                    isStopping = true
                    deadline = now.monotonic + Self.drainTime
                }
            }
            try drawFromPool()
            try doChores()
            status.withLock { $0 = participant.status }
        }
    }

    private func doChores() throws(StorageError) {
        guard now.monotonic >= nextChores else { return }
        nextChores = now.monotonic + Self.chorePause
        try followKey()
        transport.update(chain.head.validators)
        alarms.note(links: transport.alarms)
        if let engine { helper.engineHealth = engine.health }
        guard let desk = configuration.desk, let wish = desk.wish() else { return }
        try handle(.release(force: wish.force))
        try handle(.tick)
        desk.answer(wish, participant.standing)
    }

    /// Votes with this node's other key from the epoch on whose set names it.
    private func followKey() throws(StorageError) {
        if let member = signer.member(of: chain.head.validators),
            member.key.publicKey != key.publicKey
        {
            key = member.key
            transport.stop()
            let effects = participant.change(
                key: key.publicKey, authenticator: KeyAuthenticator(key: key), at: now)
            for effect in effects { try perform(effect) }
            isUnlinked = true
        }
        guard isUnlinked else { return }
        // What keeps links from opening is among the transport's alarms; the next chores try again.
        isUnlinked = (try? transport.start(self, as: key, among: chain.head.validators)) == nil
    }

    private var now: Moment {
        Moment(monotonic: SystemClock.monotonicNanoseconds / 1_000_000, wall: clock())
    }

    /// Nobody waits for an answer that will not come.
    private func end() {
        transport.stop()
        engine?.close()
        helper.stop()
        configuration.votes.close()
        for (id, observer) in waiting.sorted(by: { $0.key < $1.key }) {
            pool.forget([id])
            observer(.refused(.unavailable("node.stopping")))
        }
        waiting = [:]
    }

    /// Moves clients' transactions on, as far as the participant has room.
    private func drawFromPool() throws(StorageError) {
        while participant.pendingCount < Self.pendingLimit {
            let taken = pool.take()
            guard !taken.isEmpty else { return }
            for item in taken {
                if let observer = item.observer { waiting[item.transaction.id] = observer }
            }
            helper.remember(taken.map(\.transaction))
            try handle(.submitted(taken.map { PendingTransaction($0.transaction) }, isOwn: true))
        }
    }

    private func handle(_ input: ParticipantInput) throws(StorageError) {
        for effect in participant.receive(input, at: now) { try perform(effect) }
        while !followUps.isEmpty {
            let next = followUps.removeFirst()
            for effect in participant.receive(next, at: now) { try perform(effect) }
        }
    }

    // MARK: Effects

    private func perform(_ effect: ParticipantEffect) throws(StorageError) {
        switch effect {
        case .send(let message, let peer):
            transport.send(message.encoded, to: peer, urgency: message.urgency)
        case .broadcast(let message):
            transport.broadcast(message.encoded, urgency: message.urgency)
        case .record(let record, let body): try journal.append(record, body: body)
        case .append(let batch): append(batch)
        case .follow(let stream, let sequence): engine?.follow(stream: stream, from: sequence)
        case .release(let stream, let sequence):
            engine?.release(through: EnginePosition(stream: stream, sequence: sequence))
        case .check(let body): helper.check(body)
        case .admit(let transactions): helper.admit(transactions)
        case .execute(let proposal, let body): try execute(proposal, body)
        case .commit(let proposal, let body, let header, let certificate):
            try commit(proposal, body, header, certificate)
        case .replay(let blocks, let peer): try replay(blocks, from: peer)
        case .serve(let first, let count, let peer): helper.serve(first, count, to: peer)
        case .expired(let ids):
            for id in ids { answer(id, .refused(.expired(validUntil: 0, head: chain.head.height))) }
            pool.forget(ids)
        case .alarm(let alarm): note(alarm)
        case .offence(let peer, let offence):
            transport.disconnect(peer, because: offence.rawValue)
        }
    }

    private func append(_ batch: SignedBatch) {
        let position = EnginePosition(stream: batch.stream, sequence: batch.sequence)
        guard let engine else {
            return followUps.append(
                .appended(.failed, stream: batch.stream, sequence: batch.sequence))
        }
        engine.append(batch.encoded, at: position) { [queue] result in
            let answer: AppendResult =
                switch result {
                case .success(.created): .created
                case .success(.taken): .taken
                case .failure: .failed
                }
            queue.add(.appended(answer, stream: batch.stream, sequence: batch.sequence))
        }
    }

    private func note(_ alarm: FinalityAlarm) {
        alarms.raise(.finality(alarm))
        if case .diverged = alarm { divergent = executed?.block.entries }
        if alarm == .released { configuration.released() }
    }

    // MARK: Blocks

    private func execute(_ proposal: Proposal, _ body: BatchBody) throws(StorageError) {
        guard isNext(proposal) else { return }
        if executed != nil {
            chain.abandon()
            executed = nil
        }
        // A block that cannot be read was not checked here: the certified one comes from a peer.
        guard let batch = helper.transactions(of: body) else { return }
        let block = try chain.executeOrdered(
            batch, position: proposal.position, time: proposal.time)
        executed = (proposal.digest, block)
        followUps.append(.executed(proposal.digest, header: block.digest))
    }

    private func commit(
        _ proposal: Proposal, _ body: BatchBody, _ header: Hash256, _ certificate: Certificate
    ) throws(StorageError) {
        guard isNext(proposal) else { return }
        if executed?.proposal != proposal.digest { try execute(proposal, body) }
        followUps.removeAll {
            if case .executed(proposal.digest, _) = $0 { true } else { false }
        }
        guard let block = executed?.block, block.digest == header else {
            throw .corrupt("block \(proposal.height) came out differently the second time")
        }
        executed = nil
        do throws(StorageError) {
            try chain.append(block, certificate)
        } catch {
            chain.abandon()
            throw error
        }
        try chain.writeState(block) { $0 }
        adopted(block)
        helper.forget(body)
        try journal.forget(below: block.header.height)
    }

    /// False when blocks of a peer, taken over a moment ago, have passed the proposal's height.
    private func isNext(_ proposal: Proposal) -> Bool {
        proposal.height == chain.head.height + 1
    }

    private func replay(_ blocks: [[UInt8]], from peer: PublicKey) throws(StorageError) {
        if executed != nil {
            chain.abandon()
            executed = nil
        }
        for bytes in blocks {
            guard let block = try? Block(decoding: bytes) else {
                return followUps.append(.blocksRefused(from: peer))
            }
            guard block.header.height > chain.head.height else { continue }
            do throws(ReplayError) {
                adopted(try chain.adopt(block))
            } catch {
                if case .storage(let failure) = error { throw failure }
                if case .divergence(let height, _) = error, let own = divergent {
                    report(Divergence(height: height, own: own, certified: block.entries))
                    return
                }
                return followUps.append(.blocksRefused(from: peer))
            }
        }
        followUps.append(.replayed(from: peer))
    }

    /// Tells everybody of a final block, then the participant.
    private func adopted(_ block: ExecutedBlock) {
        publish(chain.head)
        for observer in observersOfBlocks { observer.committed(block) }
        pool.forget(block.included + block.refused.map(\.id))
        for (index, id) in block.included.enumerated() {
            let place = TransactionPlace(height: block.header.height, index: UInt32(index))
            answer(id, .final(place, failure: block.outcomes[index].failure))
        }
        for (id, error) in block.refused { answer(id, .refused(error)) }
        followUps.append(
            .adopted(
                ChainTip(chain.head), settled: block.included + block.refused.map(\.id)))
    }

    private func answer(_ id: TransactionID, _ result: SubmissionResult) {
        waiting.removeValue(forKey: id)?(result)
    }

    private func report(_ divergence: Divergence?) {
        alarms.raise(.divergence(divergence))
        divergent = nil
    }
}
