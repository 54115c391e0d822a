import Base
import Cryptography
import Finality
import Ledger

/// What a dishonest validator has gathered to do harm with.
struct Dishonesty {
    /// Proposals of the height that it has seen, or made up.
    var proposals: [Proposal] = []
    /// Headers that others committed to.
    var headers: [Hash256] = []
    /// Votes that it has given to please everybody, by phase, view and digest.
    var given: [SignedVote] = []
    var justification: TimeoutProof?
    /// TIMEOUTs of the height, also those that their signers have passed since.
    var timeouts: [(timeout: SignedTimeout, proof: PrepareProof?)] = []
    /// Messages to be said again at another time.
    var heard: [FinalityMessage] = []
    var height: UInt64 = 0

    /// Forgets what belongs to an earlier height.
    mutating func begin(_ height: UInt64) {
        guard height != self.height else { return }
        self.height = height
        (proposals, headers, given, timeouts) = ([], [], [], [])
    }
}

/// The mouth of a dishonest validator: honest code thinks, and this decides what is said, and to
/// whom.
struct DishonestVoice {
    let rules: HeightRules
    let authenticator: SimulatedAuthenticator
    let voter: Int

    func vote(_ phase: VotePhase, _ view: UInt64, _ digest: Hash256) -> SignedVote {
        let message = rules.vote(phase, view: view, digest: digest).message
        return SignedVote(
            phase: phase, height: rules.height, view: view, digest: digest, voter: voter,
            signature: authenticator.sign(message))
    }

    func timeout(_ target: UInt64, _ high: PrepareProof?) -> FinalityMessage {
        let mark = high.map(HighMark.init)
        let message = SignedTimeout.message(rules, target: target, high: mark)
        return .timeout(
            SignedTimeout(
                height: rules.height, target: target, high: mark, voter: voter,
                signature: authenticator.sign(message)),
            high)
    }

    func lead(
        _ view: UInt64, _ proposal: Proposal, _ justification: TimeoutProof?
    ) -> FinalityMessage {
        let message = LeaderProposal.message(rules, view: view, proposal.digest)
        return .lead(
            LeaderProposal(
                view: view, proposal: proposal, justification: justification, leader: voter,
                signature: authenticator.sign(message)))
    }

    /// TIMEOUTs of a quorum that give a leader as free a hand as possible; nil when too few are
    /// known.
    func justification(
        for view: UInt64, from known: [(timeout: SignedTimeout, proof: PrepareProof?)]
    ) -> TimeoutProof? {
        var best: [Int: (timeout: SignedTimeout, proof: PrepareProof?)] = [:]
        for item in known where item.timeout.target >= view {
            if let high = item.timeout.high, high.view >= view { continue }
            let before = best[item.timeout.voter]
            let isFreer = before?.timeout.high.map { high in
                item.timeout.high.map { $0.view < high.view } ?? true
            }
            if isFreer ?? (before == nil) { best[item.timeout.voter] = item }
        }
        var chosen: [(timeout: SignedTimeout, proof: PrepareProof?)] = []
        var weight: UInt64 = 0
        let order = best.values.sorted { left, right in
            let (first, second) = (left.timeout.high?.view, right.timeout.high?.view)
            if first != second { return first.map { $0 < second ?? 0 } ?? true }
            return left.timeout.voter < right.timeout.voter
        }
        for item in order where !rules.isQuorum(weight) {
            chosen.append(item)
            weight += rules.weight(item.timeout.voter)
        }
        guard rules.isQuorum(weight) else { return nil }
        chosen.sort { $0.timeout.voter < $1.timeout.voter }
        let high = chosen.compactMap(\.proof).max { $0.view < $1.view }
        return TimeoutProof(timeouts: chosen.map(\.timeout), high: high)
    }

    /// Another block in the place of one.
    func variant(of proposal: Proposal, emptied: Bool) -> Proposal {
        Proposal(
            height: proposal.height, parent: proposal.parent, epoch: proposal.epoch,
            validators: proposal.validators, position: proposal.position,
            time: Timestamp(milliseconds: proposal.time.milliseconds + 1),
            body: emptied ? BatchBody.empty.digest : proposal.body,
            count: emptied ? 0 : proposal.count, maker: proposal.maker)
    }
}

extension World {
    private func has(_ mischief: WorldPlan.Mischief) -> Bool { plan.mischief.contains(mischief) }

    private func voice(of machine: Machine) -> DishonestVoice? {
        guard let rules = machine.process?.participant.voting.rules, let voter = rules.own else {
            return nil
        }
        return DishonestVoice(rules: rules, authenticator: machine.authenticator, voter: voter)
    }

    /// Lets something out to some machines; what it proves is noted.
    private func utter(_ message: FinalityMessage, from machine: Machine, to others: [Machine]) {
        observe(message, by: machine, isTrusted: false)
        let packet = Packet(message, from: machine.number)
        for other in others where other.seat != machine.seat { transmit(packet, to: other) }
    }

