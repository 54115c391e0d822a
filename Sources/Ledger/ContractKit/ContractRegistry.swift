package import Base
import Cryptography
import Encoding
package import Ledger
package import Storage

/// The contracts of a node, and the executor that the ledger calls.
package struct ContractRegistry: Executor {
    package let contractSetDigest: Hash256

    private let calls: [String: [String: CallDefinition]]
    private let refusals: [String: Refusal]

    /// Collects the calls of all contracts; names must be unique.
    package init(_ contracts: [any Contract.Type]) {
        var calls: [String: [String: CallDefinition]] = [:]
        var refusals: [String: Refusal] = [:]
        var writer = CBORWriter()
        let sorted = contracts.sorted { $0.name < $1.name }
        writer.array(sorted.count * 2)
        for contract in sorted {
            writer.text(contract.name)
            writer.unsigned(contract.version)
            precondition(calls[contract.name] == nil, "two contracts are named \(contract.name)")
            calls[contract.name] = Dictionary(contract.calls.map { ($0.name, $0) }) { call, _ in
                preconditionFailure("two calls are named \(contract.name).\(call.name)")
            }
            for refusal in contract.refusals { refusals[refusal.code] = refusal }
        }
        for refusal in CallRefusal.refusals { refusals[refusal.code] = refusal }
        self.calls = calls
        self.refusals = refusals
        contractSetDigest = HashSuite.sha256.hash(Domains.contractSet + writer.bytes)
    }

    /// The sentences of a failure code read from the chain; nil for a code of other contracts.
    package func refusal(for code: String) -> Refusal? { refusals[code] }

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
            case .malformed:
                return .failure(ExecutionFailure(code: CallRefusal.malformed.refusal.code))
            case .storage(let error): throw error
            }
        }
    }

    /// Runs calls in order; the first failure ends them all.
    package func run(_ calls: [Call], _ context: CallContext) throws(CallFailure) {
        for call in calls {
            guard let definition = self.calls[call.module]?[call.name] else {
                throw .because(CallRefusal.unknownCall)
            }
            try definition.run(call.arguments, context)
        }
    }
}
