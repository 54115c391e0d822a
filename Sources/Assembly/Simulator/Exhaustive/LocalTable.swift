import Base
import Cryptography
import Finality
import Ledger

/// Every state that an honest validator was found in, once, with the outcomes of steps from it.
///
/// A state of the world is three of these by number; that keeps both memory and time small,
/// because the production machine runs only once for each step from each local state.
struct LocalTable {
    /// What the search needs of a local state, without touching the machine.
    struct Summary {
        let sent: Sent
        let arena: Int
        let view: Int
        let target: Int
        let lock: Int
        let running: UInt8
        let valid: UInt8
        let hasCandidate: Bool
        let hasBegun: Bool
        let byzantineTarget: Int
        let crashes: Int
        let isOver: Bool
        let decided: Int?
        let violation: Violation?
    }

    struct Outcome {
        let local: UInt32
        let ballots: Int
    }

    let world: SmallWorld
    private(set) var states: [HonestValidator] = []
    private(set) var summaries: [Summary] = []
    /// For each state and symmetry, 128 bits that stand for it.
    private(set) var keys: [[(UInt64, UInt64)]] = []
    private var numbers: [Hash256: UInt32] = [:]
    private var outcomes: [[UInt64: UInt64]] = []

    init(world: SmallWorld) { self.world = world }

    var count: Int { states.count }

    /// The number of a state; a new one when it was never seen.
    mutating func number(of state: HonestValidator) -> UInt32 {
        let digest = HashSuite.sha256.hash(state.essence(place: world.symmetries[0]))
        if let number = numbers[digest] { return number }
        let number = UInt32(states.count)
        numbers[digest] = number
        states.append(state)
        outcomes.append([:])
        keys.append(
            world.symmetries.map { place in
                let words = HashSuite.sha256.hash(state.essence(place: place)).words
                return (words.0, words.1)
            })
        let voting = state.voting
        summaries.append(
            Summary(
                sent: state.sent, arena: state.arena, view: Int(voting.view),
                target: Int(voting.target), lock: voting.lock.map { Int($0.view) } ?? -1,
                running: state.running, valid: state.valid, hasCandidate: state.hasCandidate,
                hasBegun: state.hasBegun, byzantineTarget: state.byzantineTarget,
                crashes: state.crashes, isOver: voting.isDecided, decided: state.decided,
                violation: state.violation))
        return number
    }

    /// What a step leads to; the same number when it changes nothing.
    mutating func outcome(_ step: Step, from local: UInt32) -> Outcome {
        if let packed = outcomes[Int(local)][step.bits] {
            return Outcome(local: UInt32(truncatingIfNeeded: packed), ballots: Int(packed >> 32))
        }
        let (state, ballots) = world.outcome(step, of: states[Int(local)])
        let outcome = Outcome(local: number(of: state), ballots: ballots)
        outcomes[Int(local)][step.bits] = UInt64(outcome.local) | UInt64(ballots) << 32
        return outcome
    }
}
