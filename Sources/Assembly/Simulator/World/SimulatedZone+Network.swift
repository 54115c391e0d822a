import Base
import Cryptography
import Finality
import Ledger

/// Messages between machines, and what may happen to them on the way.
extension SimulatedZone {
    /// Lets a message out: to the machines of a key, or to all others.
    func send(_ message: FinalityMessage, from machine: Machine, to key: PublicKey?) {
        guard machine.character != .dishonest else {
            return sendDishonestly(message, from: machine, to: key)
        }
        observe(message, by: machine, isTrusted: machine.isTrusted)
        let packet = Packet(message, from: machine.number)
        for other in machines
        where other.seat != machine.seat && key.map({ $0 == other.key }) ?? true {
            transmit(packet, to: other)
        }
    }

    /// Puts a message on its way to one machine, if it is not lost.
    func transmit(_ packet: Packet, to machine: Machine) {
        guard !isCut[packet.from * machines.count + machine.number], machine.isUp,
            !chance.happens(drop),
            lostKinds.isEmpty || lostTo >> UInt64(machine.number) & 1 == 0
                || !lostKinds.contains(MessageKind(packet.message))
        else { return }
        schedule(.message(packet, to: machine.number), in: draw(plan.delay))
        guard chance.happens(duplicate) else { return }
        let late = draw(plan.delay) * (1 + chance.below(UInt64(10)))
        schedule(.message(packet, to: machine.number), in: late)
    }

    func deliver(_ packet: Packet, to number: Int) -> Bool {
        let (machine, sender) = (machines[number], machines[packet.from])
        guard machine.isUp, !isCut[packet.from * machines.count + number] else { return false }
        note(3, number, UInt64(packet.from) << 32 ^ UInt64(machine.life))
        say(
            "machine \(packet.from + 1) → \(number + 1): \(WorldText.describe(packet.message))")
        if steps % 64 == 0 { checkEncoding(packet.message) }
        if machine.character == .dishonest { listenDishonestly(packet.message, on: machine) }
        give(machine, .message(packet.message, from: sender.key))
        if steps % 256 == 0 { checkBounds(machine) }
        return true
    }

    /// The votes in a message, noted at the moment in which it leaves its machine.
    func observe(_ message: FinalityMessage, by machine: Machine, isTrusted: Bool) {
        switch message {
        case .prepare(let vote, _), .commit(let vote):
            report(votes.note(vote, by: machine.seat, isTrusted: isTrusted))
        case .timeout(let timeout, _): votes.note(timeout, by: machine.seat)
        case .lead(let lead):
            report(votes.note(lead, by: machine.seat, isTrusted: isTrusted))
        default: break
        }
    }

    private func checkEncoding(_ message: FinalityMessage) {
        guard let decoded = try? FinalityMessage(decoding: message.encoded), decoded == message
        else {
            return fail(.encoding, "\(WorldText.describe(message)) does not come back")
        }
    }

    private func checkBounds(_ machine: Machine) {
        guard let load = machine.process?.participant.load else { return }
        if let text = load.excess {
            fail(.bound, "machine \(machine.number + 1) keeps too much: \(text)")
        }
    }

    // MARK: Links

    func setCut(_ from: Int, _ to: Int, _ value: Bool) {
        isCut[from * machines.count + to] = value
    }

    private func areApart(_ left: Machine, _ right: Machine) -> Bool {
        isCut[left.number * machines.count + right.number]
            || isCut[right.number * machines.count + left.number]
    }

    /// Cuts both ways between two machines; both notice.
    func cut(_ left: Machine, _ right: Machine) {
        guard left !== right else { return }
        setCut(left.number, right.number, true)
        setCut(right.number, left.number, true)
        noticeLoss(of: right, by: left)
        noticeLoss(of: left, by: right)
    }

    func heal(_ left: Machine, _ right: Machine) {
        guard left !== right, areApart(left, right) else { return }
        setCut(left.number, right.number, false)
        setCut(right.number, left.number, false)
        connect(left, right)
    }

    func healEverything() {
        for left in machines {
            for right in machines where right.number > left.number { heal(left, right) }
        }
    }

    /// A link comes up between two machines that both run.
    func connect(_ left: Machine, _ right: Machine) {
        guard left.isUp, right.isUp, left.seat != right.seat, !areApart(left, right) else { return }
        give(left, .connected(right.key))
        give(right, .connected(left.key))
    }

    /// A machine loses its link to another, unless it has one to a machine with the same key.
    func noticeLoss(of lost: Machine, by machine: Machine) {
        guard machine.isUp, machine.seat != lost.seat else { return }
        let hasTwin = self.machine(of: lost.key).contains {
            $0 !== lost && $0.isUp && !areApart($0, machine)
        }
        if !hasTwin { give(machine, .disconnected(lost.key)) }
    }
}
