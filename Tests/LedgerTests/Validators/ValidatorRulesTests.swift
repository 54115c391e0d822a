import Base
import Cryptography
import Encoding
import Ledger
import Testing

/// Which set may follow which, and what the rules are good for.
struct ValidatorRulesTests {
    /// A key that nobody can sign with: the rules only compare keys.
    private static func key(_ number: UInt8) throws -> PublicKey {
        try PublicKey(suite: .ed25519, bytes: [number] + [UInt8](repeating: 7, count: 31))
    }

    private static func validator(
        _ account: UInt64, key number: UInt8? = nil, weight: UInt64
    ) throws -> Validator {
        Validator(
            account: AccountID(Hash256(words: (account, 0, 0, 0))),
            key: try key(number ?? UInt8(account)), weight: weight)
    }

    /// Validators 1, 2, 3 … with these weights and a key each.
    private static func set(_ weights: [UInt64]) throws -> ValidatorSet {
        try set(weights.enumerated().map { try validator(UInt64($0 + 1), weight: $1) })
    }

    private static func set(_ validators: [Validator]) throws -> ValidatorSet {
        guard let set = ValidatorSet(validators) else { throw Unexpected(what: "no set") }
        return set
    }

    private func error(_ old: [UInt64], _ new: [UInt64]) throws -> ValidatorRuleError? {
        ValidatorRules.error(from: try Self.set(old), to: try Self.set(new))
    }

    @Test func aZoneGrowsFromOneValidatorToFourInOneStep() throws {
        #expect(try error([1], [1, 1, 1, 1]) == nil)
        #expect(try error([5], [1, 1, 1, 1, 1, 1, 1]) == nil)
        #expect(try error([1], [1, 1]) == nil)
        #expect(try error([1, 1, 1], [7]) == nil)
        // Even then nobody of four or more may hold a third.
        let first = try Self.validator(1, weight: 2)
        #expect(try error([1], [2, 1, 1, 1]) == .tooHeavy(first.account))
        #expect(try error([1], [3, 2, 2, 2]) == .tooHeavy(first.account))
        #expect(try error([1], [3, 3, 2, 2]) == nil)
    }

    @Test func aZoneBeginsWithoutAValidatorThatHoldsAThird() throws {
        func error(_ weights: [UInt64]) throws -> ValidatorRuleError? {
            ValidatorRules.error(founding: try Self.set(weights))
        }
        #expect(try error([1]) == nil && error([5, 1, 1]) == nil && error([1, 1, 1, 1]) == nil)
        let heavy = try Self.validator(1, weight: 2)
        #expect(try error([2, 1, 1, 1]) == .tooHeavy(heavy.account))
        let genesis = Genesis(
            zone: "33", chain: "main", hashSuite: .sha256, time: Timestamp(milliseconds: 0),
            authority: heavy.account, validators: try Self.set([2, 1, 1, 1]))
        #expect(throws: CBORError.self) { try Genesis(decoding: genesis.encoded) }
    }

    @Test func fourOrMoreStayFourOrMore() throws {
        #expect(try error([1, 1, 1, 1], [1, 1, 1]) == .tooFew(3))
        #expect(try error([1, 1, 1, 1, 1], [1, 1, 1, 1]) == nil)
    }

