import Base
import Cryptography
import Encoding
import Finality
import Ledger

/// Driving the machines: inputs in, effects done one after another, with syncs that take time.
extension SimulatedZone {
    func moment(_ machine: Machine) -> Moment {
        let wall = Int64(Self.founded.milliseconds) + 60_000 + Int64(now) + machine.skew
        return Moment(
            monotonic: now, wall: Timestamp(milliseconds: UInt64(max(0, wall))))
    }

    func give(_ machine: Machine, _ input: ParticipantInput) {
        guard let effects = machine.process?.participant.receive(input, at: moment(machine)) else {
            return
        }
        machine.add(effects)
        work(machine)
        setTimer(machine)
    }

    private func setTimer(_ machine: Machine) {
        guard let deadline = machine.process?.participant.nextDeadline else { return }
        let time = max(deadline, now + 1)
        guard machine.tickAt <= now || time < machine.tickAt else { return }
        machine.tickAt = time
        queue.add(.tick(machine.number), at: time)
    }

    /// Does what is to be done until a sync has to be waited for.
    func work(_ machine: Machine) {
        guard !machine.isBusy else { return }
        machine.isBusy = true
        defer { machine.isBusy = false }
        while machine.sync == nil, violation == nil, let work = machine.takeWork() {
            switch work {
            case .effect(let effect): perform(effect, on: machine)
            case .replay(let bytes, let peer): replay(bytes, from: peer, on: machine)
            case .replayed(let peer): give(machine, .replayed(from: peer))
            }
        }
    }

    private func perform(_ effect: ParticipantEffect, on machine: Machine) {
        let number = machine.number
        switch effect {
        case .send(let message, let key): send(message, from: machine, to: key)
        case .broadcast(let message): send(message, from: machine, to: nil)
        case .record(let record, let body):
            machine.disk.write(record, body)
            startSync(.journal, on: machine)
        case .append(let batch):
            schedule(.append(batch, by: number), in: draw(plan.delay))
            if machine.character == .dishonest { appendAnother(batch, by: machine) }
        case .follow(let stream, let first):
            follow(stream, from: first, by: machine)
        case .release(let stream, let last): engine.forget(stream, through: last)
        case .check(let body):
            let isValid = body.transactions.allSatisfy {
                transactions.read($0)?.isAuthentic ?? false
            }
            answer(machine, .checked(body.digest, isValid: isValid))
        case .admit(let list):
            let admitted = list.compactMap { transactions.read($0) }.filter {
                $0.isAuthentic && machine.chain.admits($0.transaction)
            }
            answer(machine, .submitted(admitted.map(\.pending), isOwn: false))
        case .execute(let proposal, let body):
            guard let block = machine.chain.execute(proposal, body) else { return }
            answer(machine, .executed(proposal.digest, header: block.digest))
        case .commit(let proposal, let body, let header, let certificate):
            commit(proposal, body, header, certificate, on: machine)
        case .replay(let blocks, let peer): machine.insert(blocks, from: peer)
        case .serve(let first, let count, let peer): serve(first, count, to: peer, by: machine)
        case .expired: break
        case .alarm(let alarm): note(alarm, of: machine)
        case .offence(let peer, let offence): note(offence, of: peer, by: machine)
        }
    }

    /// What a machine's own threads answer after a while.
    private func answer(_ machine: Machine, _ input: ParticipantInput) {
        schedule(
            .input(machine.number, life: machine.life, input), in: draw(0...plan.executionDelay))
    }

    func draw(_ range: ClosedRange<UInt64>) -> UInt64 { chance.within(range) }

    // MARK: Syncs

    func startSync(_ sync: Machine.Sync, on machine: Machine) {
        machine.sync = sync
        guard plan.syncDelay > 0 else { return endSync(machine) }
        schedule(
            .synced(machine.number, life: machine.life), in: draw(0...plan.syncDelay))
    }

    func synced(_ machine: Machine) {
        endSync(machine)
        work(machine)
        setTimer(machine)
    }

    /// A sync that fails ends the process: nobody knows what is on the disk.
    private func endSync(_ machine: Machine) {
        guard let sync = machine.sync else { return }
        if !isSettling, chance.happens(plan.syncFailure) {
            say("machine \(machine.number + 1): a sync fails")
            crash(machine, losesPower: true)
            return schedule(.start(machine.number), in: draw(50...2000))
        }
        machine.sync = nil
        switch sync {
        case .journal: machine.disk.syncJournal()
        case .log(let block):
            machine.disk.syncLog()
            adopt(block, on: machine)
        }
    }

    // MARK: Alarms

    private func note(_ alarm: FinalityAlarm, of machine: Machine) {
        say("machine \(machine.number + 1): alarm \(alarm)")
        machine.alarms.append(alarm)
        coverage.quarantines += alarm == .quarantined ? 1 : 0
        coverage.releases += alarm == .released ? 1 : 0
        switch alarm {
        case .quarantined where !machine.isRestored && machine.character == .honest:
            fail(.accusation, "validator \(machine.seat + 1) is in quarantine without a reason")
        case .releasable: schedule(.release(machine.number), in: draw(100...1000))
        case .diverged where machine.brokenFrom == nil:
            fail(.replay, "machine \(machine.number + 1) came to another state")
        default: break
        }
    }

    private func note(_ offence: Offence, of peer: PublicKey, by machine: Machine) {
        machine.offences += 1
        let culprits = self.machine(of: peer)
        guard machine.character == .honest, culprits.allSatisfy({ $0.character == .honest }),
            machine.brokenFrom == nil
        else { return }
        fail(
            .accusation,
            "machine \(machine.number + 1) accuses an honest one, "
                + "\(culprits.map { $0.number + 1 }), of \(offence.rawValue)")
    }
}
