package import Base
package import ContractKit
import Ledger

/// Who validates: changes of the validator set, decided by the validators and the authority.
package enum GovernanceContract: Contract {
    package static let name = "governance"
    package static let version: UInt64 = 1

    package static var calls: [CallDefinition] {
        [
            CallDefinition("propose", Propose.self, .governor, body: propose),
            CallDefinition(
                "emergencyRemove", EmergencyRemove.self, .governor, body: emergencyRemove),
            CallDefinition("rotate", Rotate.self, .validator, body: rotate),
            CallDefinition("approve", NameProposal.self, .governor, body: approve),
            CallDefinition("reject", NameProposal.self, .governor, body: reject),
            // These two ask for the proposer, and for a validator of the new set.
            CallDefinition("withdraw", NameProposal.self, .anyone, body: withdraw),
            CallDefinition("ready", Ready.self, .anyone, body: ready),
        ]
    }

    package static var refusals: [Refusal] { GovernanceRefusal.refusals }
}

extension Guard {
    /// A validator of this epoch.
    fileprivate static let validator = Guard { (context) throws(CallFailure) in
        guard context.block.validators.validator(of: context.sender) != nil else {
            throw .because(GovernanceRefusal.notValidator)
        }
    }

    /// The authority, or a validator of this epoch.
    fileprivate static let governor = Guard { (context) throws(CallFailure) in
        guard
            context.sender == context.block.authority
                || context.block.validators.validator(of: context.sender) != nil
        else { throw .because(GovernanceRefusal.notGovernor) }
    }
}
