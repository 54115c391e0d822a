package import Base
package import ContractKit
import Encoding
import Ledger
import Membership

/// Whom owners let read their records, by grants and by one-time access codes.
package enum ConsentContract: Contract {
    package static let name = "consent"
    package static let version: UInt64 = 1

    package static var calls: [CallDefinition] {
        [
            CallDefinition("grant", GrantConsent.self, .activeOwner, body: grant),
            // Taking back must work whatever the owner's standing is.
            CallDefinition("revoke", Revoke.self, .anyone, body: revoke),
            CallDefinition("issueCode", IssueCode.self, .activeOwner, body: issueCode),
            CallDefinition("cancelCode", NameCode.self, .anyone, body: cancelCode),
            CallDefinition("redeemCode", NameCode.self, .activePractitioner, body: redeemCode),
            CallDefinition("consumeRead", ConsumeRead.self, .activeInstitution, body: consumeRead),
        ]
    }

    package static var refusals: [Refusal] { ConsentRefusal.refusals }

    private static func grant(_ call: GrantConsent, _ context: CallContext) throws(CallFailure) {
        let owner = context.sender
        guard call.from < call.until, context.now < call.until else {
            throw .because(ConsentRefusal.period)
        }
        if let limit = call.readLimit, limit == 0 || call.effect == .deny {
            throw .because(ConsentRefusal.readLimit)
        }
        try requireKnown(call.recipient, context)
        let key = PairKey(owner, call.id)
        guard try ConsentTables.grants.row(key, in: context) == nil else {
            throw .because(ConsentRefusal.idUsed)
        }
        let grant = Grant(
            effect: call.effect, recipient: call.recipient, scope: call.scope, from: call.from,
            until: call.until, readLimit: call.readLimit)
        ConsentTables.grants.put(key, grant, in: context)
        try announce("granted", owner, grant, call.id, context)
    }

    private static func revoke(_ call: Revoke, _ context: CallContext) throws(CallFailure) {
        let key = PairKey(context.sender, call.grant)
        guard var grant = try ConsentTables.grants.row(key, in: context) else {
            throw .because(ConsentRefusal.grantUnknown)
        }
        guard grant.status == .active else { throw .because(ConsentRefusal.grantRevoked) }
        grant.status = .revoked
        ConsentTables.grants.put(key, grant, in: context)
        try announce("revoked", context.sender, grant, call.grant, context)
    }

    /// Never fails because of the limit: the gateway keeps it, and overruns must stay visible.
    private static func consumeRead(
        _ call: ConsumeRead, _ context: CallContext
    ) throws(CallFailure) {
        let key = PairKey(call.owner, call.grant)
        guard var grant = try ConsentTables.grants.row(key, in: context) else {
            throw .because(ConsentRefusal.grantUnknown)
        }
        let (used, isOver) = grant.readsUsed.addingReportingOverflow(call.count)
        grant.readsUsed = isOver ? .max : used
        ConsentTables.grants.put(key, grant, in: context)
        try announce("consumed", call.owner, grant, call.grant, context)
    }

    private static func requireKnown(
        _ recipient: GrantRecipient, _ context: CallContext
    ) throws(CallFailure) {
        let isKnown =
            switch recipient {
            case .person(let account):
                try Directory.standing(of: account, in: context) != .unknown
            case .institution(let account):
                try Directory.institution(account, in: context) != nil
            case .role: true
            }
        guard isKnown else { throw .because(ConsentRefusal.recipientUnknown) }
    }

    /// Accounts: the owner, and the recipient unless it is a role.
    ///
    /// Data: an array of the grant's
    /// identifier and its reads so far.
    static func announce(
        _ name: String, _ owner: AccountID, _ grant: Grant, _ id: Hash256, _ context: CallContext
    ) throws(CallFailure) {
        var writer = CBORWriter()
        writer.array(2)
        writer.hash(id)
        writer.unsigned(grant.readsUsed)
        let recipients = [grant.recipient.account].compactMap { $0 }
        try context.emit(
            Event(
                module: Self.name, name: name, accounts: [owner] + recipients,
                data: writer.bytes))
    }
}
