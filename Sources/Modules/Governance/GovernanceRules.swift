import Base
import ContractKit
import Ledger
import Membership

// The rules of proposing, voting and being ready. What sets may follow each other, and when a
// change takes effect, are rules of the ledger.

extension GovernanceContract {
    static func propose(_ call: Propose, _ context: CallContext) throws(CallFailure) {
        for case .add(let validator) in call.changes {
            try requireInstitution(validator.account, context)
        }
        try open(.scheduled, call.changes, context)
    }

    static func emergencyRemove(
        _ call: EmergencyRemove, _ context: CallContext
    ) throws(CallFailure) {
        try open(.emergency, call.accounts.map { .remove($0) }, context)
    }

    /// A validator's own key is its own business: nobody votes.
    static func rotate(_ call: Rotate, _ context: CallContext) throws(CallFailure) {
        let id = try newProposal(context)
        var proposal = Proposal(
            proposer: context.sender, kind: .rotation, changes: [.rekey(context.sender, call.key)],
            height: context.block.height, approvals: [context.sender])
        _ = try newSet(proposal, context)
        try announce("proposed", id, context)
        try agree(id, &proposal, context)
    }

    static func approve(_ call: NameProposal, _ context: CallContext) throws(CallFailure) {
        var proposal = try openProposal(call.proposal, context)
        try announce("approved", call.proposal, context)
        vote(for: &proposal, context)
        try settle(call.proposal, proposal, context)
    }

    static func reject(_ call: NameProposal, _ context: CallContext) throws(CallFailure) {
        var proposal = try openProposal(call.proposal, context)
        let set = context.block.validators
        if set.validator(of: context.sender) != nil {
            proposal.approvals.removeAll { $0 == context.sender }
            if !proposal.rejections.contains(context.sender) {
                proposal.rejections.append(context.sender)
            }
        } else if !proposal.needsAuthority {
            // What the validators may decide alone, the authority cannot forbid.
            throw .because(GovernanceRefusal.notValidator)
        }
        try announce("rejected", call.proposal, context)
        let rest = set.totalWeight - set.weight(of: proposal.rejections)
        let isVetoed = proposal.needsAuthority && context.isSigned(by: context.block.authority)
        if isVetoed || !set.isQuorum(rest) {
            proposal.status = .declined
            try announce("declined", call.proposal, context)
        }
        put(call.proposal, proposal, context)
    }

    static func withdraw(_ call: NameProposal, _ context: CallContext) throws(CallFailure) {
        var proposal = try self.proposal(call.proposal, context)
        guard proposal.proposer == context.sender else {
            throw .because(GovernanceRefusal.notProposer)
        }
        let isWaiting = try context.validatorChange()?.proposal == call.proposal
        guard proposal.status == .open || isWaiting else {
            throw .because(GovernanceRefusal.closed)
        }
        if isWaiting { context.setValidatorChange(nil) }
        proposal.status = .withdrawn
        put(call.proposal, proposal, context)
        try announce("withdrawn", call.proposal, context)
    }

    static func ready(_ call: Ready, _ context: CallContext) throws(CallFailure) {
        guard var change = try context.validatorChange(), change.proposal == call.proposal else {
            throw .because(GovernanceRefusal.notWaiting)
        }
        guard let validator = change.validators.validator(of: context.sender) else {
            throw .because(GovernanceRefusal.notInNewSet)
        }
        guard call.height == change.checkpointHeight, call.stateRoot == change.checkpoint else {
            throw .because(GovernanceRefusal.checkpoint)
        }
        let statement = ReadyStatement(
            chain: context.block.chain, change: change, account: context.sender)
        guard statement.isSigned(by: validator.key, call.signature) else {
            throw .because(GovernanceRefusal.readySignature)
        }
        change.confirm(context.sender)
        context.setValidatorChange(change)
        GovernanceTables.ready.put(
            PairKey(call.proposal, context.sender),
            ReadyRecord(
                height: call.height, stateRoot: call.stateRoot, signature: call.signature,
                received: context.block.height), in: context)
        try announce("ready", call.proposal, context)
    }

    // MARK: Shared rules

