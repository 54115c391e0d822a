import Base
import Finality
import Ledger

/// The engine between the machines: what it takes, what it shows, and what it says of both.
extension SimulatedZone {
    func engineTakes(_ batch: SignedBatch, from machine: Machine) {
        guard engine.isUp else {
            // Nobody answers; sometimes the client library says so.
            if chance.happens(500) { answerAppend(batch, .failed, to: machine) }
            return
        }
        let isLie = chance.happens(engine.vices.lies)
        let lie = isLie ? chance.below(3) : 0
        if isLie, lie == 0 { return answerAppend(batch, .created, to: machine) }
        let result = engine.create(batch, beside: chance.happens(engine.vices.equivocates))
        let answer: AppendResult =
            isLie ? (lie == 1 ? .taken : .failed) : result
        say("engine: record \(batch.stream)/\(batch.sequence) of \(machine.number + 1): \(result)")
        answerAppend(batch, answer, to: machine)
        guard result == .created, !engine.isStalled else { return }
        for other in machines { show(batch.stream, batch.sequence, to: other) }
    }

    private func answerAppend(_ batch: SignedBatch, _ result: AppendResult, to machine: Machine) {
        let input = ParticipantInput.appended(
            result, stream: batch.stream, sequence: batch.sequence)
        schedule(.input(machine.number, life: machine.life, input), in: draw(plan.delay))
    }

    private func show(_ stream: UInt64, _ sequence: UInt64, to machine: Machine) {
        guard machine.isUp, !chance.happens(engine.vices.hides) else { return }
        let event = Event.record(
            to: machine.number, life: machine.life, stream: stream, sequence: sequence)
        schedule(event, in: draw(plan.delay))
        if chance.happens(engine.vices.repeats) { schedule(event, in: 10 * draw(plan.delay)) }
    }

    func engineShows(_ stream: UInt64, _ sequence: UInt64, to machine: Machine) -> Bool {
        guard engine.isUp, !engine.isStalled else { return false }
        if chance.happens(engine.vices.garbles) {
            give(machine, .record(nil, stream: stream, sequence: sequence))
            return true
        }
        guard let batch = engine.record(stream, sequence, for: machine.number) else {
            return false
        }
        note(4, machine.number, sequence)
        give(machine, .record(batch, stream: stream, sequence: sequence))
        return true
    }

    func follow(_ stream: UInt64, from first: UInt64, by machine: Machine) {
        let last = engine.last(stream)
        guard first <= last, !engine.isStalled else { return }
        for sequence in first...last { show(stream, sequence, to: machine) }
    }

    /// The engine flows again: everybody is shown what they follow.
    func engineResumes() {
        engine.isStalled = false
        for machine in machines where machine.isUp {
            let position = machine.chain.head.position
            follow(position.stream, from: position.last + 1, by: machine)
        }
    }

    func setEngine(isUp: Bool) {
        guard engine.isUp != isUp else { return }
        say("engine: \(isUp ? "up" : "down")")
        engine.isUp = isUp
        for machine in machines where machine.isUp { give(machine, .engine(isUp: isUp)) }
        if isUp { engineResumes() }
    }
}
