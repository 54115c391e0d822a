import Base
import ContractKit
import Cryptography
import Governance
import Ledger
import Membership
import Testing

@Suite("Governance refuses")
struct GovernanceRefusalTests {
    /// One way to get one refusal from a council of four or five.
    struct Scenario: Sendable, CustomTestStringConvertible {
        let code: String
        let story: String
        let weights: [UInt64]
        let attempt: @Sendable (Council) throws -> Outcome

        init(
            _ code: String, _ story: String, weights: [UInt64] = [1, 1, 1, 1],
            _ attempt: @escaping @Sendable (Council) throws -> Outcome
        ) {
            (self.code, self.story) = (code, story)
            (self.weights, self.attempt) = (weights, attempt)
        }

        var testDescription: String { "\(code): \(story)" }
    }

    @Test("with a code that can be explained, and changes nothing", arguments: scenarios)
    func refuses(_ scenario: Scenario) throws {
        let council = try Council(scenario.weights)
        let outcome = try scenario.attempt(council)
        #expect(outcome.failure == scenario.code)
        #expect(outcome.events.isEmpty)
        #expect(outcome.writes == StateOverlay(base: council.zone.store).finish(.sha256))
        #expect(council.zone.registry.refusal(for: scenario.code) != nil)
    }

    @Test("for each reason of its list")
    func everyReason() {
        let codes = Set(Self.scenarios.map(\.code))
        #expect(codes.isSuperset(of: GovernanceRefusal.allCases.map(\.refusal.code)))
    }

    private static func propose(
        _ council: Council, _ changes: SetChange..., by sender: TestAccount? = nil
    ) throws -> Outcome {
        try council.zone.attempt(.propose(changes), by: sender ?? council.authority)
    }

    /// A change that all have agreed to, and that waits.
    private static func waiting(_ council: Council) throws -> Hash256 {
        let id = try council.propose(
            .add(council.candidates[0].validator), by: council.authority)
        try council.approve(id, by: Array(council.members.prefix(3)))
        return id
    }

    static let scenarios = standing + rules + course + readiness

    private static let standing: [Scenario] = [
        Scenario("governance.not-governor", "a candidate proposes itself") { council in
            try propose(
                council, .add(council.candidates[0].validator), by: council.candidates[0].account)
        },
        Scenario("governance.not-governor", "a candidate votes") { council in
            let id = try council.propose(
                .add(council.candidates[0].validator), by: council.authority)
            return try council.zone.attempt(.approve(id), by: council.candidates[0].account)
        },
        Scenario("governance.not-validator", "the authority rotates a key it has not") { council in
            try council.zone.attempt(
                .rotate(to: council.candidates[0].key.publicKey), by: council.authority)
        },
        Scenario(
            "governance.not-validator", "the authority forbids a removal",
            weights: [1, 1, 1, 1, 1]
        ) { council in
            let id = try council.propose(
                .remove(council.members[0].id), by: council.members[1].account)
            return try council.zone.attempt(.reject(id), by: council.authority)
        },
        Scenario("governance.not-proposer", "another validator withdraws") { council in
            let id = try council.propose(
                .add(council.candidates[0].validator), by: council.authority)
            return try council.zone.attempt(.withdraw(id), by: council.members[0].account)
        },
        Scenario("governance.not-institution", "a stranger is proposed") { council in
            let stranger = try TestValidator(random: council.zone.random)
            return try propose(council, .add(stranger.validator))
        },
        Scenario("governance.not-institution", "a suspended institution is proposed") { council in
            let candidate = council.candidates[0]
            try council.zone.send(
                .set(candidate.account, .suspended, by: "setInstitutionStatus"),
                by: council.authority)
            return try propose(council, .add(candidate.validator))
        },
    ]

