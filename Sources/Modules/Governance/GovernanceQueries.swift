package import Base
import ContractKit
package import Ledger
package import Storage

/// How far a proposal has come, votes and the ledger taken together.
package enum ProposalStanding: String, Hashable, Sendable {
    case open
    /// Decided; its new set is not ready, or the time has not come.
    case waiting
    /// Its set took over.
    case done
    /// Decided, but nobody was ready in time.
    case lapsed
    case declined
    case withdrawn
    case superseded
    /// It was open when its epoch ended.
    case stale
}

/// A proposal as it stands.
package struct ListedProposal: Hashable, Sendable {
    package let id: Hash256
    package let epoch: UInt64
    package let proposal: Proposal
    package let standing: ProposalStanding
}

/// Governance as the node and the gateway may see it.
package enum GovernanceQueries {
    /// Proposals of an epoch in the order of their identifiers, behind `after`.
    package static func proposals(
        of epoch: UInt64, genesis: Genesis, after: Hash256? = nil, limit: Int,
        in state: any StateReader
    ) throws(StorageError) -> [ListedProposal] {
        let prefix = epoch.tableKey
        let found = try GovernanceTables.proposals.rows(
            startingWith: prefix, after: after.map { prefix + $0.tableKey }, limit: limit,
            in: state)
        var listed: [ListedProposal] = []
        for (key, proposal) in found {
            let id = try Hash256(tableKey: key.dropFirst(prefix.count))
            let standing = try standing(of: proposal, id, epoch, genesis, state)
            listed.append(
                ListedProposal(id: id, epoch: epoch, proposal: proposal, standing: standing))
        }
        return listed
    }

    /// One proposal of an epoch.
    package static func proposal(
        _ id: Hash256, of epoch: UInt64, genesis: Genesis, in state: any StateReader
    ) throws(StorageError) -> ListedProposal? {
        guard
            let proposal = try GovernanceTables.proposals.row(PairKey(epoch, id), in: state)
        else { return nil }
        return ListedProposal(
            id: id, epoch: epoch, proposal: proposal,
            standing: try standing(of: proposal, id, epoch, genesis, state))
    }

    /// The decided change that waits for its new set.
    package static func waiting(
        in state: any StateReader
    ) throws(StorageError) -> ValidatorChange? {
        try ValidatorTable.change { (key) throws(StorageError) in try state.value(for: key) }
    }

    /// A validator's word that it is ready, as it was sent.
    package static func readyRecord(
        of account: AccountID, for proposal: Hash256, in state: any StateReader
    ) throws(StorageError) -> ReadyRecord? {
        try GovernanceTables.ready.row(PairKey(proposal, account), in: state)
    }

    /// The key of a proposal's row, for state proofs.
    package static func proposalStateKey(_ id: Hash256, of epoch: UInt64) -> [UInt8] {
        GovernanceTables.proposals.stateKey(PairKey(epoch, id))
    }

    private static func standing(
        of proposal: Proposal, _ id: Hash256, _ epoch: UInt64, _ genesis: Genesis,
        _ state: any StateReader
    ) throws(StorageError) -> ProposalStanding {
        switch proposal.status {
        case .declined: return .declined
        case .withdrawn: return .withdrawn
        case .superseded: return .superseded
        case .open:
            let current = try ValidatorTable.current(genesis, in: state).epoch
            return current == epoch ? .open : .stale
        case .agreed:
            if try waiting(in: state)?.proposal == id { return .waiting }
            let next = try ValidatorTable.epoch(epoch &+ 1, genesis, in: state)
            return next?.proposal == id ? .done : .lapsed
        }
    }
}
