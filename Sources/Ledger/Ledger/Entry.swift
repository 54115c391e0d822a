package import Base
package import Encoding

/// Something that happened, for subscribers: it names the accounts concerned, never a person.
package struct Event: Hashable, Sendable, CBORCodable {
    /// The module that speaks, such as `consent`.
    package let module: String
    /// What happened, such as `granted`.
    package let name: String
    /// The accounts it concerns.
    package let accounts: [AccountID]
    /// The module's own encoding of the details.
    package let data: [UInt8]

    package init(module: String, name: String, accounts: [AccountID], data: [UInt8] = []) {
        precondition(accounts.count <= LedgerLimits.eventAccountCount)
        precondition(data.count <= LedgerLimits.eventByteCount)
        (self.module, self.name, self.accounts, self.data) = (module, name, accounts, data)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(4)
        writer.text(module)
        writer.text(name)
        writer.list(accounts) { $1.encode(to: &$0) }
        writer.byteString(data)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(4, "event")
        module = try reader.text(atMost: LedgerLimits.nameByteCount)
        name = try reader.text(atMost: LedgerLimits.nameByteCount)
        accounts = try reader.list(atMost: LedgerLimits.eventAccountCount) {
            (reader) throws(CBORError) in try AccountID(from: &reader)
        }
        data = try reader.byteString(atMost: LedgerLimits.eventByteCount)
    }
}

/// What a transaction did.
package struct Outcome: Hashable, Sendable {
    /// Nil when all calls succeeded, otherwise the stable code of the refusal.
    package let failure: String?
    /// Events in the order of the calls; none after a failure.
    package let events: [Event]
    /// The digest of the state changes, in key order.
    package let writes: Hash256

    package init(failure: String?, events: [Event], writes: Hash256) {
        (self.failure, self.events, self.writes) = (failure, events, writes)
    }
}

/// A leaf of the chain's log tree: a transaction and what it did.
///
/// | field | type | meaning |
/// |---|---|---|
/// | version | 1 | this format |
/// | transaction | byte string | the whole signed transaction |
/// | failure | null or text | the code of the refusal |
/// | events | array | what subscribers see |
/// | writes | 32 bytes | digest of the state changes |
package struct Entry: Hashable, Sendable, CBORCodable {
    package let transaction: [UInt8]
    package let outcome: Outcome

    package init(transaction: [UInt8], outcome: Outcome) {
        (self.transaction, self.outcome) = (transaction, outcome)
    }

    package func encode(to writer: inout CBORWriter) {
        writer.array(5)
        writer.unsigned(1)
        writer.byteString(transaction)
        writer.optional(outcome.failure) { $0.text($1) }
        writer.list(outcome.events) { $1.encode(to: &$0) }
        writer.hash(outcome.writes)
    }

    package init(from reader: inout CBORReader) throws(CBORError) {
        try reader.structure(5, "entry")
        try reader.version(1, "entry")
        transaction = try reader.byteString(atMost: LedgerLimits.transactionByteCount)
        let failure = try reader.optional { (reader) throws(CBORError) in
            try reader.text(atMost: LedgerLimits.nameByteCount)
        }
        let events = try reader.list(atMost: LedgerLimits.eventCount) {
            (reader) throws(CBORError) in try Event(from: &reader)
        }
        outcome = Outcome(failure: failure, events: events, writes: try reader.hash())
    }
}