    @Test func lessThanAThirdOfTheWeightChangesAtOnce() throws {
        #expect(try error([1, 1, 1, 1], [1, 1, 1, 1, 1]) == nil)
        #expect(
            try error([1, 1, 1, 1], [1, 1, 1, 1, 1, 1]) == .tooMuch(changed: 2, total: 4))
        // Exactly a third is too much.
        #expect(
            try error([1, 1, 1, 1, 1, 1], [1, 1, 1, 1]) == .tooMuch(changed: 2, total: 6))
        #expect(try error([2, 2, 2, 2, 2, 2, 2], [2, 2, 2, 2, 2, 2, 3, 3]) == nil)
        // What one gains and another loses both count.
        #expect(
            try error([30, 30, 30, 30], [40, 10, 40, 40]) == .tooMuch(changed: 50, total: 120))
        #expect(try error([30, 30, 30, 30], [40, 20, 40, 35]) == nil)
    }

    @Test func aReplacedKeyCountsOnceWithItsWholeWeight() throws {
        let old = try Self.set([10, 10, 10, 10])
        func rekeyed(_ weight: UInt64, _ others: [UInt64] = [10, 10, 10]) throws -> ValidatorSet {
            try Self.set(
                [try Self.validator(1, key: 200, weight: weight)]
                    + others.enumerated().map {
                        try Self.validator(UInt64($0 + 2), weight: $1)
                    })
        }
        #expect(ValidatorRules.changedWeight(from: old, to: try rekeyed(10)) == 10)
        #expect(ValidatorRules.changedWeight(from: old, to: try rekeyed(13)) == 13)
        #expect(ValidatorRules.changedWeight(from: old, to: try rekeyed(8)) == 10)
        #expect(ValidatorRules.error(from: old, to: try rekeyed(10)) == nil)
        #expect(
            ValidatorRules.error(from: old, to: try rekeyed(10, [14, 10, 10]))
                == .tooMuch(changed: 14, total: 40))
    }

    @Test func equalSetsAndSharedKeysAreRefused() throws {
        #expect(try error([1, 1, 1, 1], [1, 1, 1, 1]) == .unchanged)
        #expect(try error([1], [1]) == .unchanged)
        let shared = try Self.set([
            try Self.validator(1, weight: 1), try Self.validator(2, key: 1, weight: 1),
        ])
        #expect(
            ValidatorRules.error(from: try Self.set([1]), to: shared)
                == .sharedKey(try Self.key(1)))
    }

    @Test func theLargestWeightsDoNotOverflow() throws {
        let heavy = [UInt64](repeating: ValidatorSet.weightLimit, count: 63)
        let old = try Self.set(heavy)
        let new = try Self.set(heavy + [ValidatorSet.weightLimit])
        #expect(ValidatorRules.error(from: old, to: new) == nil)
        let changed = ValidatorRules.changedWeight(from: old, to: try Self.set([1, 1, 1, 1]))
        #expect(changed == 63 * ValidatorSet.weightLimit - 4)
    }

    // MARK: Random changes

    /// One to three random alterations of a set; accounts and keys count on and on.
    private static func altered(
        _ set: ValidatorSet, next: inout UInt8, random: SeededRandom
    ) throws -> ValidatorSet? {
        var list = set.validators
        for _ in 0...random.below(3) {
            let index = list.isEmpty ? 0 : random.below(list.count)
            let weight = UInt64(random.below(9) + 1)
            // A small set may become anything; grow it, so that there is something to keep.
            switch random.below(list.count < 4 ? 1 : 4) {
            case 0 where list.count < 7 && next < .max:
                next += 1
                list.append(try validator(UInt64(next), weight: weight))
            case 1 where !list.isEmpty: list.remove(at: index)
            case 2 where !list.isEmpty && next < .max:
                next += 1
                let old = list[index]
                list[index] = Validator(
                    account: old.account, key: try key(next), weight: old.weight)
            case 3 where !list.isEmpty:
                let old = list[index]
                list[index] = Validator(account: old.account, key: old.key, weight: weight)
            default: break
            }
        }
        return ValidatorSet(list)
    }

    private static func quorums(_ set: ValidatorSet) -> [[Validator]] {
        (0..<1 << set.validators.count).compactMap { mask in
            let members = set.validators.indices.filter { mask >> $0 & 1 == 1 }
                .map { set.validators[$0] }
            return set.isQuorum(members.reduce(0) { $0 + $1.weight }) ? members : nil
        }
    }

    /// Checks what the documentation of the rules promises, by all pairs of quorums.
    private static func checkOverlap(
        _ old: ValidatorSet, _ new: ValidatorSet, _ seed: UInt64
    ) {
        let replaced = new.validators.contains { validator in
            old.validators.contains {
                $0.account == validator.account && $0.key != validator.key
            }
        }
        for quorum in quorums(new) {
            let keys = Set(quorum.map(\.key))
            let known = old.validators.filter { keys.contains($0.key) }
            let weight = known.reduce(0) { $0 + $1.weight }
            #expect(3 * weight > old.totalWeight, "seed \(seed)")
            if !replaced { #expect(9 * weight > 4 * old.totalWeight, "seed \(seed)") }
            for former in quorums(old) {
                #expect(former.contains { keys.contains($0.key) }, "seed \(seed)")
            }
        }
    }

    @Test(
        "whatever is proposed, what the rules let through keeps what they promise",
        arguments: UInt64(1)...12)
    func randomChangesKeepTheInvariants(seed: UInt64) throws {
        let random = SeededRandom(seed: seed)
        var set = try Self.set(seed % 3 == 0 ? [1] : [3, 3, 3, 3])
        var next: UInt8 = 10
        var (accepted, refused) = (0, 0)
        for _ in 0..<150 {
            guard let new = try Self.altered(set, next: &next, random: random) else { continue }
            guard ValidatorRules.error(from: set, to: new) == nil else {
                refused += 1
                continue
            }
            accepted += 1
            #expect(Set(new.validators.map(\.key)).count == new.validators.count, "seed \(seed)")
            if new.validators.count >= 4 {
                for validator in new.validators {
                    #expect(3 * validator.weight < new.totalWeight, "seed \(seed)")
                }
            }
            if set.validators.count >= 4 {
                #expect(new.validators.count >= 4, "seed \(seed)")
                let changed = ValidatorRules.changedWeight(from: set, to: new)
                #expect(3 * changed < set.totalWeight, "seed \(seed)")
                Self.checkOverlap(set, new, seed)
            }
            set = new
        }
        #expect(accepted > 5 && refused > 20, "seed \(seed): \(accepted), \(refused)")
    }
}
