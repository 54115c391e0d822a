import Base
import Encoding
import Finality
import Ledger

/// An honest validator of the small world: the production machine and its guard, the record that
/// survives a crash, and what it has sent.
struct HonestValidator {
    let index: Int
    let arena: Int
    let crashes: Int
    var voting: HeightVoting
    var voteGuard: VoteGuard
    var sent = Sent()
    /// Bits of proposals whose execution goes on.
    var running: UInt8 = 0
    /// Bits of proposals that this validator found valid.
    var valid: UInt8 = 0
    var hasCandidate = false
    /// Nothing is to be told before: only then does the first leader wait.
    var hasBegun = true
    /// The highest target of a TIMEOUT of the Byzantine validator that it heard.
    var byzantineTarget = 0
    var decided: Int?
    var violation: Violation?
    /// Ballots of the newest step.
    var ballots: [Ballot] = []

    /// A validator whose process began just now.
    ///
    /// It has work at once, except as the leader of a height without an engine's batch, for which
    /// it makes a difference what comes first.
    init(index: Int, arena: Arena, voteGuard: VoteGuard, crashes: Int, world: SmallWorld) {
        (self.index, self.arena, self.crashes) = (index, arena.number, crashes)
        self.voteGuard = voteGuard
        voting = HeightVoting(rules: arena.rules[index], record: voteGuard.record)
        hasBegun = arena.leaders[arena.firstView] != index || arena.firstView == 0
        guard hasBegun else { return }
        var performer = Performer(world: world, arena: arena, stop: 0)
        performer.feed(.begin, &self)
    }

    /// The same validator after its process died: only the record and what was sent are left.
    func restarted(_ world: SmallWorld) -> HonestValidator {
        var copy = self
        let arena = world.arenas[self.arena]
        if world.scope.tampering.losesRecord {
            copy = HonestValidator(
                index: index, arena: arena,
                voteGuard: VoteGuard(record: VoteRecord(height: arena.height)),
                crashes: crashes + 1, world: world)
        } else if let record = try? VoteRecord(decoding: voteGuard.record.encoded),
            record == voteGuard.record
        {
            copy = HonestValidator(
                index: index, arena: arena, voteGuard: VoteGuard(record: record),
                crashes: crashes + 1, world: world)
        } else {
            copy.violation = .recordUnreadable
            return copy
        }
        copy.sent = sent
        copy.violation = violation
        guard copy.voteGuard.record.height == arena.height else { return copy }
        var performer = Performer(world: world, arena: arena, stop: 0)
        for ballot in copy.voteGuard.record.ballots { performer.cast(ballot, &copy) }
        return copy
    }

    /// What decides everything that it may still do, as bytes.
    func essence(place: [Int]) -> [UInt8] {
        var writer = CBORWriter(reservingCapacity: 1024)
        writer.unsigned(UInt64(arena))
        writer.unsigned(UInt64(place[index]))
        writer.unsigned(UInt64(crashes))
        writer.optional(decided) { $0.unsigned(UInt64($1)) }
        writer.optional(violation) { $0.text($1.rawValue) }
        sent.write(to: &writer)
        voting.writeEssence(to: &writer, place: place)
        guard !voting.isDecided else { return writer.bytes }
        writer.unsigned(UInt64(running))
        writer.bool(hasCandidate)
        writer.unsigned(
            UInt64(byzantineTarget > Int(voting.view) ? byzantineTarget : 0))
        if voteGuard.record.height == voting.rules.height {
            voteGuard.record.writeEssence(to: &writer)
        }
        return writer.bytes
    }
}