    private static func open(
        _ kind: ValidatorChangeKind, _ changes: [SetChange], _ context: CallContext
    ) throws(CallFailure) {
        let id = try newProposal(context)
        var proposal = Proposal(
            proposer: context.sender, kind: kind, changes: changes, height: context.block.height)
        _ = try newSet(proposal, context)
        try announce("proposed", id, context)
        vote(for: &proposal, context)
        try settle(id, proposal, context)
    }

    /// A proposal has the name of its transaction.
    private static func newProposal(_ context: CallContext) throws(CallFailure) -> Hash256 {
        let id = context.transaction.hash
        let key = PairKey(context.block.epoch, id)
        guard try GovernanceTables.proposals.row(key, in: context) == nil else {
            throw .because(GovernanceRefusal.exists)
        }
        return id
    }

    /// The set that a proposal makes of the current one, if the ledger's rules let it follow.
    private static func newSet(
        _ proposal: Proposal, _ context: CallContext
    ) throws(CallFailure) -> ValidatorSet {
        let current = context.block.validators
        let new = try current.applying(proposal.changes)
        if let error = ValidatorRules.error(from: current, to: new) {
            throw .because(GovernanceRefusal(error))
        }
        return new
    }

    /// Notes the sender's agreement, as a validator, as the authority, or as both.
    private static func vote(for proposal: inout Proposal, _ context: CallContext) {
        let sender = context.sender
        if context.isSigned(by: context.block.authority) { proposal.isAuthorised = true }
        guard context.block.validators.validator(of: sender) != nil else { return }
        proposal.rejections.removeAll { $0 == sender }
        if !proposal.approvals.contains(sender) { proposal.approvals.append(sender) }
    }

    /// Decides the proposal if more than two thirds of the weight, and who else must, agree.
    private static func settle(
        _ id: Hash256, _ proposal: Proposal, _ context: CallContext
    ) throws(CallFailure) {
        var proposal = proposal
        let set = context.block.validators
        guard set.isQuorum(set.weight(of: proposal.approvals)),
            proposal.isAuthorised || !proposal.needsAuthority
        else { return put(id, proposal, context) }
        try agree(id, &proposal, context)
    }

    /// Hands a decided change to the ledger; it takes the place of a less urgent one.
    private static func agree(
        _ id: Hash256, _ proposal: inout Proposal, _ context: CallContext
    ) throws(CallFailure) {
        if let waiting = try context.validatorChange() {
            guard waiting.kind.rawValue < proposal.kind.rawValue else {
                throw .because(GovernanceRefusal.waiting)
            }
            var former = try self.proposal(waiting.proposal, context)
            former.status = .superseded
            put(waiting.proposal, former, context)
            try announce("superseded", waiting.proposal, context)
        }
        proposal.status = .agreed
        put(id, proposal, context)
        context.setValidatorChange(
            ValidatorChange(
                proposal: id, kind: proposal.kind, agreed: context.block.height,
                checkpoint: context.block.parentState,
                validators: try newSet(proposal, context)))
        try announce("agreed", id, context)
    }

    private static func proposal(
        _ id: Hash256, _ context: CallContext
    ) throws(CallFailure) -> Proposal {
        let key = PairKey(context.block.epoch, id)
        guard let proposal = try GovernanceTables.proposals.row(key, in: context) else {
            throw .because(GovernanceRefusal.unknown)
        }
        return proposal
    }

    private static func openProposal(
        _ id: Hash256, _ context: CallContext
    ) throws(CallFailure) -> Proposal {
        let proposal = try proposal(id, context)
        guard proposal.status == .open else { throw .because(GovernanceRefusal.closed) }
        return proposal
    }

    private static func put(_ id: Hash256, _ proposal: Proposal, _ context: CallContext) {
        GovernanceTables.proposals.put(
            PairKey(context.block.epoch, id), proposal, in: context)
    }

    private static func requireInstitution(
        _ account: AccountID, _ context: CallContext
    ) throws(CallFailure) {
        if account == context.block.authority { return }
        guard try Directory.institution(account, in: context)?.status == .active else {
            throw .because(GovernanceRefusal.notInstitution)
        }
    }

    /// Event data: the proposal's 32 bytes.
    private static func announce(
        _ name: String, _ proposal: Hash256, _ context: CallContext
    ) throws(CallFailure) {
        try context.emit(
            Event(
                module: Self.name, name: name, accounts: [context.sender], data: proposal.bytes))
    }
}