    /// What honest code wants to say, turned into what is said to each.
    func sendDishonestly(
        _ message: FinalityMessage, from machine: Machine, to key: PublicKey?
    ) {
        let others = key.map { self.machine(of: $0) } ?? machines
        if has(.withholds), chance.happens(300) {
            return utter(message, from: machine, to: others.filter { _ in chance.happens(500) })
        }
        guard has(.equivocates) || has(.hidesLocks) || has(.liesAboutViews)
            || has(.claimsHeights) || has(.servesWrong), chance.happens(700),
            let other = other(than: message, of: machine)
        else { return utter(message, from: machine, to: others) }
        let side = chance.word()
        utter(message, from: machine, to: others.filter { side >> UInt64($0.number) & 1 == 0 })
        utter(other, from: machine, to: others.filter { side >> UInt64($0.number) & 1 == 1 })
    }

    private func other(than message: FinalityMessage, of machine: Machine) -> FinalityMessage? {
        guard let voice = voice(of: machine) else { return nil }
        let gathered = dishonest[machine.number] ?? Dishonesty()
        switch message {
        case .prepare(let vote, let proposal) where has(.equivocates):
            let known = gathered.proposals.filter { $0.digest != proposal.digest }
            let other = chance.pick(known) ?? voice.variant(of: proposal, emptied: false)
            return .prepare(voice.vote(.prepare, vote.view, other.digest), other)
        case .commit(let vote) where has(.equivocates):
            let known = gathered.headers.filter { $0 != vote.digest }
            let other = chance.pick(known) ?? Hash256(words: (vote.view, 1, 2, 3))
            return .commit(voice.vote(.commit, vote.view, other))
        case .timeout(let timeout, let proof):
            if has(.liesAboutViews), chance.happens(500) {
                let far = [1, 7, 1 << 10, FinalityLimits.viewCount]
                let target = min(
                    timeout.target + (chance.pick(far) ?? 1), FinalityLimits.viewCount - 1)
                return voice.timeout(target, proof)
            }
            return has(.hidesLocks) ? voice.timeout(timeout.target, nil) : nil
        case .lead(let lead) where has(.equivocates):
            let known = gathered.proposals.filter { $0.digest != lead.proposal.digest }
            let other =
                chance.pick(known)
                ?? voice.variant(of: lead.proposal, emptied: chance.happens(500))
            return voice.lead(lead.view, other, lead.justification)
        case .heartbeat(let beat) where has(.claimsHeights):
            let height = beat.height + chance.within(1...1000)
            let signed = Heartbeat.message(
                genesis.id, height: height, head: beat.head, time: beat.time)
            return .heartbeat(
                Heartbeat(
                    height: height, head: beat.head, time: beat.time, voter: beat.voter,
                    echo: beat.echo, signature: machine.authenticator.sign(signed)))
        case .blocks(let blocks) where has(.servesWrong):
            return .blocks(blocks.map { chance.happens(500) ? Array($0.dropLast()) : $0 }.reversed())
        case .body where has(.servesWrong):
            return .body(BatchBody([[1, 2, 3, UInt8(chance.below(8))]]))
        default: return nil
        }
    }

    /// Gathers what others say, and votes for everything if that is its way.
    func listenDishonestly(_ message: FinalityMessage, on machine: Machine) {
        guard let voice = voice(of: machine) else { return }
        var gathered = dishonest[machine.number] ?? Dishonesty()
        gathered.begin(voice.rules.height)
        var answers: [FinalityMessage] = []
        func give(_ vote: SignedVote, _ proposal: Proposal?) {
            guard has(.votesForAll), vote.height == voice.rules.height, gathered.given.count < 32,
                !gathered.given.contains(where: {
                    $0.phase == vote.phase && $0.view == vote.view && $0.digest == vote.digest
                })
            else { return }
            let own = voice.vote(vote.phase, vote.view, vote.digest)
            gathered.given.append(own)
            answers.append(proposal.map { .prepare(own, $0) } ?? .commit(own))
        }
        switch message {
        case .prepare(let vote, let proposal):
            if proposal.height == voice.rules.height, gathered.proposals.count < 16,
                !gathered.proposals.contains(proposal)
            {
                gathered.proposals.append(proposal)
            }
            give(vote, proposal)
        case .commit(let vote):
            if vote.height == voice.rules.height, gathered.headers.count < 16 {
                gathered.headers.append(vote.digest)
            }
            give(vote, nil)
        case .lead(let lead):
            if lead.justification != nil { gathered.justification = lead.justification }
        case .timeout(let timeout, let proof):
            if timeout.height == voice.rules.height, gathered.timeouts.count < 64,
                timeout.voter < voice.rules.count, timeout.high == proof.map(HighMark.init)
            {
                gathered.timeouts.append((timeout, proof))
            }
        default: break
        }
        if gathered.heard.count < 24 {
            gathered.heard.append(message)
        } else if chance.happens(200) {
            gathered.heard[chance.below(24)] = message
        }
        dishonest[machine.number] = gathered
        for answer in answers { utter(answer, from: machine, to: machines) }
    }

