package import Base
import ContractKit
package import Cryptography
package import Governance
package import Ledger

/// Calls by which validators and the authority decide who validates.
package enum GovernanceCalls {
    /// Proposes steps from the current set to another; by a validator or the authority.
    package static func propose(_ changes: [SetChange]) -> Call {
        Call(GovernanceContract.self, "propose", GovernanceContract.Propose(changes: changes))
    }

    /// Proposes to remove validators as soon as the others are ready.
    package static func removeInEmergency(_ accounts: [AccountID]) -> Call {
        Call(
            GovernanceContract.self, "emergencyRemove",
            GovernanceContract.EmergencyRemove(accounts: accounts))
    }

    /// Replaces the sender's own validator key.
    package static func rotate(to key: PublicKey) -> Call {
        Call(GovernanceContract.self, "rotate", GovernanceContract.Rotate(key: key))
    }

    /// Votes for a proposal.
    package static func approve(_ proposal: Hash256) -> Call { name("approve", proposal) }

    /// Votes against a proposal.
    package static func reject(_ proposal: Hash256) -> Call { name("reject", proposal) }

    /// Takes the sender's own proposal back.
    package static func withdraw(_ proposal: Hash256) -> Call { name("withdraw", proposal) }

    private static func name(_ call: String, _ proposal: Hash256) -> Call {
        Call(
            GovernanceContract.self, call, GovernanceContract.NameProposal(proposal: proposal))
    }

    /// Says that a validator of the coming set has the state and can vote, by its new key.
    ///
    /// - Throws: when the signature library fails.
    package static func ready(
        _ statement: ReadyStatement, key: SigningKey
    ) throws(CryptographyError) -> Call {
        Call(
            GovernanceContract.self, "ready",
            GovernanceContract.Ready(
                proposal: statement.proposal, height: statement.height,
                stateRoot: statement.stateRoot, signature: try key.sign(statement.message)))
    }
}
