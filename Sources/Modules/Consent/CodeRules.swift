import Base
import ContractKit
import Cryptography
import Encoding
import Ledger
import Membership

// Access codes: issued by an owner, redeemed once by a practitioner who proves to know the code.

extension ConsentContract {
    private static let grantLabel = Array("kanglian/consent/code-grant/1".utf8) + [0]

    static func issueCode(_ call: IssueCode, _ context: CallContext) throws(CallFailure) {
        let offer = call.offer
        let latest = context.now.advanced(bySeconds: ConsentLimits.redeemSeconds)
        guard context.now < offer.redeemUntil, offer.redeemUntil <= latest,
            (1...ConsentLimits.codeGrantSeconds).contains(offer.grantSeconds)
        else { throw .because(ConsentRefusal.codePeriod) }
        guard offer.readLimit != 0 else { throw .because(ConsentRefusal.readLimit) }
        if let bound = offer.bound, try Directory.practitioner(bound, in: context) == nil {
            throw .because(ConsentRefusal.recipientUnknown)
        }
        guard try ConsentTables.codes.row(call.code, in: context) == nil,
            try Directory.standing(of: call.code, in: context) == .unknown
        else { throw .because(ConsentRefusal.codeTaken) }
        let code = AccessCode(
            owner: context.sender, offer: offer, status: .open, redemption: nil)
        ConsentTables.codes.put(call.code, code, in: context)
        try announce("code-issued", code, call.code, nil, context)
    }

    static func cancelCode(_ call: NameCode, _ context: CallContext) throws(CallFailure) {
        let code = try openCode(call.code, context)
        guard code.owner == context.sender else { throw .because(ConsentRefusal.notOwner) }
        let cancelled = AccessCode(
            owner: code.owner, offer: code.offer, status: .cancelled, redemption: nil)
        ConsentTables.codes.put(call.code, cancelled, in: context)
        try announce("code-cancelled", cancelled, call.code, nil, context)
    }

    static func redeemCode(_ call: NameCode, _ context: CallContext) throws(CallFailure) {
        let reader = context.sender
        guard context.isSigned(by: call.code) else { throw .because(ConsentRefusal.codeSignature) }
        let code = try openCode(call.code, context)
        guard context.now < code.offer.redeemUntil else {
            throw .because(ConsentRefusal.codeExpired)
        }
        guard code.offer.bound == nil || code.offer.bound == reader else {
            throw .because(ConsentRefusal.codeBound)
        }
        guard try Directory.standing(of: code.owner, in: context).obstacle == nil else {
            throw .because(ConsentRefusal.ownerNotActive)
        }
        let grant = Grant(
            effect: .permit, recipient: .person(reader), scope: code.offer.scope,
            from: context.now,
            until: context.now.advanced(bySeconds: code.offer.grantSeconds),
            readLimit: code.offer.readLimit, code: call.code)
        let id = grantID(of: call.code, in: context.transaction)
        ConsentTables.grants.put(PairKey(code.owner, id), grant, in: context)
        let redeemed = AccessCode(
            owner: code.owner, offer: code.offer, status: .redeemed,
            redemption: Redemption(practitioner: reader, grant: id))
        ConsentTables.codes.put(call.code, redeemed, in: context)
        try announce("code-redeemed", redeemed, call.code, reader, context)
        try announce("granted", code.owner, grant, id, context)
    }

    /// The code is part of it, because one transaction may redeem several codes of an owner.
    private static func grantID(of code: AccountID, in transaction: TransactionID) -> Hash256 {
        HashSuite.sha256.hash(grantLabel + transaction.hash.bytes + code.hash.bytes)
    }

    private static func openCode(
        _ account: AccountID, _ context: CallContext
    ) throws(CallFailure) -> AccessCode {
        guard let code = try ConsentTables.codes.row(account, in: context) else {
            throw .because(ConsentRefusal.codeUnknown)
        }
        switch code.status {
        case .open: return code
        case .redeemed: throw .because(ConsentRefusal.codeUsed)
        case .cancelled: throw .because(ConsentRefusal.codeCancelled)
        }
    }

    /// Accounts: the owner, and whoever redeemed or is bound.
    ///
    /// Data: an array of the code's account.
    private static func announce(
        _ name: String, _ code: AccessCode, _ account: AccountID, _ reader: AccountID?,
        _ context: CallContext
    ) throws(CallFailure) {
        var writer = CBORWriter()
        writer.array(1)
        account.encode(to: &writer)
        let recipients = [reader ?? code.offer.bound].compactMap { $0 }
        try context.emit(
            Event(
                module: Self.name, name: name, accounts: [code.owner] + recipients,
                data: writer.bytes))
    }
}
