import Base
import ContractKit
import Cryptography
import Governance
import Ledger
import Membership

/// An institution with a validator's key beside its account's.
struct TestValidator {
    let account: TestAccount
    let key: SigningKey
    let weight: UInt64

    init(random: any RandomSource, weight: UInt64 = 1) throws {
        account = try TestAccount(random: random)
        key = try SigningKey(suite: .ed25519, random: random)
        self.weight = weight
    }

    var id: AccountID { account.id }

    var validator: Validator { Validator(account: id, key: key.publicKey, weight: weight) }
}

/// A zone whose validators are institutions besides the authority, and three that may join.
final class Council {
    let zone: TestZone
    let members: [TestValidator]
    /// Admitted institutions that are no validators.
    let candidates: [TestValidator]

    var authority: TestAccount { zone.authority }
    var set: ValidatorSet { zone.replica.head.validators }
    var epoch: UInt64 { zone.replica.head.epoch }
    var height: UInt64 { zone.replica.head.height }

    init(_ weights: [UInt64] = [1, 1, 1, 1], candidates weight: UInt64 = 1) throws {
        var made: [TestValidator] = []
        zone = try TestZone { random in
            made = try weights.map { try TestValidator(random: random, weight: $0) }
            return made.map(\.validator)
        }
        members = made
        let random = zone.random
        candidates = try (0..<3).map { _ in try TestValidator(random: random, weight: weight) }
        var calls = [Call.found(name: "Zhejiang")]
        for (index, party) in (members + candidates).enumerated() {
            guard let code = SocialCreditCode(completing: "12330000MA00000\(10 + index)") else {
                throw UnexpectedRefusal(code: "a social credit code")
            }
            calls.append(.admit(party.account, name: "Hospital", code: code.text))
        }
        let outcome = try zone.attempt(calls, by: authority)
        if let code = outcome.failure { throw UnexpectedRefusal(code: code) }
    }

    /// Proposes; returns the proposal's name.
    func propose(
        _ changes: SetChange..., by sender: TestAccount, with others: [TestAccount] = []
    ) throws -> Hash256 {
        try open(.propose(changes), by: sender, with: others)
    }

    /// Sends a call that makes a proposal; returns its name.
    func open(
        _ call: Call, by sender: TestAccount, with others: [TestAccount] = []
    ) throws -> Hash256 {
        let transaction = try zone.transaction([call], by: sender, with: others)
        let executed = try zone.block([transaction])
        if let code = executed?.outcomes.first?.failure { throw UnexpectedRefusal(code: code) }
        return transaction.id.hash
    }

    func approve(_ id: Hash256, by parties: [TestValidator]) throws {
        for party in parties { try zone.send(.approve(id), by: party.account) }
    }

    /// The call by which a party says that it is ready for the waiting change.
    func readiness(
        _ party: TestValidator, key: SigningKey? = nil, height: UInt64? = nil,
        stateRoot: Hash256? = nil
    ) throws -> Call {
        guard let change = try GovernanceQueries.waiting(in: zone.store) else {
            throw UnexpectedRefusal(code: "no change waits")
        }
        let statement = ReadyStatement(
            chain: zone.replica.chain, change: change, account: party.id)
        return Call(
            GovernanceContract.self, "ready",
            GovernanceContract.Ready(
                proposal: change.proposal, height: height ?? statement.height,
                stateRoot: stateRoot ?? statement.stateRoot,
                signature: try (key ?? party.key).sign(statement.message)))
    }

    func ready(_ parties: [TestValidator]) throws {
        for party in parties { try zone.send(try readiness(party), by: party.account) }
    }

    /// Blocks without transactions until the height is the end of a span.
    func finishSpan() throws {
        repeat { try zone.block([]) } while !ValidatorSchedule.isEnd(height)
    }

    func standing(_ id: Hash256, of epoch: UInt64 = 0) throws -> ProposalStanding? {
        try GovernanceQueries.proposal(
            id, of: epoch, genesis: zone.replica.genesis, in: zone.store)?.standing
    }
}

extension Call {
    static func propose(_ changes: [SetChange]) -> Call {
        Call(
            GovernanceContract.self, "propose", GovernanceContract.Propose(changes: changes))
    }

    static func remove(inEmergency accounts: [AccountID]) -> Call {
        Call(
            GovernanceContract.self, "emergencyRemove",
            GovernanceContract.EmergencyRemove(accounts: accounts))
    }

    static func rotate(to key: PublicKey) -> Call {
        Call(GovernanceContract.self, "rotate", GovernanceContract.Rotate(key: key))
    }

    private static func name(_ call: String, _ id: Hash256) -> Call {
        Call(GovernanceContract.self, call, GovernanceContract.NameProposal(proposal: id))
    }

    static func approve(_ id: Hash256) -> Call { name("approve", id) }

    static func reject(_ id: Hash256) -> Call { name("reject", id) }

    static func withdraw(_ id: Hash256) -> Call { name("withdraw", id) }
}
