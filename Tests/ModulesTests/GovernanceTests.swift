import Base
import ContractKit
import Cryptography
import Governance
import Ledger
import Testing

@Suite("Governance")
struct GovernanceTests {
    @Test("lets a new validator join: proposed, approved, ready, and then at the end of a span")
    func join() throws {
        let council = try Council()
        let joining = council.candidates[0]
        let id = try council.propose(.add(joining.validator), by: council.members[0].account)
        try council.approve(id, by: [council.members[1], council.members[2]])
        // The validators agree, but it is the authority that admits.
        #expect(try council.standing(id) == .open)
        try council.zone.send(.approve(id), by: council.authority)
        #expect(try council.standing(id) == .waiting)
        let change = try #require(try GovernanceQueries.waiting(in: council.zone.store))
        #expect(change.agreed == council.height)
        try council.ready([joining] + council.members.prefix(2))
        try council.finishSpan()
        #expect(council.epoch == 0)
        try council.ready([council.members[3]])
        #expect(council.epoch == 0)
        try council.finishSpan()
        #expect(council.height == 32)
        #expect(council.epoch == 1)
        #expect(council.set.validators.count == 5)
        #expect(council.set.validator(of: joining.id)?.key == joining.key.publicKey)
        #expect(try council.standing(id) == .done)
        let record = try GovernanceQueries.readyRecord(
            of: joining.id, for: id, in: council.zone.store)
        #expect(record?.height == change.checkpointHeight)
        #expect(record?.stateRoot == change.checkpoint)
    }

    @Test("needs no authority for leaving and weights, and the vote of more than two thirds")
    func leaveAndReweigh() throws {
        let council = try Council([10, 10, 10, 10, 10])
        let id = try council.propose(
            .remove(council.members[4].id), by: council.members[0].account)
        try council.approve(id, by: [council.members[1], council.members[2]])
        #expect(try council.standing(id) == .open)
        try council.approve(id, by: [council.members[3]])
        #expect(try council.standing(id) == .waiting)
        try council.ready(Array(council.members.prefix(3)))
        try council.finishSpan()
        #expect(council.epoch == 1)
        #expect(council.set.validator(of: council.members[4].id) == nil)
        let second = try council.propose(
            .reweigh(council.members[0].id, 11), .reweigh(council.members[1].id, 9),
            by: council.authority)
        try council.approve(second, by: Array(council.members.prefix(3)))
        try council.ready(Array(council.members.prefix(3)))
        try council.finishSpan()
        #expect(council.epoch == 2)
        #expect(council.set.validator(of: council.members[0].id)?.weight == 11)
        #expect(council.set.validator(of: council.members[1].id)?.weight == 9)
    }

    @Test("grows from one validator to four in one step")
    func bootstrap() throws {
        let council = try Council([1])
        let changes = council.candidates.map { SetChange.add($0.validator) }
        let call = Call(
            GovernanceContract.self, "propose", GovernanceContract.Propose(changes: changes))
        let id = try council.open(
            call, by: council.members[0].account, with: [council.authority])
        #expect(try council.standing(id) == .waiting)
        try council.ready(council.candidates)
        try council.finishSpan()
        #expect(council.set.validators.count == 4)
        #expect(council.epoch == 1)
    }

    @Test("rotates a validator's own key when the new key is ready, without a vote")
    func rotation() throws {
        let council = try Council()
        let (member, next) = (
            council.members[2], try TestValidator(random: council.zone.random)
        )
        let id = try council.open(.rotate(to: next.key.publicKey), by: member.account)
        #expect(try council.standing(id) == .waiting)
        try council.ready([council.members[0], council.members[1], council.members[3]])
        try council.finishSpan()
        #expect(council.epoch == 0)
        try council.zone.send(
            try council.readiness(member, key: next.key), by: member.account)
        try council.finishSpan()
        #expect(council.epoch == 1)
        #expect(council.set.validator(of: member.id)?.key == next.key.publicKey)
    }

    @Test("removes in an emergency at once, before a decided change and without its end of span")
    func emergency() throws {
        let council = try Council([1, 1, 1, 1, 1])
        let slow = try council.propose(
            .add(council.candidates[0].validator), by: council.authority)
        try council.approve(slow, by: Array(council.members.prefix(4)))
        #expect(try council.standing(slow) == .waiting)
        let id = try council.open(
            .remove(inEmergency: [council.members[4].id]), by: council.members[0].account)
        try council.approve(id, by: Array(council.members[1..<4]))
        #expect(try council.standing(id) == .open)
        try council.zone.send(.approve(id), by: council.authority)
        #expect(try council.standing(slow) == .superseded)
        #expect(try council.standing(id) == .waiting)
        try council.ready(Array(council.members.prefix(2)))
        #expect(council.epoch == 0)
        try council.ready([council.members[2]])
        #expect(council.epoch == 1)
        #expect(!ValidatorSchedule.isEnd(council.height))
        #expect(council.set.validators.count == 4)
        #expect(try council.standing(id) == .done)
    }

