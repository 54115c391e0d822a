import Base
import Encoding
import Finality
import Ledger

/// Machines that start and stop, and everything else that goes wrong.
extension SimulatedZone {
    func start(_ machine: Machine) {
        guard !machine.isUp else { return }
        if machine.disk.blocks.count < machine.chain.head.height || chance.happens(150) {
            machine.chain = freshChain(brokenFrom: machine.brokenFrom)
        }
        for block in machine.disk.blocks[Int(machine.chain.head.height)...] {
            guard let executed = machine.chain.follow(block) else {
                return fail(.replay, "machine \(machine.number + 1) cannot replay its log")
            }
            machine.chain.adopt(executed)
            observe(executed, on: machine)
        }
        if machine.disk.durableCount < machine.acknowledged, !machine.isRestored {
            return fail(.loss, "machine \(machine.number + 1) lost a block it acknowledged")
        }
        machine.life += 1
        coverage.starts += 1
        let record = machine.disk.record.flatMap { try? VoteRecord(decoding: $0.encoded) }
        if record != machine.disk.record {
            return fail(.encoding, "a vote record does not come back")
        }
        let participant = Participant(
            chain: genesis.id, own: machine.key, authenticator: machine.authenticator,
            timing: plan.timing, tip: machine.chain.tip,
            memory: machine.disk.isMarkedLost ? .lost : .kept(record ?? VoteRecord(height: 0)),
            bodies: machine.disk.bodies)
        machine.process = Machine.Process(participant)
        say("machine \(machine.number + 1) starts at height \(machine.chain.head.height)")
        machine.tickAt = 0
        give(machine, .start)
        if engine.isUp { give(machine, .engine(isUp: true)) }
        for other in machines where other !== machine { connect(machine, other) }
    }

    func crash(_ machine: Machine, losesPower: Bool) {
        guard machine.isUp else { return }
        say("machine \(machine.number + 1) \(losesPower ? "loses power" : "is killed")")
        machine.endProcess()
        if losesPower {
            coverage.powerLosses += 1
            machine.disk.losePower(
                keepsRecord: chance.happens(300), keptBlocks: chance.below(2))
        } else {
            machine.disk.endProcess()
        }
        for other in machines where other !== machine { noticeLoss(of: machine, by: other) }
    }

    /// Puts back an old copy of a machine's disk.
    func restore(_ machine: Machine, isMarked: Bool) {
        guard let copy = machine.copy else { return }
        crash(machine, losesPower: false)
        say("machine \(machine.number + 1): an old disk is put back, marked: \(isMarked)")
        coverage.restores += 1
        machine.disk = copy
        machine.disk.isMarkedLost = isMarked || copy.isMarkedLost
        machine.isRestored = true
        if !isMarked { machine.isUnmarkedRestored = true }
        machine.chain = freshChain(brokenFrom: machine.brokenFrom)
        machine.acknowledged = 0
    }

    func keepCopy(of machine: Machine) {
        var copy = machine.disk
        copy.endProcess()
        machine.copy = copy
    }

    // MARK: Events

    func faultActs(_ event: Event) {
        switch event {
        case .fault: drawFault()
        case .start(let number): start(machines[number])
        case .heal(let left, let right): heal(machines[left], machines[right])
        case .healAll: healEverything()
        case .engine(let isUp): setEngine(isUp: isUp)
        case .engineFlows: engineResumes()
        case .engineBehaves: engine.vices = plan.vices
        case .kindsArrive: lostKinds = []
        case .release(let number): give(machines[number], .release(force: false))
        default: break
        }
    }

    private func drawFault() {
        guard !isSettling, let every = plan.faultEvery else { return }
        schedule(.fault, in: draw(1...(2 * every)))
        let total = plan.faults.reduce(0) { $0 + $1.share }
        var rest = chance.below(total)
        for (fault, share) in plan.faults {
            if rest < share { return cause(fault) }
            rest -= share
        }
    }

    private func cause(_ fault: WorldPlan.Fault) {
        let machine = machines[chance.below(machines.count)]
        let other = machines[chance.below(machines.count)]
        let time = draw(50...4000)
        switch fault {
        case .crashProcess, .crashPower:
            crash(machine, losesPower: fault == .crashPower)
            schedule(.start(machine.number), in: time)
        case .crashAll:
            for machine in machines {
                crash(machine, losesPower: true)
                schedule(.start(machine.number), in: draw(50...1000))
            }
        case .cutPair:
            cut(machine, other)
            schedule(.heal(machine.number, other.number), in: time)
        case .cutOneWay:
            setCut(machine.number, other.number, machine !== other)
            schedule(.heal(machine.number, other.number), in: time)
        case .partition:
            let side = chance.word()
            for left in machines where side >> UInt64(left.number) & 1 == 0 {
                for right in machines where side >> UInt64(right.number) & 1 == 1 {
                    cut(left, right)
                }
            }
            schedule(.healAll, in: time)
        case .loseKind:
            lostKinds = [chance.pick([.prepare, .commit, .timeout, .lead]) ?? .commit]
            lostTo = chance.happens(300) ? .max : chance.word()
            say("messages are lost: \(lostKinds)")
            schedule(.kindsArrive, in: time)
        case .copyDisk: keepCopy(of: machine)
        case .restoreMarked, .restoreUnmarked:
            guard machine.copy != nil,
                areFew(suspects.filter { $0 != machine.seat } + [machine.seat])
            else { return }
            restore(machine, isMarked: fault == .restoreMarked)
            schedule(.start(machine.number), in: time)
        default: causeEngine(fault, time)
        }
    }

    private func causeEngine(_ fault: WorldPlan.Fault, _ time: UInt64) {
        switch fault {
        case .engineDown:
            setEngine(isUp: false)
            schedule(.engine(isUp: true), in: time)
        case .engineStall:
            engine.isStalled = true
            schedule(.engineFlows, in: time)
        case .engineTail: engine.loseTail(1 + chance.below(UInt64(3)))
        case .engineRewind:
            if chance.happens(500) { engine.keepCopy() } else { engine.rewind() }
        case .engineVice:
            engine.vices.equivocates = 700
            engine.salt = chance.below(8)
            schedule(.engineBehaves, in: time)
        default: break
        }
    }
}