    private static let rules: [Scenario] = [
        Scenario("governance.changes", "no step at all") { try propose($0) },
        Scenario("governance.changes", "an account twice") { council in
            let id = council.members[0].id
            return try propose(council, .reweigh(id, 2), .remove(id))
        },
        Scenario("governance.changes", "a validator joins again") { council in
            try propose(council, .add(council.members[0].validator))
        },
        Scenario("governance.changes", "a candidate leaves") { council in
            try propose(council, .remove(council.candidates[0].id))
        },
        Scenario("governance.size", "nobody stays", weights: [1]) { council in
            try propose(council, .remove(council.members[0].id))
        },
        Scenario("governance.unchanged", "the same weight") { council in
            try propose(council, .reweigh(council.members[0].id, 1))
        },
        Scenario("governance.unchanged", "the same key again") { council in
            try council.zone.attempt(
                .rotate(to: council.members[0].key.publicKey), by: council.members[0].account)
        },
        Scenario("governance.shared-key", "another validator's key") { council in
            try council.zone.attempt(
                .rotate(to: council.members[1].key.publicKey), by: council.members[0].account)
        },
        Scenario("governance.too-few", "one of four leaves") { council in
            try propose(council, .remove(council.members[0].id))
        },
        Scenario("governance.too-few", "one of four in an emergency") { council in
            try council.zone.attempt(
                .remove(inEmergency: [council.members[0].id]), by: council.authority)
        },
        Scenario("governance.too-heavy", "half of the weight for one") { council in
            try propose(council, .reweigh(council.members[0].id, 3))
        },
        Scenario("governance.too-much", "two join four") { council in
            try propose(
                council, .add(council.candidates[0].validator),
                .add(council.candidates[1].validator))
        },
        Scenario(
            "governance.too-much", "two of six in an emergency", weights: [1, 1, 1, 1, 1, 1]
        ) { council in
            try council.zone.attempt(
                .remove(inEmergency: council.members.prefix(2).map(\.id)), by: council.authority)
        },
    ]

    private static let course: [Scenario] = [
        Scenario("governance.exists", "two proposals in one transaction") { council in
            let first = Call.propose([.add(council.candidates[0].validator)])
            let second = Call.propose([.add(council.candidates[1].validator)])
            return try council.zone.attempt(first, second, by: council.authority)
        },
        Scenario("governance.unknown", "a vote on nothing") { council in
            try council.zone.attempt(.approve(.zero), by: council.authority)
        },
        Scenario("governance.closed", "a vote on what is decided") { council in
            let id = try waiting(council)
            return try council.zone.attempt(.reject(id), by: council.members[0].account)
        },
        Scenario("governance.closed", "a withdrawal of what is withdrawn") { council in
            let id = try waiting(council)
            try council.zone.send(.withdraw(id), by: council.authority)
            return try council.zone.attempt(.withdraw(id), by: council.authority)
        },
        Scenario("governance.waiting", "a second decision") { council in
            let second = try council.propose(
                .add(council.candidates[1].validator), by: council.authority)
            _ = try waiting(council)
            try council.approve(second, by: Array(council.members.prefix(2)))
            return try council.zone.attempt(.approve(second), by: council.members[2].account)
        },
        Scenario("governance.waiting", "a rotation while a decision waits") { council in
            _ = try waiting(council)
            let key = try SigningKey(suite: .ed25519, random: council.zone.random)
            return try council.zone.attempt(
                .rotate(to: key.publicKey), by: council.members[0].account)
        },
    ]

    private static let readiness: [Scenario] = [
        Scenario("governance.not-waiting", "ready for what is withdrawn") { council in
            let id = try waiting(council)
            let call = try council.readiness(council.members[0])
            try council.zone.send(.withdraw(id), by: council.authority)
            return try council.zone.attempt(call, by: council.members[0].account)
        },
        Scenario("governance.not-in-new-set", "ready without a seat") { council in
            _ = try waiting(council)
            let other = council.candidates[1]
            return try council.zone.attempt(
                try council.readiness(other), by: other.account)
        },
        Scenario("governance.checkpoint", "another height") { council in
            _ = try waiting(council)
            let member = council.members[0]
            return try council.zone.attempt(
                try council.readiness(member, height: council.height), by: member.account)
        },
        Scenario("governance.checkpoint", "another state") { council in
            _ = try waiting(council)
            let member = council.members[0]
            return try council.zone.attempt(
                try council.readiness(member, stateRoot: .zero), by: member.account)
        },
        Scenario("governance.ready-signature", "another's key") { council in
            _ = try waiting(council)
            let member = council.members[0]
            return try council.zone.attempt(
                try council.readiness(member, key: council.members[1].key), by: member.account)
        },
        Scenario("governance.ready-signature", "another's statement") { council in
            _ = try waiting(council)
            return try council.zone.attempt(
                try council.readiness(council.members[0]), by: council.members[1].account)
        },
        Scenario("governance.ready-signature", "the old key after a rotation") { council in
            let member = council.members[0]
            let key = try SigningKey(suite: .ed25519, random: council.zone.random)
            _ = try council.open(.rotate(to: key.publicKey), by: member.account)
            return try council.zone.attempt(
                try council.readiness(member), by: member.account)
        },
    ]
}
