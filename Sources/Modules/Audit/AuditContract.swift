import Base
package import ContractKit
package import Encoding
package import Ledger
import Membership

/// Every read of every record, so that its owner can see and prove who looked.
package enum AuditContract: Contract {
    package static let name = "audit"
    package static let version: UInt64 = 1

    package static var calls: [CallDefinition] {
        [CallDefinition("record", Record.self, .activeInstitution, body: record)]
    }

    /// An event and the owner whose records were asked for.
    package struct AuditEvent: Hashable, Sendable, CBORCodable {
        package let owner: AccountID
        package let read: ReadEvent

        package init(owner: AccountID, read: ReadEvent) { (self.owner, self.read) = (owner, read) }

        package func encode(to writer: inout CBORWriter) {
            writer.array(11)
            owner.encode(to: &writer)
            read.encodeFields(to: &writer)
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(11, "audit event")
            owner = try AccountID(from: &reader)
            read = try ReadEvent(fieldsFrom: &reader)
        }
    }

    /// Arguments of `record`.
    package struct Record: Hashable, Sendable, CBORCodable {
        /// One to 64 events, in the order in which they happened.
        package let events: [AuditEvent]

        package init(events: [AuditEvent]) { self.events = events }

        package func encode(to writer: inout CBORWriter) {
            writer.array(1)
            writer.list(events) { $1.encode(to: &$0) }
        }

        package init(from reader: inout CBORReader) throws(CBORError) {
            try reader.structure(1, "events to record")
            let start = reader.offset
            events = try reader.list(atMost: AuditLimits.eventCount) { (reader) throws(CBORError) in
                try AuditEvent(from: &reader)
            }
            guard !events.isEmpty else { throw .outOfRange(offset: start, field: "events") }
        }
    }

    /// Appends each event that this node has not recorded yet.
    private static func record(_ call: Record, _ context: CallContext) throws(CallFailure) {
        let node = context.sender
        for event in call.events {
            // The node is part of the key: nobody can occupy the identifiers of another's events.
            let key = PairKey(node, event.read.event)
            guard try AuditTables.seen.row(key, in: context) == nil else { continue }
            let owner = event.owner
            let sequence = try AuditTables.heads.row(owner, in: context)?.next ?? 0
            AuditTables.reads.put(
                PairKey(owner, sequence),
                AuditRow(node: node, transaction: context.transaction, read: event.read),
                in: context)
            AuditTables.heads.put(owner, AuditHead(next: sequence + 1), in: context)
            AuditTables.seen.put(key, AuditPlace(owner: owner, sequence: sequence), in: context)
            try announce(event, sequence, context)
        }
    }

    /// Accounts: owner and reader.
    ///
    /// Data: an array of the sequence number and the event.
    private static func announce(
        _ event: AuditEvent, _ sequence: UInt64, _ context: CallContext
    ) throws(CallFailure) {
        var writer = CBORWriter()
        writer.array(2)
        writer.unsigned(sequence)
        writer.hash(event.read.event)
        try context.emit(
            Event(
                module: Self.name, name: event.read.allowed ? "read" : "refused",
                accounts: [event.owner, event.read.reader], data: writer.bytes))
    }
}
