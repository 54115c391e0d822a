import Base
import Cryptography
import Ledger
import Storage

/// Steps of the tests about changes of the validator set.
extension TestChain {
    /// Four validators of weight 1, three of them besides the authority.
    static func ofFour(seed: UInt64 = 1) throws -> TestChain {
        try TestChain(seed: seed, weights: [1, 1, 1, 1])
    }

    var set: ValidatorSet { replica.head.validators }

    /// Blocks without transactions until the head has this height.
    func advance(to height: UInt64) throws {
        while replica.head.height < height { try commit([], allowsEmpty: true) }
    }

    /// Leaves a change of the set in the next block, as a governing module would.
    @discardableResult
    func agree(
        on validators: [Validator], kind: ValidatorChangeKind = .scheduled
    ) throws -> ValidatorChange {
        guard let set = ValidatorSet(validators) else { throw Unexpected(what: "no set") }
        let change = ValidatorChange(
            proposal: random.hash256(), kind: kind, agreed: replica.head.height + 1,
            checkpoint: replica.head.stateRoot, validators: set)
        try commit([try transaction([ScratchExecutor.change(change)], by: authority)])
        return change
    }

    /// Says in one block that validators are ready.
    func confirm(_ validators: [Validator]) throws {
        let calls = validators.map { ScratchExecutor.confirm($0.account) }
        try commit([try transaction(calls, by: authority)])
    }

    /// Changes the set and goes on to the first block of the new epoch.
    func change(to validators: [Validator]) throws {
        try agree(on: validators)
        try confirm(validators)
        try advance(to: ValidatorSchedule.end(from: replica.head.height) + 1)
        guard replica.head.validators.validators.count == validators.count else {
            throw Unexpected(what: "the set did not change")
        }
    }

    /// The change that waits in the newest state.
    func waiting() throws -> ValidatorChange? {
        try ValidatorTable.change { (key) throws(StorageError) in try store.value(for: key) }
    }
}
