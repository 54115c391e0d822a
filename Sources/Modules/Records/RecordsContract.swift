package import Base
package import ContractKit
import FHIRModel
import Keys
import Ledger
import Membership

/// Commitments to encrypted records: who wrote which version for whom, never what.
package enum RecordsContract: Contract {
    package static let name = "records"
    package static let version: UInt64 = 1

    package static var calls: [CallDefinition] {
        [
            // These two find out themselves who calls, to read as little as possible.
            CallDefinition("write", Write.self, .anyone, body: write),
            CallDefinition("amend", Amend.self, .anyone, body: amend),
            CallDefinition("erase", Erase.self, .anyone, body: erase),
            CallDefinition("hold", Hold.self, .activeInstitution, body: hold),
            CallDefinition("release", Release.self, .anyone, body: release),
        ]
    }

    package static var refusals: [Refusal] { RecordsRefusal.refusals }

    /// The chain's most frequent call: at most 4 reads, 2 writes and 1 event.
    private static func write(_ call: Write, _ context: CallContext) throws(CallFailure) {
        try requireMayWrite(for: call.owner, context)
        try requireCurrent(call.content.epoch, call.domain, of: call.owner, context)
        // Versions are stored under the record alone, so this also finds records of other owners.
        guard try RecordsTables.versions.row(PairKey(call.record, 1), in: context) == nil else {
            throw .because(RecordsRefusal.idUsed)
        }
        let item = RecordItem(domain: call.domain, writer: context.sender, versions: 1)
        try put(item, call.record, call.owner, call.content, "written", context)
    }

    private static func amend(_ call: Amend, _ context: CallContext) throws(CallFailure) {
        let item = try item(call.record, of: call.owner, context)
        try requireWriter(item, context)
        try requireActiveSender(context)
        guard item.erasure == nil else { throw .because(RecordsRefusal.erased) }
        try requireCurrent(call.content.epoch, item.domain, of: call.owner, context)
        let next = RecordItem(
            domain: item.domain, writer: item.writer, versions: item.versions + 1, hold: item.hold)
        try put(next, call.record, call.owner, call.content, "amended", context)
    }

    private static func erase(_ call: Erase, _ context: CallContext) throws(CallFailure) {
        if context.sender != context.block.authority {
            guard context.sender == call.owner else { throw .because(RecordsRefusal.notOwner) }
            try requireActiveSender(context)
        }
        let item = try item(call.record, of: call.owner, context)
        switch item.status(at: context.now) {
        case .erased: throw .because(RecordsRefusal.erased)
        case .held: throw .because(RecordsRefusal.held)
        case .active: break
        }
        let erasure = RecordErasure(
            reason: call.reason, erasedBy: context.sender, height: context.block.height)
        let next = RecordItem(
            domain: item.domain, writer: item.writer, versions: item.versions, hold: item.hold,
            erasure: erasure)
        RecordsTables.items.put(PairKey(call.owner, call.record), next, in: context)
        try announce("erased", call.owner, next, call.record, context)
    }

    private static func hold(_ call: Hold, _ context: CallContext) throws(CallFailure) {
        let item = try item(call.record, of: call.owner, context)
        try requireWriter(item, context)
        guard item.erasure == nil else { throw .because(RecordsRefusal.erased) }
        let latest = context.now.advanced(bySeconds: RecordsLimits.holdSeconds)
        guard context.now < call.hold.until, call.hold.until <= latest else {
            throw .because(RecordsRefusal.holdPeriod)
        }
        try replaceHold(call.hold, of: item, call.record, call.owner, "held", context)
    }

    private static func release(_ call: Release, _ context: CallContext) throws(CallFailure) {
        let item = try item(call.record, of: call.owner, context)
        if context.sender != context.block.authority {
            try requireWriter(item, context)
            try Directory.requireActiveInstitution(in: context)
        }
        guard item.status(at: context.now) == .held else {
            throw .because(RecordsRefusal.notHeld)
        }
        try replaceHold(nil, of: item, call.record, call.owner, "released", context)
    }
}
