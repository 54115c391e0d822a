import Base
package import Cryptography

/// Why a validator set may not follow another.
package enum ValidatorRuleError: Error, Hashable, Sendable {
    /// The sets are equal.
    case unchanged
    /// One key would vote for two validators.
    case sharedKey(PublicKey)
    /// Fewer than four validators after a set of four or more.
    case tooFew(Int)
    /// One validator of four or more would hold a third of the weight or more.
    case tooHeavy(AccountID)
    /// A third of the old weight or more would change at once.
    case tooMuch(changed: UInt64, total: UInt64)
}

/// Which validator set may follow which.
///
/// Four validators are the smallest set that withstands a dishonest one. From then on:
///
/// - there are four or more, and none holds a third of the weight or more;
/// - less than a third of the old weight changes from one epoch to the next.
///
/// Changed is what a validator's weight grows or shrinks by, the whole weight of one that comes or
/// goes, and the larger of its two weights when its key is replaced. Write A for the weight that
/// new keys bring, R for what old keys lose, W for the old total. A quorum of the new set is more
/// than 2/3 (W − R + A); at most A of it is new, so old keys in it held more than
/// 2/3 W − 2/3 R − 1/3 A. A replaced key counts once as changed and once in each of R and A, so
/// 2R + A is at most three times what changed, which is less than W. Hence:
///
/// - every quorum of the new set holds keys with more than a third of the old weight (more than
///   4/9 when no key is replaced), and so an honest one of the old set: a client that knows only
///   the old set can judge the new set's certificate by that;
/// - every quorum of the old set shares a validator and its key with every quorum of the new one.
///
/// A set of one to three validators is for trying, or for founding a zone: it needs everybody, or
/// nearly so, and withstands nobody. Its change is not bounded in weight, so that a zone can grow
/// from one validator to four in a single step. Nothing is promised about overlap there: whoever
/// checks certificates must follow that handoff itself, which the old set has certified.
package enum ValidatorRules {
    /// The smallest set that withstands a dishonest validator.
    package static let robustCount = 4

    /// The rule that a zone's first set breaks; nil when a zone may begin with it.
    package static func error(founding set: ValidatorSet) -> ValidatorRuleError? {
        var keys: Set<PublicKey> = []
        for validator in set.validators where !keys.insert(validator.key).inserted {
            return .sharedKey(validator.key)
        }
        return set.validators.count >= robustCount ? heaviest(of: set) : nil
    }

    private static func heaviest(of set: ValidatorSet) -> ValidatorRuleError? {
        let total = set.totalWeight
        return set.validators.first { 3 * $0.weight >= total }.map { .tooHeavy($0.account) }
    }

    /// The first rule that a change breaks; nil when `new` may follow `old`.
    package static func error(
        from old: ValidatorSet, to new: ValidatorSet
    ) -> ValidatorRuleError? {
        if new == old { return .unchanged }
        var keys: Set<PublicKey> = []
        for validator in new.validators where !keys.insert(validator.key).inserted {
            return .sharedKey(validator.key)
        }
        let isRobust = old.validators.count >= robustCount
        guard new.validators.count >= robustCount else {
            return isRobust ? .tooFew(new.validators.count) : nil
        }
        if let error = heaviest(of: new) { return error }
        let changed = changedWeight(from: old, to: new)
        guard !isRobust || 3 * changed < old.totalWeight else {
            return .tooMuch(changed: changed, total: old.totalWeight)
        }
        return nil
    }

    /// How much weight changes between two sets, as the rules count it.
    package static func changedWeight(from old: ValidatorSet, to new: ValidatorSet) -> UInt64 {
        var before: [AccountID: Validator] = [:]
        for validator in old.validators { before[validator.account] = validator }
        var changed: UInt64 = 0
        for validator in new.validators {
            guard let former = before.removeValue(forKey: validator.account) else {
                changed += validator.weight
                continue
            }
            let (more, less) = (
                max(former.weight, validator.weight), min(former.weight, validator.weight)
            )
            changed += former.key == validator.key ? more - less : more
        }
        return before.values.reduce(changed) { $0 + $1.weight }
    }
}
