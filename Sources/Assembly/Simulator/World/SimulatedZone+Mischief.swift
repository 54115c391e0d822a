import Base
import Finality
import Ledger

/// What dishonest validators do by themselves.
extension SimulatedZone {
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
            // What others signed was noted when they let it out.
            if let message = chance.pick(gathered.heard) {
                let packet = Packet(message, from: machine.number)
                for other in machines where other.seat != machine.seat {
                    transmit(packet, to: other)
                }
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

    private func voiceView(_ machine: Machine) -> UInt64 {
        machine.process?.participant.voting.view ?? 0
    }

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
}
