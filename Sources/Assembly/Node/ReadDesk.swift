package import Audit
package import Base
package import Consent
package import Cryptography
package import FHIRModel
import Keys
package import Ledger
package import Records
package import Storage
import Synchronization

/// One record that somebody asked for, with the decision and, when allowed, all that opens it.
package struct ReadResult: Sendable {
    package let record: Hash256
    package let decision: Decision
    /// Nil when the record is unknown; then the decision refuses.
    package let item: RecordItem?
    /// The newest version, when reading is allowed and the body is there.
    package let content: SealedRecord?
}

/// A sealed record as the vault keeps it.
package struct SealedRecord: Sendable {
    package let number: UInt64
    package let version: RecordVersion
    package let body: [UInt8]
    package let envelope: [UInt8]
    /// Seeds of the owner's epoch key, sealed to the reader.
    package let keys: [KeyGrant]
}

/// Why a read could not be answered at all.
package enum ReadError: Error, Hashable, Sendable {
    /// Nothing can be read while reads cannot be recorded.
    case audit(StorageError)
    case storage(StorageError)
    /// Too many records in one request.
    case tooMany(limit: Int)

    package var refusal: Refusal {
        switch self {
        case .audit(let error), .storage(let error): error.refusal
        case .tooMany(let limit):
            Refusal(
                "read.too-many", "At most \(limit) records may be read at once. Split the request.",
                "一次最多读取 \(limit) 条记录。请拆分请求。")
        }
    }
}

/// The desk where every read is decided, recorded and only then answered.
///
/// A read is in the node's audit journal, synced, before its answer leaves; the journal's
/// transactions go to the chain at once, and again after a crash.
package final class ReadDesk: Sendable {
    /// Records of one request.
    package static let recordLimit = 64

    private struct State {
        /// Reads that were allowed and are not on the chain yet, by grant.
        var pending: [Hash256: UInt64] = [:]
    }

    private let state = Mutex(State())
    private let store: any KeyValueStore
    private let vault: any BlobStore
    private let outbox: AuditOutbox
    private let clock: @Sendable () -> Timestamp
    private let random: any RandomSource

    init(
        store: any KeyValueStore, vault: any BlobStore, outbox: AuditOutbox,
        clock: @escaping @Sendable () -> Timestamp, random: any RandomSource
    ) {
        (self.store, self.vault, self.outbox) = (store, vault, outbox)
        (self.clock, self.random) = (clock, random)
    }

    /// Decides, records and answers one read of some records of one owner.
    ///
    /// - Returns: a result for each record in order, and the audit events' identifiers.
    package func read(
        _ records: [Hash256], of owner: AccountID, by reader: AccountID, purpose: Purpose
    ) throws(ReadError) -> (results: [ReadResult], events: [Hash256]) {
        guard records.count <= Self.recordLimit else { throw .tooMany(limit: Self.recordLimit) }
        do throws(StorageError) {
            let snapshot = StateSpace(try store.snapshot())
            var items: [(Hash256, RecordItem?)] = []
            for record in records {
                items.append((record, try RecordQueries.item(record, of: owner, in: snapshot)))
            }
            let (decisions, granted) = try decide(
                items, owner: owner, reader: reader, purpose: purpose, state: snapshot)
            let results = try fill(items, decisions, owner: owner, reader: reader, snapshot)
            let events = auditEvents(
                results, owner: owner, reader: reader, purpose: purpose, state: snapshot)
            try record(events, owner: owner, granted: granted)
            return (results, events.map(\.event))
        } catch {
            throw .storage(error)
        }
    }

    /// Records a refusal that was decided elsewhere, such as a replayed access code.
    package func recordRefusal(
        owner: AccountID, reader: AccountID, reasons: [String], purpose: Purpose
    ) throws(ReadError) -> Hash256 {
        let event = AuditEvent(
            event: random.hash256(), owner: owner, reader: reader,
            institution: institution(of: reader), allowed: false, reasons: reasons,
            purpose: purpose, domain: nil, records: [], grant: nil, time: clock())
        do throws(StorageError) {
            try record([event], owner: owner, granted: [:])
        } catch {
            throw .audit(error)
        }
        return event.event
    }

    private func institution(of reader: AccountID) -> AccountID? {
        try? DirectoryQueries.institution(of: reader, in: StateSpace(store))
    }

    /// Decides all records under one lock, so that two requests cannot use the same last read.
    private func decide(
        _ items: [(Hash256, RecordItem?)], owner: AccountID, reader: AccountID, purpose: Purpose,
        state snapshot: any StateReader
    ) throws(StorageError) -> (decisions: [Decision], granted: [Hash256: UInt64]) {
        let now = clock()
        let result: Result<([Decision], [Hash256: UInt64]), StorageError> = state.withLock {
            state in
            do throws(StorageError) {
                var decisions: [Decision] = []
                var granted: [Hash256: UInt64] = [:]
                for (_, item) in items {
                    guard let item else {
                        decisions.append(Decision.refused(.recordUnknown))
                        continue
                    }
                    let request = ReadRequest(
                        reader: reader, owner: owner, writer: item.writer, domain: item.domain,
                        purpose: purpose, now: now, pendingReads: state.pending)
                    let decision = try ConsentDecision.decide(request, state: snapshot)
                    // One request is one read of a grant, however many records it shows.
                    if let grant = decision.grant { granted[grant] = 1 }
                    decisions.append(decision)
                }
                for (grant, count) in granted { state.pending[grant, default: 0] += count }
                return .success((decisions, granted))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
