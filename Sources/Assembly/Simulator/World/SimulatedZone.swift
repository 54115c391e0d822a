import Base
import Cryptography
import Finality
import Ledger

/// A whole zone on one thread: machines, disks, a network, an engine, clients and faults, in
/// virtual time and the same for the same seed.
///
/// Time moves from event to event. After each event the promises of the ledger are checked; the
/// first broken one ends the world.
package final class SimulatedZone {
    enum Event {
        case message(Packet, to: Int)
        case tick(Int)
        case input(Int, life: UInt32, ParticipantInput)
        case synced(Int, life: UInt32)
        case append(SignedBatch, by: Int)
        case record(to: Int, life: UInt32, stream: UInt64, sequence: UInt64)
        case submit
        case retry
        case fault
        case mischief(Int)
        case start(Int)
        case heal(Int, Int)
        case healAll
        case engine(isUp: Bool)
        case engineFlows
        case engineBehaves
        case kindsArrive
        case release(Int)
        case change
    }

    let plan: WorldPlan
    let genesis: Genesis
    let seats: [Seat]
    let transactions: SimulatedTransactions
    var chance: Chance
    var queue = EventQueue<Event>()
    var machines: [Machine] = []
    var engine = SimulatedEngine()
    var votes: VoteWatch
    var finals = FinalWatch()
    var dishonest: [Int: Dishonesty] = [:]
    /// Whether messages of a machine reach another one.
    var isCut: [Bool]
    var clients = Clients()
    /// Sets that were proposed, by the seats' weights: faults must be too few in each.
    var sets: [[UInt64]] = []
    var drop: UInt64
    var duplicate: UInt64
    /// Kinds of messages that are lost on their way to the machines whose bits are set.
    var lostKinds: Set<MessageKind> = []
    var lostTo: UInt64 = .max
    var now: UInt64 = 1
    var isSettling = false
    var hash = Mixer()
    var coverage = SeedCoverage()
    /// Lines for people, when they are wanted.
    var trace: (@Sendable (String) -> Void)?

    /// Events that happened.
    package private(set) var steps: UInt64 = 0
    /// The first broken promise.
    package var violation: SimulationViolation?

    /// A zone of machines that are off.
    init?(plan: WorldPlan, seed: UInt64, trace: (@Sendable (String) -> Void)? = nil) {
        self.plan = plan
        self.trace = trace
        chance = Chance(seed: seed)
        seats = (0..<plan.weights.count).compactMap { Seat(number: $0) }
        (drop, duplicate) = (plan.drop, plan.duplicate)
        let members = plan.weights.count - plan.followerCount
        let validators = zip(seats, plan.weights).prefix(members).map {
            Validator(account: $0.account, key: $0.key, weight: $1)
        }
        guard let client = Seat(number: 1000), let set = ValidatorSet(Array(validators)),
            seats.count == plan.weights.count
        else { return nil }
        genesis = Genesis(
            zone: "33", chain: "main", hashSuite: .sha256, time: Self.founded,
            authority: client.account, validators: set)
        transactions = SimulatedTransactions(chain: genesis.id, sender: client)
        votes = VoteWatch(seatCount: seats.count)
        isCut = []
        addMachines()
        sets = [weights(of: set)]
        _ = votes.know(weights(of: set), of: 1)
        engine.vices = plan.vices
    }

    static let founded = Timestamp(milliseconds: 1_700_000_000_000)

    private func addMachines() {
        for seat in seats.indices {
            let isTwin = plan.twins.contains(seat)
            let character: Machine.Character =
                isTwin ? .twin : plan.byzantine.contains(seat) ? .dishonest : .honest
            for _ in 0..<(isTwin ? 2 : 1) {
                let machine = Machine(
                    number: machines.count, seat: seat, key: seats[seat].key,
                    character: character, chain: freshChain(brokenFrom: nil))
                machine.skew = Int64(chance.below(plan.skew + 1)) - Int64(plan.skew / 2)
                machines.append(machine)
                if character == .dishonest { dishonest[machine.number] = Dishonesty() }
            }
        }
        isCut = [Bool](repeating: false, count: machines.count * machines.count)
    }

    func freshChain(brokenFrom: UInt64?) -> SimulatedChain {
        SimulatedChain(
            genesis: genesis, contracts: SimulatedContracts(brokenFrom: brokenFrom),
            transactions: transactions)
    }

    // MARK: Running

    func schedule(_ event: Event, in delay: UInt64) { queue.add(event, at: now + delay) }

    /// Takes one event; false when there is none or a promise is broken.
    func step() -> Bool {
        guard violation == nil, let (time, event) = queue.removeFirst() else { return false }
        now = max(now, time)
        if handle(event) { steps += 1 }
        return violation == nil
    }

    /// False for an event that came to nothing, such as a timer that was set anew.
    private func handle(_ event: Event) -> Bool {
        switch event {
        case .message(let packet, let to): return deliver(packet, to: to)
        case .tick(let number):
            let machine = machines[number]
            guard machine.tickAt == now, machine.isUp else { return false }
            give(machine, .tick)
        case .input(let number, let life, let input):
            guard machines[number].life == life, machines[number].isUp else { return false }
            give(machines[number], input)
        case .synced(let number, let life):
            guard machines[number].life == life, machines[number].isUp else { return false }
            synced(machines[number])
        case .append(let batch, let number): engineTakes(batch, from: machines[number])
        case .record(let number, let life, let stream, let sequence):
            guard machines[number].life == life, machines[number].isUp else { return false }
            return engineShows(stream, sequence, to: machines[number])
        case .mischief(let number): mischief(of: machines[number])
        case .submit, .retry, .change: clientActs(event)
        default: faultActs(event)
        }
        note(1, 0, 0)
        return true
    }

    /// Adds what happened to the trace's hash.
    func note(_ kind: UInt64, _ first: Int, _ second: UInt64) {
        hash.add(kind << 56 ^ UInt64(first) << 48 ^ now)
        hash.add(second)
    }

    /// The hash of everything that happened: the same for the same seed on every machine.
    package var traceHash: UInt64 { hash.value }

    func say(_ text: @autoclosure () -> String) {
        guard let trace else { return }
        trace("\(now) ms, step \(steps): \(text())")
    }

    func fail(_ kind: SimulationViolation.Kind, _ text: String) {
        report(SimulationViolation(kind: kind, text: text))
    }

    func report(_ violation: SimulationViolation?) {
        guard let violation, self.violation == nil else { return }
        self.violation = violation
        say("BROKEN: \(violation.kind.rawValue): \(violation.text)")
    }

    // MARK: Sets

    /// The weight of each seat in a set, 0 for those outside.
    func weights(of set: ValidatorSet) -> [UInt64] {
        seats.map { seat in set.validators.first { $0.key == seat.key }?.weight ?? 0 }
    }

    /// Whether the seats are less than a third of the weight in every set there was or will be.
    func areFew(_ suspects: [Int]) -> Bool {
        sets.allSatisfy { weights in
            3 * suspects.reduce(0) { $0 + weights[$1] } < weights.reduce(0, +)
        }
    }

    /// Seats that may sign anything: dishonest ones, twins, and restored ones.
    var suspects: [Int] {
        seats.indices.filter { seat in
            machines.contains {
                $0.seat == seat && ($0.character != .honest || $0.isRestored)
            }
        }
    }

    func machine(of key: PublicKey) -> [Machine] { machines.filter { $0.key == key } }

    func seat(of key: PublicKey) -> Int? { seats.firstIndex { $0.key == key } }
}

/// A message on its way, shared by those to whom it goes.
final class Packet {
    let message: FinalityMessage
    let from: Int

    init(_ message: FinalityMessage, from: Int) { (self.message, self.from) = (message, from) }
}
