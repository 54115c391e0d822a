import Base
import Cryptography
import Finality
import Ledger

/// What dishonest validators make of what honest code wants to say, and of what they hear.
extension SimulatedZone {
    func has(_ mischief: WorldPlan.Mischief) -> Bool { plan.mischief.contains(mischief) }

    func voice(of machine: Machine) -> DishonestVoice? {
        guard let rules = machine.process?.participant.voting.rules, let voter = rules.own else {
            return nil
        }
        return DishonestVoice(rules: rules, authenticator: machine.authenticator, voter: voter)
    }

    /// Lets something out to some machines; what it proves is noted.
    func utter(_ message: FinalityMessage, from machine: Machine, to others: [Machine]) {
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
        guard
            has(.equivocates) || has(.hidesLocks) || has(.liesAboutViews)
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
            return .blocks(
                blocks.map { chance.happens(500) ? Array($0.dropLast()) : $0 }.reversed())
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
}