    @Test("declines what a third of the weight rejects, and what the authority does not admit")
    func rejection() throws {
        let council = try Council([3, 3, 3, 3])
        let id = try council.propose(
            .reweigh(council.members[0].id, 4), by: council.members[0].account)
        try council.zone.send(.reject(id), by: council.members[1].account)
        #expect(try council.standing(id) == .open)
        try council.zone.send(.reject(id), by: council.members[2].account)
        #expect(try council.standing(id) == .declined)
        let joining = try council.propose(
            .add(council.candidates[0].validator), by: council.members[0].account)
        try council.zone.send(.reject(joining), by: council.authority)
        #expect(try council.standing(joining) == .declined)
    }

    @Test("lets votes change until it is decided")
    func changedVotes() throws {
        let council = try Council([2, 2, 2, 2, 2])
        let id = try council.propose(
            .reweigh(council.members[0].id, 3), by: council.members[0].account)
        try council.zone.send(.reject(id), by: council.members[1].account)
        try council.zone.send(.approve(id), by: council.members[1].account)
        try council.zone.send(.reject(id), by: council.members[0].account)
        let listed = try GovernanceQueries.proposals(
            of: 0, genesis: council.zone.replica.genesis, limit: 10, in: council.zone.store)
        #expect(listed.map(\.id) == [id])
        #expect(listed[0].proposal.approvals == [council.members[1].id])
        #expect(listed[0].proposal.rejections == [council.members[0].id])
        try council.zone.send(.approve(id), by: council.members[0].account)
        try council.approve(id, by: [council.members[2], council.members[3]])
        #expect(try council.standing(id) == .waiting)
    }

    @Test("tells subscribers each step, with the proposal's name")
    func events() throws {
        let council = try Council([1])
        let member = council.members[0]
        let transaction = try council.zone.transaction(
            [.propose([.add(council.candidates[0].validator)])], by: member.account,
            with: [council.authority])
        let executed = try council.zone.block([transaction])
        var events = executed?.outcomes.first?.events ?? []
        let id = transaction.id.hash
        events += try council.zone.send(
            try council.readiness(council.candidates[0]), by: council.candidates[0].account)
        events += try council.zone.send(.withdraw(id), by: member.account)
        #expect(events.map(\.name) == ["proposed", "agreed", "ready", "withdrawn"])
        #expect(events.allSatisfy { $0.module == "governance" && $0.data == id.bytes })
        #expect(try council.standing(id) == .withdrawn)
        #expect(try GovernanceQueries.waiting(in: council.zone.store) == nil)
        let other = try council.propose(
            .add(council.candidates[0].validator), by: council.authority)
        let rejected = try council.zone.send(.reject(other), by: member.account)
        #expect(rejected.map(\.name) == ["rejected", "declined"])
    }

    @Test("forgets what was open when its epoch ended, and what nobody was ready for")
    func ends() throws {
        let council = try Council()
        let stale = try council.propose(
            .add(council.candidates[1].validator), by: council.authority)
        let lapsed = try council.propose(
            .add(council.candidates[0].validator), by: council.authority)
        try council.approve(lapsed, by: Array(council.members.prefix(3)))
        #expect(try council.standing(lapsed) == .waiting)
        let change = try #require(try GovernanceQueries.waiting(in: council.zone.store))
        while council.height < ValidatorSchedule.lapseHeight(of: change) {
            try council.zone.block([])
        }
        #expect(try council.standing(lapsed) == .lapsed)
        let key = try SigningKey(suite: .ed25519, random: council.zone.random)
        _ = try council.open(.rotate(to: key.publicKey), by: council.members[0].account)
        try council.zone.send(
            try council.readiness(council.members[0], key: key), by: council.members[0].account)
        try council.finishSpan()
        #expect(council.epoch == 1)
        #expect(try council.standing(stale) == .stale)
        let outcome = try council.zone.attempt(.approve(stale), by: council.authority)
        #expect(outcome.failure == "governance.unknown")
    }
}
