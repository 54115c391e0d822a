import Base
import Encoding
import Ledger
import Storage

/// The contracts of the simulated zone: one writes a row, one changes the validators.
struct SimulatedContracts: Executor {
    /// A machine whose program is broken comes to other rows from this height on.
    var brokenFrom: UInt64?

    var contractSetDigest: Hash256 { Hash256(words: (1, 2, 3, 4)) }

    func execute(
        _ transaction: SignedTransaction, block: BlockContext, state: StateOverlay
    ) throws(StorageError) -> Result<[Event], ExecutionFailure> {
        for call in transaction.body.calls {
            if call.name == "write" {
                let row = call.arguments.last ?? 0
                let key = StateKeys.prefix(table: "rows") + [row % 16]
                let before = try state.value(for: key) ?? []
                var sum = Mixer(before.reduce(0) { $0 << 8 | UInt64($1) })
                sum.add(transaction.id.hash.words.0)
                if let brokenFrom, block.height >= brokenFrom { sum.add(1) }
                state.put(key, withUnsafeBytes(of: sum.value.bigEndian) { Array($0) })
            } else if let failure = try change(call.arguments, block, transaction, state) {
                return .failure(failure)
            }
        }
        return .success([])
    }

    /// Decides a change for which everybody is ready at once; the ledger's own schedule follows.
    private func change(
        _ arguments: [UInt8], _ block: BlockContext, _ transaction: SignedTransaction,
        _ state: StateOverlay
    ) throws(StorageError) -> ExecutionFailure? {
        guard let (kind, set) = Self.read(arguments) else { return ExecutionFailure(code: "form") }
        let waiting = try ValidatorTable.change { (key) throws(StorageError) in
            try state.value(for: key)
        }
        guard waiting == nil, ValidatorRules.error(from: block.validators, to: set) == nil else {
            return ExecutionFailure(code: "rules")
        }
        ValidatorTable.setChange(
            ValidatorChange(
                proposal: transaction.id.hash, kind: kind, agreed: block.height,
                checkpoint: block.parentState, validators: set,
                ready: set.validators.map(\.account)),
            in: state)
        return nil
    }

    private static func read(_ bytes: [UInt8]) -> (ValidatorChangeKind, ValidatorSet)? {
        do throws(CBORError) {
            var reader = try CBORReader(bytes)
            try reader.structure(2, "change")
            guard let kind = ValidatorChangeKind(rawValue: try reader.unsigned()) else {
                return nil
            }
            let set = try ValidatorSet(from: &reader)
            try reader.finish()
            return (kind, set)
        } catch {
            return nil
        }
    }
}
