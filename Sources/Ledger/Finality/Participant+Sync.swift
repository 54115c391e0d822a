import Base
import Cryptography
import Ledger

/// Keeping up with peers, and the question whether this node may vote at all.
extension Participant {
    // MARK: Asking

    /// Asks peers for a body or proposal, one after another until it comes.
    mutating func ask(
        for item: Awaited.Item, judging: Proposal? = nil, isProven: Bool = false,
        of first: PublicKey? = nil, _ effects: inout [ParticipantEffect]
    ) {
        let isAsked = awaited.contains { $0.item == item }
        awaited.append(
            Awaited(
                item: item, judging: judging, isProven: isProven,
                next: now.monotonic + timing.request))
        if case .body(let digest) = item, bodies[digest] != nil { return }
        guard !isAsked else { return }
        if let first, peers[first]?.isConnected ?? false {
            effects.append(.send(request(item), to: first))
        } else {
            effects.append(.broadcast(request(item)))
        }
    }

    private func request(_ item: Awaited.Item) -> FinalityMessage {
        switch item {
        case .body(let digest): .bodyRequest(digest)
        case .proposal(let digest): .proposalRequest(height: rules.height, digest)
        }
    }

    /// Repeats what was not answered, each time to the next peer.
    mutating func askAgain(_ effects: inout [ParticipantEffect]) {
        let connected = peers.all.filter(\.isConnected).map(\.key)
        guard !connected.isEmpty else { return }
        for index in awaited.indices where awaited[index].next <= now.monotonic {
            awaited[index].next = now.monotonic + timing.request
            awaited[index].turn += 1
            if case .body(let digest) = awaited[index].item, bodies[digest] != nil { continue }
            let peer = connected[awaited[index].turn % connected.count]
            effects.append(.send(request(awaited[index].item), to: peer))
        }
    }

    // MARK: Blocks

    /// Asks for final blocks when a peer has been ahead for a moment.
    mutating func keepUp(_ effects: inout [ParticipantEffect]) {
        if let asked = blocksAsked, asked.until <= now.monotonic {
            doubt(asked.peer)
            blocksAsked = nil
        }
        if let replaying, replaying.until <= now.monotonic { self.replaying = nil }
        guard blocksAsked == nil, replaying == nil, !isCommitting else { return }
        let ahead = peers.ahead(of: tip.height, at: now.monotonic)
        guard let best = ahead.first else {
            if behindSince != 0 { behindSince = nil }
            return
        }
        let since = behindSince ?? now.monotonic
        behindSince = since
        // The height's own votes usually come first when a peer is one block ahead only.
        let patience = best.height > tip.height + 1 ? 0 : timing.request / 2
        guard now.monotonic >= since + patience else { return }
        blocksAsked = (best.key, now.monotonic + 4 * timing.request)
        effects.append(
            .send(
                .blocksRequest(from: tip.height + 1, count: FinalityLimits.blockRange),
                to: best.key))
    }

    mutating func take(
        _ blocks: [[UInt8]], from peer: PublicKey?, _ effects: inout [ParticipantEffect]
    ) {
        guard let peer, blocksAsked?.peer == peer else { return }
        blocksAsked = nil
        behindSince = nil
        guard !blocks.isEmpty else { return doubt(peer) }
        replaying = (peer, now.monotonic + 4 * timing.request)
        effects.append(.replay(blocks, from: peer))
    }

    /// The peer did not back its claim: others are asked first for a while.
    mutating func doubt(_ peer: PublicKey) {
        let until = now.monotonic + 10 * timing.request
        let height = tip.height
        peers.change(peer) {
            $0.doubtedUntil = until
            $0.height = min($0.height, height)
        }
    }

    // MARK: Heartbeats

    mutating func beat(_ effects: inout [ParticipantEffect]) {
        guard now.monotonic >= nextHeartbeat else { return }
        nextHeartbeat = now.monotonic + timing.heartbeat
        let message = Heartbeat.message(
            chain, height: tip.height, head: tip.digest, time: now.wall)
        // Signed by followers too: a peer that is an epoch ahead or behind may take this node for a
        // validator.
        let signature = authenticator.sign(message)
        for peer in peers.all where peer.isConnected {
            let voter = rules.set.validators.firstIndex { $0.key == peer.key }
            let echo = voter.map { voting.echo(of: $0) }
            let heartbeat = Heartbeat(
                height: tip.height, head: tip.digest, time: now.wall, voter: rules.own,
                echo: echo.flatMap { $0.isEmpty ? nil : $0 }, signature: signature)
            effects.append(.send(.heartbeat(heartbeat), to: peer.key))
        }
    }

    mutating func take(
        _ heartbeat: Heartbeat, from peer: PublicKey?, _ effects: inout [ParticipantEffect]
    ) {
        guard let peer else { return }
        let message = Heartbeat.message(
            chain, height: heartbeat.height, head: heartbeat.head, time: heartbeat.time)
        let isValidator = rules.set.validators.contains { $0.key == peer }
        if isValidator {
            guard authenticator.isValid(heartbeat.signature, by: peer, for: message) else {
                peers.change(peer) { $0.offences += 1 }
                return effects.append(.offence(peer, .signature))
            }
        }
        let time = now.monotonic
        peers.change(peer) {
            $0.height = heartbeat.height
            $0.head = heartbeat.head
            $0.heard = time
            if $0.first == nil { $0.first = (heartbeat.height, heartbeat.echo) }
        }
    }

