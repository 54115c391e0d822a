import Base
import Cryptography
import Ledger
import Testing

/// When a decided change takes effect, and when it is forgotten.
struct ValidatorScheduleTests {
    private let old: ValidatorSet
    private let new: ValidatorSet
    private let accounts: [AccountID]

    init() throws {
        let random = SeededRandom(seed: 3)
        let list = try (0..<5).map { _ in
            let party = try Party(random: random)
            return Validator(account: party.id, key: party.key.publicKey, weight: 1)
        }
        old = try #require(ValidatorSet(Array(list.prefix(4))))
        new = try #require(ValidatorSet(list))
        accounts = new.validators.map(\.account)
    }

    private func change(
        _ kind: ValidatorChangeKind = .scheduled, ready: Int, agreed: UInt64 = 5,
        to set: ValidatorSet? = nil
    ) -> ValidatorChange {
        ValidatorChange(
            proposal: .zero, kind: kind, agreed: agreed, checkpoint: .zero,
            validators: set ?? new, ready: Array(accounts.prefix(ready)))
    }

    private func verdict(
        _ change: ValidatorChange, _ height: UInt64
    ) -> ValidatorSchedule.Verdict {
        ValidatorSchedule.verdict(on: change, replacing: old, endOf: height)
    }

    @Test func aScheduledChangeTakesOverAtTheEndOfASpanWhenAQuorumIsReady() {
        for height: UInt64 in 6...80 {
            let isEnd = height % ValidatorSchedule.spanLength == 0
            #expect(ValidatorSchedule.isEnd(height) == isEnd)
            // Three of five are no quorum, four are.
            #expect(verdict(change(ready: 3), height) == .waits)
            #expect(verdict(change(ready: 4), height) == (isEnd ? .takesOver : .waits))
            #expect(verdict(change(.emergency, ready: 3), height) == .waits)
            #expect(verdict(change(.emergency, ready: 4), height) == .takesOver)
        }
    }

    @Test func aRotationNeedsTheNewKeyAndNobodyElse() throws {
        let random = SeededRandom(seed: 4)
        let rotated = old.validators[2]
        let key = try SigningKey(suite: .ed25519, random: random).publicKey
        let list = old.validators.map {
            $0 == rotated ? Validator(account: $0.account, key: key, weight: 1) : $0
        }
        let set = try #require(ValidatorSet(list))
        func rotation(_ ready: [AccountID]) -> ValidatorChange {
            ValidatorChange(
                proposal: .zero, kind: .rotation, agreed: 5, checkpoint: .zero, validators: set,
                ready: ready)
        }
        let others = old.validators.map(\.account).filter { $0 != rotated.account }
        #expect(verdict(rotation(others), 16) == .waits)
        #expect(verdict(rotation([rotated.account]), 16) == .takesOver)
        #expect(verdict(rotation([rotated.account]), 17) == .waits)
    }

    @Test func aChangeThatIsNotReadyLapses() {
        let late = 5 + ValidatorSchedule.patience
        for kind in ValidatorChangeKind.allCases {
            #expect(verdict(change(kind, ready: 0), late - 1) == .waits)
            #expect(verdict(change(kind, ready: 0), late) == .lapses)
        }
        // Ready in time is ready until the next end of a span.
        #expect(verdict(change(ready: 5), late) == .waits)
        #expect(verdict(change(ready: 5), ValidatorSchedule.end(from: late)) == .takesOver)
        #expect(verdict(change(ready: 0, agreed: .max), .max) == .lapses)
    }

    @Test func aChangeThatBreaksTheRulesLapsesHoweverReadyItIs() throws {
        let three = try #require(ValidatorSet(Array(old.validators.prefix(3))))
        let ready = ValidatorChange(
            proposal: .zero, kind: .emergency, agreed: 5, checkpoint: .zero, validators: three,
            ready: three.validators.map(\.account))
        #expect(verdict(ready, 16) == .lapses)
        #expect(verdict(change(.emergency, ready: 5, to: old), 16) == .lapses)
    }

    @Test func theEndOfASpanIsFoundWithoutOverflow() {
        #expect(ValidatorSchedule.end(from: 0) == 0)
        #expect(ValidatorSchedule.end(from: 1) == 16)
        #expect(ValidatorSchedule.end(from: 16) == 16)
        #expect(ValidatorSchedule.end(from: 17) == 32)
        #expect(ValidatorSchedule.end(from: .max) == .max)
    }

    @Test func readinessCountsMembersOfTheNewSetOnce() {
        var change = change(ready: 2)
        #expect(change.readyWeight == 2)
        change.confirm(accounts[0])
        change.confirm(AccountID(Hash256(words: (1, 2, 3, 4))))
        #expect(change.readyWeight == 2)
        change.confirm(accounts[4])
        #expect(change.readyWeight == 3)
        #expect(change.checkpointHeight == 4)
    }

    @Test func aReadyStatementIsBoundToAllItNames() throws {
        let random = SeededRandom(seed: 9)
        let key = try SigningKey(suite: .ed25519, random: random)
        let change = change(ready: 0)
        let chain = random.hash256()
        let statement = ReadyStatement(chain: chain, change: change, account: accounts[0])
        let signature = try key.sign(statement.message)
        #expect(statement.isSigned(by: key.publicKey, signature))
        let other = random.hash256()
        let others = [
            ReadyStatement(chain: other, change: change, account: accounts[0]),
            ReadyStatement(chain: chain, change: change, account: accounts[1]),
            ReadyStatement(
                chain: chain, change: self.change(ready: 0, agreed: 6), account: accounts[0]),
            ReadyStatement(
                chain: chain, change: self.change(ready: 0, to: old), account: accounts[0]),
            ReadyStatement(
                chain: chain, proposal: other, validators: new.digest, account: accounts[0],
                height: 4, stateRoot: .zero),
            ReadyStatement(
                chain: chain, proposal: .zero, validators: new.digest, account: accounts[0],
                height: 4, stateRoot: other),
        ]
        for other in others { #expect(!other.isSigned(by: key.publicKey, signature)) }
    }
}
