import Base
import Cryptography
import Finality
import Ledger

/// One machine of the simulated zone: a process that may be down, a disk, and a chain.
final class Machine {
    /// What is to be done next on a machine, in order.
    enum Work {
        case effect(ParticipantEffect)
        /// A block of a peer's answer, to be checked, run, and made durable.
        case replay([UInt8], from: PublicKey)
        case replayed(PublicKey)
    }

    /// What happens when the sync that runs is done.
    enum Sync {
        case journal
        case log(ExecutedBlock)
    }

    /// A running process; a class, so that looking at its state does not copy it.
    final class Process {
        var participant: Participant

        init(_ participant: Participant) { self.participant = participant }
    }

    enum Character: Hashable {
        case honest
        case dishonest
        /// Honest code on a key that another machine holds as well.
        case twin
    }

    let number: Int
    let seat: Int
    let key: PublicKey
    let authenticator: SimulatedAuthenticator
    let character: Character
    var skew: Int64 = 0
    var process: Process?
    var chain: SimulatedChain
    var disk = MachineDisk()
    /// An old copy of the disk.
    var copy: MachineDisk?
    /// Its disk was restored: what it forgot to have signed may be signed again.
    var isRestored = false
    var isUnmarkedRestored = false
    /// Counts the starts of the process; what an earlier life waits for never comes.
    var life: UInt32 = 0
    var sync: Sync?
    var isBusy = false
    var tickAt: UInt64 = 0
    var brokenFrom: UInt64?
    /// The highest block that was acknowledged to a client here.
    var acknowledged: UInt64 = 0
    var alarms: [FinalityAlarm] = []
    var offences = 0
    private var work: [Work] = []
    private var next = 0

    init(
        number: Int, seat: Int, key: PublicKey, character: Character, chain: SimulatedChain
    ) {
        (self.number, self.seat, self.key) = (number, seat, key)
        (self.character, self.chain) = (character, chain)
        authenticator = SimulatedAuthenticator(key: key)
    }

    var isUp: Bool { process != nil }

    /// Whether its votes must never contradict each other.
    var isTrusted: Bool { character == .honest && !isUnmarkedRestored }

    func add(_ effects: [ParticipantEffect]) {
        for effect in effects { work.append(.effect(effect)) }
    }

    func takeWork() -> Work? {
        guard next < work.count else {
            work.removeAll(keepingCapacity: true)
            next = 0
            return nil
        }
        next += 1
        return work[next - 1]
    }

    /// Puts the blocks of an answer before everything else.
    func insert(_ blocks: [[UInt8]], from peer: PublicKey) {
        let rest = work[next...]
        work = blocks.map { .replay($0, from: peer) } + [.replayed(peer)] + rest
        next = 0
    }

    /// Drops what remains of a peer's answer.
    func dropReplay() {
        let rest = work[next...].filter {
            if case .effect = $0 { true } else { false }
        }
        work = rest
        next = 0
    }

    func endProcess() {
        process = nil
        work = []
        next = 0
        sync = nil
        life += 1
    }
}
