import Base
import ContractKit
import Encoding
import FHIRModel
import Keys
import Ledger
import Membership

// Rules that several calls share.

extension RecordsContract {
    /// An institution writes for itself and for residents whom it enrolled; a resident writes own
    /// records.
    ///
    /// A resident who is suspended can still be treated, so the institution may still write.
    static func requireMayWrite(
        for owner: AccountID, _ context: CallContext
    ) throws(CallFailure) {
        guard context.sender != owner else { return try requireActiveSender(context) }
        try Directory.requireActiveInstitution(in: context)
        guard let resident = try Directory.resident(owner, in: context) else {
            throw .because(RecordsRefusal.ownerUnknown)
        }
        guard resident.registrar == context.sender else {
            throw .because(RecordsRefusal.notRegistrar)
        }
        guard resident.status != .revoked else { throw .because(RecordsRefusal.ownerRevoked) }
    }

    static func requireActiveSender(_ context: CallContext) throws(CallFailure) {
        if let resident = try Directory.resident(context.sender, in: context) {
            try Guard.requireActive(resident.status)
        } else {
            try Directory.requireActiveInstitution(in: context)
        }
    }

    static func requireWriter(
        _ item: RecordItem, _ context: CallContext
    ) throws(CallFailure) {
        guard item.writer == context.sender else { throw .because(RecordsRefusal.notWriter) }
    }

    static func requireCurrent(
        _ epoch: UInt64, _ domain: Domain, of owner: AccountID, _ context: CallContext
    ) throws(CallFailure) {
        let current = try DomainKeys.currentEpoch(owner, domain: domain.rawValue, in: context)
        guard current == epoch else { throw .because(RecordsRefusal.epoch) }
    }

    static func item(
        _ record: Hash256, of owner: AccountID, _ context: CallContext
    ) throws(CallFailure) -> RecordItem {
        guard let item = try RecordsTables.items.row(PairKey(owner, record), in: context) else {
            throw .because(RecordsRefusal.unknown)
        }
        return item
    }

    /// Writes the newest version and the record's row.
    static func put(
        _ item: RecordItem, _ record: Hash256, _ owner: AccountID, _ content: RecordContent,
        _ event: String, _ context: CallContext
    ) throws(CallFailure) {
        let version = RecordVersion(
            content: content, writer: context.sender, height: context.block.height,
            transaction: context.transaction)
        RecordsTables.versions.put(PairKey(record, item.versions), version, in: context)
        RecordsTables.items.put(PairKey(owner, record), item, in: context)
        try announce(event, owner, item, record, context)
    }

    static func replaceHold(
        _ hold: RecordHold?, of item: RecordItem, _ record: Hash256, _ owner: AccountID,
        _ event: String, _ context: CallContext
    ) throws(CallFailure) {
        let next = RecordItem(
            domain: item.domain, writer: item.writer, versions: item.versions, hold: hold)
        RecordsTables.items.put(PairKey(owner, record), next, in: context)
        try announce(event, owner, next, record, context)
    }

    /// Accounts: owner and writer.
    ///
    /// Data: an array of the record and the number of its versions.
    static func announce(
        _ name: String, _ owner: AccountID, _ item: RecordItem, _ record: Hash256,
        _ context: CallContext
    ) throws(CallFailure) {
        var writer = CBORWriter(reservingCapacity: 48)
        writer.array(2)
        writer.hash(record)
        writer.unsigned(item.versions)
        try context.emit(
            Event(
                module: Self.name, name: name, accounts: [owner, item.writer], data: writer.bytes))
    }
}
