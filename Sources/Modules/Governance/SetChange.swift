import Base
package import ContractKit
package import Cryptography
package import Encoding
package import Ledger

/// One step from a validator set to another.
///
/// An array of 4: number (1 add, 2 remove, 3 rekey, 4 reweigh), account, key or null, weight or
/// null.
package enum SetChange: Hashable, Sendable, CBORCodable {
    case add(Validator)
    case remove(AccountID)
    case rekey(AccountID, PublicKey)
    case reweigh(AccountID, UInt64)

    package var account: AccountID {
        switch self {
        case .add(let validator): validator.account
        case .remove(let account), .rekey(let account, _), .reweigh(let account, _): account
        }
    }

    /// The word by which people name the step.
    package var name: String {
        switch self {
        case .add: "add"
        case .remove: "remove"
        case .rekey: "rekey"
        case .reweigh: "reweigh"
        }
    }

    /// The key that the step brings.
    package var key: PublicKey? {
        switch self {
        case .add(let validator): validator.key
        case .rekey(_, let key): key
        case .remove, .reweigh: nil
        }
    }

    /// The weight that the step brings.
    package var weight: UInt64? {
        switch self {
        case .add(let validator): validator.weight
        case .reweigh(_, let weight): weight
        case .remove, .rekey: nil
        }
    }

    private var number: UInt64 {
        switch self {
        case .add: 1
        case .remove: 2
        case .rekey: 3
        case .reweigh: 4
        }
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(4)
        writer.unsigned(number)
        account.encode(to: &writer)
        writer.optional(key) { $0.byteString($1.tagged) }
        writer.optional(weight) { $0.unsigned($1) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(4, "set change")
        let start = reader.offset
        let number = try reader.unsigned()
        let account = try AccountID(from: &reader)
        let key = try reader.optional { (reader) throws(CBORError) in try reader.publicKey() }
        let place = reader.offset
        let weight = try reader.optional { (reader) throws(CBORError) in
            try reader.unsigned(atMost: ValidatorSet.weightLimit, field: "weight")
        }
        guard weight != 0 else { throw .outOfRange(offset: place, field: "weight") }
        switch (number, key, weight) {
        case (1, let key?, let weight?):
            self = .add(Validator(account: account, key: key, weight: weight))
        case (2, nil, nil): self = .remove(account)
        case (3, let key?, nil): self = .rekey(account, key)
        case (4, nil, let weight?): self = .reweigh(account, weight)
        default: throw .outOfRange(offset: start, field: "set change")
        }
    }
}

extension ValidatorSet {
    /// The set after these steps, which name each account once.
    ///
    /// - Throws: a refusal when the steps do not fit the set, or the result is no set.
    package func applying(_ changes: [SetChange]) throws(CallFailure) -> ValidatorSet {
        guard !changes.isEmpty, Set(changes.map(\.account)).count == changes.count else {
            throw .because(GovernanceRefusal.changes)
        }
        var list = validators
        for change in changes {
            let index = list.firstIndex { $0.account == change.account }
            switch (change, index) {
            case (.add(let validator), nil): list.append(validator)
            case (.remove, let index?): list.remove(at: index)
            case (.rekey(let account, let key), let index?):
                list[index] = Validator(account: account, key: key, weight: list[index].weight)
            case (.reweigh(let account, let weight), let index?):
                list[index] = Validator(account: account, key: list[index].key, weight: weight)
            default: throw .because(GovernanceRefusal.changes)
            }
        }
        guard let set = ValidatorSet(list) else { throw .because(GovernanceRefusal.size) }
        return set
    }

    /// The weight that these accounts hold together; accounts outside of the set hold none.
    package func weight(of accounts: [AccountID]) -> UInt64 {
        validators.reduce(0) { $0 + (accounts.contains($1.account) ? $1.weight : 0) }
    }

    /// The validator of an account.
    package func validator(of account: AccountID) -> Validator? {
        validators.first { $0.account == account }
    }
}