    /// What a dishonest validator does by itself, now and then.
    func mischief(of machine: Machine) {
        schedule(.mischief(machine.number), in: draw(1...(2 * plan.mischiefEvery)))
        guard machine.isUp, let voice = voice(of: machine) else { return }
        let gathered = dishonest[machine.number] ?? Dishonesty()
        switch chance.below(7) {
        case 6 where has(.flaps):
            for other in machines where other.seat != machine.seat {
                noticeLoss(of: machine, by: other)
                connect(machine, other)
            }
        case 0 where has(.leadsUnjustified), 1 where has(.leadsUnjustified):
            leadUnjustified(machine, voice, gathered)
        case 2 where has(.repeats):
            if let message = chance.pick(gathered.heard), isSaidBy(machine, message, voice) {
                utter(message, from: machine, to: machines)
            }
        case 3 where has(.liesAboutViews):
            let target = [2, 5, 100, FinalityLimits.viewCount - 1]
            utter(
                voice.timeout(chance.pick(target) ?? 2, nil), from: machine, to: machines)
        case 4 where has(.servesWrong):
            let body = BatchBody([[UInt8(chance.below(256)), UInt8(chance.below(256))]])
            utter(.body(body), from: machine, to: machines)
            utter(.transactions(body.transactions), from: machine, to: machines)
            if let bad = transactions.write(1, validUntil: 1 << 12, isAuthentic: false) {
                utter(.transactions([bad.transaction.bytes]), from: machine, to: machines)
            }
        case 5 where has(.equivocates):
            if let proposal = chance.pick(gathered.proposals) {
                let view = voiceView(machine)
                utter(
                    .prepare(voice.vote(.prepare, view, proposal.digest), proposal),
                    from: machine, to: machines.filter { _ in chance.happens(500) })
            }
        default: break
        }
    }

    /// A second batch for the position of one.
    func appendAnother(_ batch: SignedBatch, by machine: Machine) {
        guard has(.equivocates), chance.happens(500) else { return }
        let other = SignedBatch(
            stream: batch.stream, sequence: batch.sequence, time: batch.time,
            body: chance.happens(500) ? .empty : BatchBody([[1, 2, 3]]), maker: batch.maker,
            chain: genesis.id, authenticator: machine.authenticator)
        schedule(.append(other, by: machine.number), in: draw(plan.delay))
    }

    private func voiceView(_ machine: Machine) -> UInt64 { machine.process?.participant.voting.view ?? 0 }

    private func leadUnjustified(
        _ machine: Machine, _ voice: DishonestVoice, _ gathered: Dishonesty
    ) {
        let view = voiceView(machine)
        let views = (max(1, view)...(view + 8)).filter { voice.rules.leader(of: $0) == voice.voter }
        guard let next = views.first else { return }
        let tip = machine.chain.tip
        let fresh = Proposal(
            height: voice.rules.height, parent: tip.digest, epoch: voice.rules.epoch,
            validators: voice.rules.setDigest,
            position: OrderingPosition(
                stream: tip.position.stream + 1, first: tip.position.last + 1,
                last: tip.position.last),
            time: moment(machine).wall, body: BatchBody.empty.digest, count: 0,
            maker: voice.voter)
        var known = gathered.timeouts
        if case .timeout(let timeout, let proof) = voice.timeout(next, nil) {
            known.append((timeout, proof))
        }
        if has(.hidesLocks), let free = voice.justification(for: next, from: known) {
            // All that it may do by the rules, chosen to do harm.
            let forced = free.high.flatMap { high in
                gathered.proposals.first { $0.digest == high.header }
            }
            let choice = forced ?? (free.high == nil ? fresh : nil)
            if let choice {
                utter(voice.lead(next, choice, free), from: machine, to: machines)
                return
            }
        }
        let isStale = chance.happens(500)
        let justification = isStale ? gathered.justification : nil
        let proposal = chance.happens(500) ? chance.pick(gathered.proposals) ?? fresh : fresh
        utter(voice.lead(next, proposal, justification), from: machine, to: machines)
    }

    /// What one was told may be passed on only if one has said it oneself: links are authenticated,
    /// but what is inside is signed by whoever said it first, so votes of others count as well.
    private func isSaidBy(
        _ machine: Machine, _ message: FinalityMessage, _ voice: DishonestVoice
    ) -> Bool {
        switch message {
        case .prepare(let vote, _), .commit(let vote): vote.voter == voice.voter
        case .timeout(let timeout, _): timeout.voter == voice.voter
        case .lead(let lead): lead.leader == voice.voter
        case .heartbeat: false
        default: true
        }
    }
}
