import Base
import ContractKit
import Cryptography
import Ledger
import Storage

/// Runs calls of contracts on a store in memory, a block for each transaction.
final class ContractBench {
    let registry: ContractRegistry
    let store = MemoryKeyValueStore()
    /// The events of everything that succeeded.
    private(set) var events: [Event] = []
    private var height: UInt64 = 0

    init(_ contracts: [any Contract.Type]) { registry = ContractRegistry(contracts) }

    /// An account without keys: the bench checks no signatures.
    static func account(_ number: UInt64) -> AccountID {
        AccountID(Hash256(words: (number, 0, 0, 0)))
    }

    /// The account that the zone's authority has on the bench.
    static let authority = account(.max)

    /// A block of a chain whose only validator never signs.
    static func block(height: UInt64, time: Timestamp) -> BlockContext {
        let bytes = [UInt8](repeating: 9, count: 32)
        guard let key = try? PublicKey(suite: .ed25519, bytes: bytes),
            let set = ValidatorSet([Validator(account: authority, key: key, weight: 1)])
        else { preconditionFailure("one validator is a set") }
        return BlockContext(
            zone: "33", chain: .zero, height: height, time: time, authority: authority, epoch: 0,
            validators: set, parentState: .zero)
    }

    /// Runs one call.
    func run(_ call: Call, by sender: AccountID) throws -> String? {
        try run([call], by: sender)
    }

    /// Runs the calls of one transaction.
    ///
    /// - Returns: nil when all succeeded, otherwise the code of the refusal.
    func run(_ calls: [Call], by sender: AccountID, with others: [AccountID] = []) throws -> String?
    {
        height += 1
        let overlay = StateOverlay(base: store)
        let context = context(sender, others, overlay)
        do throws(CallFailure) {
            try registry.run(calls, context)
        } catch {
            switch error {
            case .refused(let refusal): return refusal.code
            case .malformed: return CallRefusal.malformed.refusal.code
            case .storage(let error): throw error
            }
        }
        var batch = WriteBatch()
        for (key, value) in overlay.changes {
            if let value { batch.put(key, value) } else { batch.delete(key) }
        }
        try store.write(batch)
        events += context.events
        return nil
    }

    /// A context at the bench's height.
    func context(
        _ sender: AccountID, _ others: [AccountID] = [], _ overlay: StateOverlay
    ) -> CallContext {
        let block = Self.block(height: height, time: Timestamp(milliseconds: height * 1000))
        return CallContext(
            block: block, sender: sender, signers: [sender] + others,
            transaction: TransactionID(Hash256(words: (0, 0, 0, height))), state: overlay)
    }
}
