package import Base
import Cryptography
import Encoding
package import Ledger
package import Storage

/// The contracts of a node, and the executor that the ledger calls.
package struct ContractRegistry: Executor {
    package let contractSetDigest: Hash256

    private let calls: [String: CallDefinition]

    /// Collects the calls of all contracts; names must be unique.
    package init(_ contracts: [any Contract.Type]) {
        var calls: [String: CallDefinition] = [:]
        var writer = CBORWriter()
        let sorted = contracts.sorted { $0.name < $1.name }
        writer.array(sorted.count * 2)
        for contract in sorted {
            writer.text(contract.name)
            writer.unsigned(contract.version)
            for call in contract.calls {
                let previous = calls.updateValue(call, forKey: "\(contract.name).\(call.name)")
                precondition(previous == nil, "two calls are named \(contract.name).\(call.name)")
            }
        }
        self.calls = calls
        contractSetDigest = HashSuite.sha256.hash(Domains.contractSet + writer.bytes)
    }

    package func execute(
        _ transaction: SignedTransaction, block: BlockContext, state: StateOverlay
    ) throws(StorageError) -> Result<[Event], ExecutionFailure> {
        let context = CallContext(
            block: block, sender: transaction.body.sender,
            signers: transaction.signatures.map(\.account), transaction: transaction.id,
            state: state)
        do throws(CallFailure) {
            try run(transaction.body.calls, context)
            return .success(context.events)
        } catch {
            switch error {
            case .refused(let refusal): return .failure(ExecutionFailure(code: refusal.code))
            case .malformed: return .failure(ExecutionFailure(code: "call.malformed"))
            case .storage(let error): throw error
            }
        }
    }

    /// Runs calls in order; the first failure ends them all.
    package func run(_ calls: [Call], _ context: CallContext) throws(CallFailure) {
        for call in calls {
            guard let definition = self.calls["\(call.module).\(call.name)"] else {
                throw .refuse(
                    "call.unknown", "This chain has no such contract call.",
                    "本链没有此合约调用。")
            }
            try definition.run(call.arguments, context)
        }
    }
}
