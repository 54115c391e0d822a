package import Base
package import Cryptography
package import Encoding

/// An institution that votes, with its key and its integer weight.
package struct Validator: Hashable, Sendable, CBORCodable {
    package let account: AccountID
    package let key: PublicKey
    package let weight: UInt64

    package init(account: AccountID, key: PublicKey, weight: UInt64) {
        (self.account, self.key, self.weight) = (account, key, weight)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(3)
        account.encode(to: &writer)
        writer.byteString(key.tagged)
        writer.unsigned(weight)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(3, "validator")
        account = try AccountID(from: &reader)
        key = try reader.publicKey()
        let start = reader.offset
        weight = try reader.unsigned(atMost: ValidatorSet.weightLimit, field: "weight")
        guard weight > 0 else { throw .outOfRange(offset: start, field: "weight") }
    }
}

/// The validators of one epoch, in the order of their accounts.
package struct ValidatorSet: Hashable, Sendable, CBORCodable {
    /// The largest weight of one validator, so that sums never overflow.
    package static let weightLimit: UInt64 = 1 << 32

    package let validators: [Validator]

    /// - Returns: nil for an empty set, too many validators or an account that stands twice.
    package init?(_ validators: [Validator]) {
        let sorted = validators.sorted { $0.account < $1.account }
        guard (1...LedgerLimits.validatorCount).contains(sorted.count),
            Set(sorted.map(\.account)).count == sorted.count,
            sorted.allSatisfy({ (1...Self.weightLimit).contains($0.weight) })
        else { return nil }
        self.validators = sorted
    }

    package var totalWeight: UInt64 { validators.reduce(0) { $0 + $1.weight } }

    /// More than two thirds of the weight: the integer test 3·signed > 2·total.
    package func isQuorum(_ signedWeight: UInt64) -> Bool { 3 * signedWeight > 2 * totalWeight }

    /// The digest that headers and votes name.
    package var digest: Hash256 { HashSuite.sha256.hash(Domains.validatorSet + encoded) }

    package func encode(to writer: inout CBORWriter) {
        writer.list(validators) { $1.encode(to: &$0) }
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        let start = reader.offset
        let validators = try reader.list(atMost: LedgerLimits.validatorCount) {
            (reader) throws(CBORError) in try Validator(from: &reader)
        }
        guard let set = ValidatorSet(validators), set.validators == validators else {
            throw .outOfRange(offset: start, field: "validators")
        }
        self = set
    }
}
