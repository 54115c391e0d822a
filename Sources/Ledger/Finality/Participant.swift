package import Base
package import Cryptography
import Ledger

/// One node's part in making blocks final with others, as a pure state machine.
///
/// It turns what clients, peers, the engine, the disk and the clock say into votes and final
/// blocks. It does no I/O: effects come back in the order in which they must happen, and an effect
/// that must be durable stands before the message that relies on it.
///
/// One height is decided at a time. The tip moves only by ``ParticipantInput/adopted(_:settled:)``,
/// when the block is durable here.
package struct Participant: Sendable {
    package let chain: Hash256
    package internal(set) var own: PublicKey
    var authenticator: any Authenticator
    let timing: FinalityTiming

    package internal(set) var tip: ChainTip
    package internal(set) var voting: HeightVoting
    package internal(set) var standing: VotingStanding
    var voteGuard: VoteGuard
    var pool = PendingPool()
    var bodies = BodyStore()
    var peers = PeerBook()
    var now = Moment(monotonic: 0, wall: Timestamp(milliseconds: 0))

    // The engine.
    var isEngineUp = false
    var records: [UInt64: SignedBatch] = [:]
    /// Positions whose record is no batch.
    var spoiled: Set<UInt64> = []
    /// Positions that the engine called taken and has not shown yet.
    var taken: Set<UInt64> = []
    var outgoing: [Outgoing] = []
    var hasCandidate = false

    // Voting.
    var viewDeadline: (view: UInt64, time: UInt64)?
    var said = OwnMessages()
    var awaited: [Awaited] = []
    /// Messages for the next height, and who sent them.
    var early: [(message: FinalityMessage, peer: PublicKey)] = []
    var replaying: (peer: PublicKey, until: UInt64)?
    var isCommitting = false

    // Keeping up.
    var blocksAsked: (peer: PublicKey, until: UInt64)?
    var behindSince: UInt64?
    var nextHeartbeat: UInt64 = 0
    /// When the tip last moved.
    var adoptedAt: UInt64 = 0
    var hasForgotten = false
    var isReleased = false
    var isReleasable = false
    var isForced = false

    /// A node at a tip.
    ///
    /// - Parameters:
    ///   - memory: what its disk remembers of its own votes.
    ///   - bodies: those that its disk kept for blocks that it voted for.
    package init(
        chain: Hash256, own: PublicKey, authenticator: any Authenticator, timing: FinalityTiming,
        tip: ChainTip, memory: VoteMemory, bodies kept: [BatchBody] = []
    ) {
        (self.chain, self.own, self.authenticator) = (chain, own, authenticator)
        (self.timing, self.tip) = (timing, tip)
        let record: VoteRecord
        switch memory {
        case .kept(let kept): record = kept
        case .lost:
            record = VoteRecord(height: 0)
            hasForgotten = true
        }
        voteGuard = VoteGuard(record: record)
        voting = Self.voting(chain, tip, own, record)
        standing = .follower
        standing = voting.rules.own == nil ? .follower : .observing
        if hasForgotten, voting.rules.own != nil { standing = .quarantined(watermark: nil) }
        for body in kept { _ = keep(body, from: nil, isWanted: true, verdict: .valid) }
    }

    /// Transactions that wait here for a block, whoever received them.
    package var pendingCount: Int { pool.count }

    static func voting(
        _ chain: Hash256, _ tip: ChainTip, _ own: PublicKey, _ record: VoteRecord?
    ) -> HeightVoting {
        let rules = HeightRules(
            chain: chain, height: tip.height + 1, epoch: tip.epoch, set: tip.set, own: own,
            firstView: tip.firstView)
        return HeightVoting(rules: rules, record: record)
    }

    var rules: HeightRules { voting.rules }

    /// Takes one input and returns what is to be done, in order.
    package mutating func receive(
        _ input: ParticipantInput, at now: Moment
    ) -> [ParticipantEffect] {
        self.now = now
        var effects: [ParticipantEffect] = []
        switch input {
        case .start: start(&effects)
        case .connected(let peer): connected(peer, &effects)
        case .disconnected(let peer): peers.change(peer) { $0.isConnected = false }
        case .message(let message, let peer): take(message, from: peer, &effects)
        case .record(let batch, let stream, let sequence):
            take(batch, stream: stream, sequence: sequence, &effects)
        case .appended(let result, let stream, let sequence):
            appended(result, stream: stream, sequence: sequence, &effects)
        case .engine(let isUp): engineChanged(isUp, &effects)
        case .submitted(let transactions, let isOwn):
            pool.add(transactions, isOwn: isOwn, at: now.monotonic)
        case .checked(let digest, let isValid): checked(digest, isValid, &effects)
        case .executed(let digest, let header):
            vote(.executed(digest, header: header), &effects)
        case .adopted(let tip, let settled): adopt(tip, settled, &effects)
        case .replayed:
            replaying = nil
            resumeVoting(&effects)
        case .blocksRefused(let peer):
            replaying = nil
            doubt(peer)
            effects.append(.offence(peer, .blocks))
            resumeVoting(&effects)
        case .release(let force): release(force: force, &effects)
        case .tick: break
        }
        tick(&effects)
        return effects
    }

    private mutating func start(_ effects: inout [ParticipantEffect]) {
        effects.append(.follow(stream: tip.position.stream, from: tip.position.last + 1))
        if case .quarantined = standing { effects.append(.alarm(.quarantined)) }
        settleStanding(&effects)
    }

    /// Whatever time makes due.
    private mutating func tick(_ effects: inout [ParticipantEffect]) {
        offerCandidate(&effects)
        pump(&effects)
        forward(&effects)
        if hasWork { vote(.begin, &effects) }
        if !isEngineUp, hasWork, voting.view == 0 { vote(.engineLost, &effects) }
        if let deadline = viewDeadline, deadline.time <= now.monotonic {
            viewDeadline = nil
            vote(.expired(view: deadline.view), &effects)
        }
        resend(&effects)
        askAgain(&effects)
        keepUp(&effects)
        beat(&effects)
        settleStanding(&effects)
    }

    /// True when this node knows of something that should become final.
    var hasWork: Bool {
        !pool.isEmpty || !records.isEmpty || !spoiled.isEmpty
    }

    /// When ``receive(_:at:)`` should be called with a tick at the latest, on the monotonic clock.
    package var nextDeadline: UInt64 {
        var deadline = nextHeartbeat
        for time in [viewDeadline?.time, said.nextResend, blocksAsked?.until] {
            if let time { deadline = min(deadline, time) }
        }
        return min(deadline, now.monotonic + timing.request)
    }

    // MARK: Heights

    private mutating func adopt(
        _ tip: ChainTip, _ settled: [TransactionID], _ effects: inout [ParticipantEffect]
    ) {
        let isNewStream = tip.position.stream != self.tip.position.stream
        self.tip = tip
        adoptedAt = now.monotonic
        isCommitting = false
        pool.remove(settled)
        if tip.height % 64 == 0 {
            let expired = pool.removeExpired(at: tip.height)
            if !expired.isEmpty { effects.append(.expired(expired)) }
            bodies.prune(at: tip.height)
        }
        settleBatches(isNewStream: isNewStream, &effects)
        let stash = early
        early = []
        beginHeight()
        if isNewStream {
            effects.append(.follow(stream: tip.position.stream, from: tip.position.last + 1))
        }
        settleStanding(&effects)
        for item in stash { take(item.message, from: nil, &effects) }
    }

    /// A fresh voting for the height behind the tip, from what was signed for it.
    mutating func beginHeight() {
        let record = voteGuard.record.height == tip.height + 1 ? voteGuard.record : nil
        voting = Self.voting(chain, tip, own, record)
        hasCandidate = false
        viewDeadline = nil
        said = OwnMessages()
        awaited = []
    }

    /// Votes for the height again after a time in which this node might not.
    ///
    /// It says again what it had signed before that time; what others said since stays.
    mutating func resumeVoting(_ effects: inout [ParticipantEffect]) {
        let record = voteGuard.record.height == rules.height ? voteGuard.record : nil
        said = OwnMessages()
        awaited = []
        hasCandidate = false
        // All that was signed comes before anything new, which may leave its view.
        let again = (record?.ballots ?? []).compactMap { speak($0, &effects) }
        vote(.restarted(record), &effects)
        for input in again { vote(input, &effects) }
    }
}

/// An own batch on its way through the engine.
struct Outgoing: Sendable {
    let body: BatchBody
    let ids: [TransactionID]
    let stream: UInt64
    let sequence: UInt64
    let since: UInt64
    /// The engine said that the record is there.
    var isCreated = false
}

/// A body or proposal that others were asked for.
struct Awaited: Sendable {
    enum Item: Hashable, Sendable {
        case body(Hash256)
        case proposal(Hash256)
    }

    let item: Item
    /// The proposal to be judged when it is here, if any, and whether a quorum prepared it.
    let judging: Proposal?
    let isProven: Bool
    var next: UInt64
    var turn = 0
}

/// The own messages of an undecided height, to be said again until it is decided.
struct OwnMessages: Sendable {
    var lead: FinalityMessage?
    var prepare: FinalityMessage?
    var commit: FinalityMessage?
    var timeout: FinalityMessage?
    var nextResend: UInt64?
    var rounds = 0

    var all: [FinalityMessage] { [lead, prepare, commit, timeout].compactMap { $0 } }
}
