package import Base
package import ContractKit
import Encoding
import Ledger
import Membership

/// Public keys of owners, a pair for each domain and epoch, and the private halves that owners seal
/// to readers.
package enum KeysContract: Contract {
    package static let name = "keys"
    package static let version: UInt64 = 1

    package static var calls: [CallDefinition] {
        [
            CallDefinition("publish", Publish.self, .activeOwner, body: publish),
            CallDefinition("grant", GrantKeys.self, .activeOwner, body: grant),
            // Taking back must work whatever the owner's standing is.
            CallDefinition("withdraw", Withdraw.self, .anyone, body: withdraw),
        ]
    }

    package static var refusals: [Refusal] { KeysRefusal.refusals }

    private static func publish(_ call: Publish, _ context: CallContext) throws(CallFailure) {
        let owner = context.sender
        let current = try DomainKeys.currentEpoch(owner, domain: call.domain, in: context) ?? 0
        let (next, isOver) = current.addingReportingOverflow(1)
        guard !isOver, call.epoch == next else { throw .because(KeysRefusal.epochOrder) }
        let epoch = EpochKey(owner: owner, domain: call.domain, epoch: call.epoch)
        KeysTables.epochs.put(
            PairKey(owner, call.domain), CurrentEpoch(epoch: call.epoch), in: context)
        KeysTables.domains.put(epoch, DomainKey(publicKey: call.key), in: context)
        try announce("published", [owner], call.domain, call.epoch, context)
    }

    private static func grant(_ call: GrantKeys, _ context: CallContext) throws(CallFailure) {
        let owner = context.sender
        let epoch = EpochKey(owner: owner, domain: call.domain, epoch: call.epoch)
        guard try KeysTables.domains.row(epoch, in: context) != nil else {
            throw .because(KeysRefusal.epochUnknown)
        }
        let standing = try Directory.standing(of: call.grantee, in: context)
        guard standing.obstacle == nil, standing.hasReadingKey else {
            throw .because(KeysRefusal.granteeUnknown)
        }
        // Sealing again replaces: the reader may have a new reading key.
        KeysTables.grants.put(
            GrantKey(epoch: epoch, grantee: call.grantee),
            KeyGrant(sealed: call.sealed, consent: call.consent), in: context)
        try announce("granted", [owner, call.grantee], call.domain, call.epoch, context)
    }

    private static func withdraw(_ call: Withdraw, _ context: CallContext) throws(CallFailure) {
        let owner = context.sender
        let epoch = EpochKey(owner: owner, domain: call.domain, epoch: call.epoch)
        let key = GrantKey(epoch: epoch, grantee: call.grantee)
        guard try KeysTables.grants.row(key, in: context) != nil else {
            throw .because(KeysRefusal.grantUnknown)
        }
        KeysTables.grants.remove(key, in: context)
        try announce("withdrawn", [owner, call.grantee], call.domain, call.epoch, context)
    }

    /// Event data: an array of domain and epoch.
    private static func announce(
        _ name: String, _ accounts: [AccountID], _ domain: UInt8, _ epoch: UInt64,
        _ context: CallContext
    ) throws(CallFailure) {
        var writer = CBORWriter()
        writer.array(2)
        writer.unsigned(UInt64(domain))
        writer.unsigned(epoch)
        try context.emit(
            Event(module: Self.name, name: name, accounts: accounts, data: writer.bytes))
    }
}