    /// How many of the validators' weight, this node included, were heard lately and are no
    /// further than `height`.
    private func weightHeard(atMost height: UInt64) -> UInt64 {
        var weight = rules.own.map { rules.weight($0) } ?? 0
        for peer in peers.all {
            guard let heard = peer.heard, heard + timing.freshness >= now.monotonic,
                peer.height <= height,
                let index = rules.set.validators.firstIndex(where: { $0.key == peer.key })
            else { continue }
            weight += rules.weight(index)
        }
        return weight
    }

    /// Whether more than a third of the weight said lately that the chain does not end later than
    /// here (R12): otherwise answers should be shown as stale.
    package var isFresh: Bool { rules.hasHonest(weightHeard(atMost: tip.height + 1)) }

    // MARK: Standing

    /// The validators that this node has caught up with since it started.
    ///
    /// What an earlier life of this node signed is final at such a peer, and so it is here, or it
    /// belongs to the height that is open and the peer's first heartbeat echoed it.
    private var peersInStep: [(peer: PeerBook.Peer, index: Int)] {
        peers.all.compactMap { peer in
            guard let first = peer.first, first.height <= tip.height,
                let index = rules.set.validators.firstIndex(where: { $0.key == peer.key })
            else { return nil }
            return (peer, index)
        }
    }

    private var isInStep: Bool {
        let own = rules.own.map { rules.weight($0) } ?? 0
        return rules.isQuorum(peersInStep.reduce(own) { $0 + rules.weight($1.index) })
    }

    /// True when a peer holds an own signature that this disk does not know: the disk is older than
    /// the signature (R11).
    private var isForgetful: Bool {
        peersInStep.contains { peer, _ in peer.first?.echo.map { !isCovered($0) } ?? false }
    }

    /// Whether everything in an echo that really bears this node's signature is in its record.
    private func isCovered(_ echo: Echo) -> Bool {
        let record = voteGuard.record
        for vote in [echo.prepare, echo.commit] {
            guard let vote, isOwn(vote) else { continue }
            if vote.height < record.height { continue }
            if vote.height > record.height { return false }
            let known: (UInt64, Hash256)? =
                switch vote.phase {
                case .prepare: record.prepared.map { ($0.view, $0.proposal.digest) }
                case .commit: record.committed.map { ($0.view, $0.header) }
                }
            guard let known, known.0 >= vote.view else { return false }
            if known.0 == vote.view, known.1 != vote.digest { return false }
        }
        if let timeout = echo.timeout, isOwn(timeout), timeout.height >= record.height {
            guard timeout.height == record.height, record.left?.target ?? 0 >= timeout.target
            else { return false }
        }
        return true
    }

    private func isOwn(_ vote: SignedVote) -> Bool {
        guard vote.voter == rules.own, vote.height == rules.height else { return false }
        let message = rules.vote(vote.phase, view: vote.view, digest: vote.digest).message
        return authenticator.isValid(vote.signature, by: own, for: message)
    }

    private func isOwn(_ timeout: SignedTimeout) -> Bool {
        guard timeout.voter == rules.own, timeout.height == rules.height else { return false }
        let message = SignedTimeout.message(rules, target: timeout.target, high: timeout.high)
        return authenticator.isValid(timeout.signature, by: own, for: message)
    }

    mutating func release(force: Bool, _ effects: inout [ParticipantEffect]) {
        isReleased = true
        isForced = isForced || force
    }

    /// Moves from observing to voting, and through the stages of a quarantine.
    mutating func settleStanding(_ effects: inout [ParticipantEffect]) {
        guard rules.own != nil else {
            if standing != .diverged { standing = .follower }
            return
        }
        switch standing {
        case .follower:
            standing = hasForgotten ? .quarantined(watermark: nil) : .observing
        case .observing:
            guard isInStep else { return }
            if isForgetful {
                hasForgotten = true
                standing = .quarantined(watermark: nil)
                return effects.append(.alarm(.quarantined))
            }
            standing = .voting
            resumeVoting(&effects)
        case .quarantined(let watermark): settleQuarantine(watermark, &effects)
        case .voting, .diverged: break
        }
    }

    private mutating func settleQuarantine(
        _ watermark: UInt64?, _ effects: inout [ParticipantEffect]
    ) {
        guard let watermark else {
            // Signed may be what stands one height above the highest tip of the others.
            let isBehind = !peers.ahead(of: tip.height, at: now.monotonic).isEmpty
            if isForced || (isInStep && !isBehind) {
                standing = .quarantined(watermark: tip.height + 1)
            }
            return
        }
        guard tip.height > watermark || isForced else { return }
        if !isReleased {
            guard !isReleasable else { return }
            isReleasable = true
            return effects.append(.alarm(.releasable))
        }
        hasForgotten = false
        isReleased = false
        isForced = false
        isReleasable = false
        standing = .voting
        effects.append(.record(voteGuard.record, nil))
        effects.append(.alarm(.released))
        resumeVoting(&effects)
    }
}
