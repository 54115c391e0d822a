import Audit
package import Base
import Consent
import ContractKit
package import FHIRModel
import Keys
package import Ledger
import Membership
import Records
import Storage
import Synchronization

/// The desk where every read is decided, recorded and only then answered.
///
/// A read is in the node's audit journal, synced, before its answer leaves; the journal's
/// transactions go to the chain at once, and again after a crash.
package final class ReadDesk: Sendable {
    /// Records of one request.
    package static let recordLimit = AuditLimits.recordCount

    /// The grants that an allowed read uses up, until that is on the chain.
    struct Reservation {
        /// The first audit event of the read: where it is recorded, so is the use of the grants.
        let event: Hash256
        let grants: Set<Hash256>
    }

    /// What one owner's part of a read leaves.
    struct Post {
        let owner: AccountID
        let events: [ReadEvent]
        let reservation: Reservation?
    }

    /// Reads that were allowed and may not be on the chain yet.
    private let pending = Mutex<[Hash256: Reservation]>([:])
    private let store: any KeyValueStore
    private let vault: any BlobStore
    /// Bodies that only other nodes hold; nil without other nodes.
    private let blobs: BlobExchange?
    private let alarms: AlarmBoard
    private let outbox: AuditOutbox
    private let signer: OperatorSigner
    private let heights: HeightSource
    let metrics: NodeMetrics
    let clock: @Sendable () -> Timestamp
    let random: any RandomSource

    init(
        storage: NodeStorage, blobs: BlobExchange?, alarms: AlarmBoard, outbox: AuditOutbox,
        signer: OperatorSigner, heights: HeightSource,
        metrics: NodeMetrics, clock: @escaping @Sendable () -> Timestamp,
        random: any RandomSource
    ) {
        (store, vault) = (storage.store, storage.vault)
        (self.blobs, self.alarms) = (blobs, alarms)
        (self.outbox, self.signer, self.heights) = (outbox, signer, heights)
        (self.metrics, self.clock, self.random) = (metrics, clock, random)
    }

    /// Decides, records and answers one read of some records of one owner.
    ///
    /// One request is one read of a grant, however many records it shows.
    package func read(
        _ records: [Hash256], of owner: AccountID, by reader: AccountID, purpose: Purpose
    ) throws(ReadError) -> ReadAnswer {
        guard (1...Self.recordLimit).contains(records.count) else { throw .count }
        let state = try snapshot()
        let items = try requested(records, of: owner, state)
        let (decisions, reservation) = try decide(
            items, owner: owner, reader: reader, purpose: purpose)
        do throws(ReadError) {
            let results = try fill(items, decisions, owner: owner, reader: reader, state)
            let events = auditEvents(
                results, first: reservation.event, reader: reader, purpose: purpose, state)
            try post(events, owner: owner, reservation)
            return ReadAnswer(results: results, events: events.map(\.event))
        } catch {
            release(reservation)
            throw error
        }
    }

    /// The records of an owner that the reader may see, decided one by one and recorded as one
    /// read.
    ///
    /// - Returns: the allowed results without their content, whether more follow, and the events.
    package func list(
        of owner: AccountID, by reader: AccountID, purpose: Purpose, domain: Domain?,
        after: Hash256?, limit: Int
    ) throws(ReadError) -> (answer: ReadAnswer, next: Hash256?) {
        let state = try snapshot()
        try requireOwner(owner, state)
        let limit = min(limit, Self.recordLimit)
        let found: [(record: Hash256, item: RecordItem)]
        do throws(StorageError) {
            found = try RecordQueries.items(of: owner, after: after, limit: limit, in: state)
        } catch {
            throw .storage(error)
        }
        let items = found.filter { domain == nil || $0.item.domain == domain }
            .map { (record: $0.record, item: Optional($0.item)) }
        // A list shows no content, so it uses up no read of a grant.
        let (decisions, reservation) = try decide(
            items, owner: owner, reader: reader, purpose: purpose)
        release(reservation)
        let results = zip(items, decisions).map {
            ReadResult(record: $0.record, decision: $1, item: $0.item, content: nil)
        }
        // A list shows what may be seen and records that; when nothing may be, it records why.
        let allowed = results.filter(\.decision.allowed)
        let events = auditEvents(
            allowed.isEmpty ? results : allowed, first: reservation.event, reader: reader,
            purpose: purpose, dividesDomains: false, state)
        if !events.isEmpty { try post(events, owner: owner) }
        let answer = ReadAnswer(results: allowed, events: events.map(\.event))
        return (answer, found.count == limit ? found.last?.record : nil)
    }

    /// Records a refusal that a contract spoke, such as a replayed access code.
    package func recordRefusal(
        owner: AccountID, reader: AccountID, code: String, purpose: Purpose
    ) throws(ReadError) -> Hash256 {
        let state = try snapshot()
        let event = ReadEvent(
            event: random.hash256(), reader: reader, institution: employer(of: reader, state),
            allowed: false, reasons: [ReasonCode(code)].compactMap { $0 }, purpose: purpose,
            domain: nil, records: [], grant: nil, time: clock())
        metrics.read(allowed: false)
        try post([event], owner: owner)
        return event.event
    }

    // MARK: Steps

    func snapshot() throws(ReadError) -> StateSpace {
        guard !alarms.isDiverged else { throw .diverged }
        do throws(StorageError) {
            return StateSpace(try store.snapshot())
        } catch {
            throw .storage(error)
        }
    }

    private func requireOwner(_ owner: AccountID, _ state: StateSpace) throws(ReadError) {
        let standing: Standing
        do throws(StorageError) {
            standing = try Directory.standing(of: owner, in: state)
        } catch {
            throw .storage(error)
        }
        guard standing != .unknown else { throw .ownerUnknown }
    }

    typealias Requested = (record: Hash256, item: RecordItem?)

    func requested(
        _ records: [Hash256], of owner: AccountID, _ state: StateSpace
    ) throws(ReadError) -> [Requested] {
        try requireOwner(owner, state)
        do throws(StorageError) {
            var items: [Requested] = []
            for record in records {
                items.append((record, try RecordQueries.item(record, of: owner, in: state)))
            }
            return items
        } catch {
            throw .storage(error)
        }
    }

    /// Decides all records under one lock, so that two requests cannot use the same last read.
    ///
    /// The snapshot is taken under the lock too: a read that is not pending any more is in it.
    func decide(
        _ items: [Requested], owner: AccountID, reader: AccountID, purpose: Purpose
    ) throws(ReadError) -> (decisions: [Decision], reservation: Reservation) {
        let now = clock()
        let event = random.hash256()
        let result: Result<([Decision], Reservation), StorageError> = pending.withLock { pending in
            do throws(StorageError) {
                let state = StateSpace(try store.snapshot())
                let counts = try counts(pending, state)
                let standing = try Directory.standing(of: reader, in: state)
                let grants = try ConsentDecision.grants(
                    of: owner, naming: reader, standing, state: state)
                var decisions: [Decision] = []
                var granted: Set<Hash256> = []
                for (_, item) in items {
                    guard let item else {
                        decisions.append(Decision(allowed: false, reasons: [.recordUnknown]))
                        continue
                    }
                    let request = ReadRequest(
                        reader: reader, owner: owner, writer: item.writer, domain: item.domain,
                        purpose: purpose, now: now, pendingReads: counts)
                    var decision = ConsentDecision.decide(
                        request, standing: standing, grants: grants)
                    if decision.allowed, item.erasure != nil {
                        decision = Decision(allowed: false, reasons: [.recordErased])
                    }
                    if let grant = decision.grant, decision.allowed { granted.insert(grant) }
                    decisions.append(decision)
                }
                let reservation = Reservation(event: event, grants: granted)
                if !granted.isEmpty { pending[event] = reservation }
                return .success((decisions, reservation))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let decided): return decided
        case .failure(let error): throw .storage(error)
        }
    }

    /// Reads by grant that the state does not count yet; what it does count is not counted twice.
    private func counts(
        _ pending: [Hash256: Reservation], _ state: StateSpace
    ) throws(StorageError) -> [Hash256: UInt64] {
        var counts: [Hash256: UInt64] = [:]
        for reservation in pending.values {
            let place = try AuditQueries.place(
                of: reservation.event, node: signer.account, in: state)
            guard place == nil else { continue }
            for grant in reservation.grants { counts[grant, default: 0] += 1 }
        }
        return counts
    }

    func release(_ reservation: Reservation) {
        pending.withLock { $0[reservation.event] = nil }
    }

    private func fill(
        _ items: [Requested], _ decisions: [Decision], owner: AccountID, reader: AccountID,
        _ state: StateSpace
    ) throws(ReadError) -> [ReadResult] {
        do throws(StorageError) {
            var results: [ReadResult] = []
            for ((record, item), decision) in zip(items, decisions) {
                metrics.read(allowed: decision.allowed)
                var content: SealedRecord?
                if decision.allowed, let item {
                    content = try sealedRecord(
                        record, item, owner: owner, reader: reader, state)
                }
                results.append(
                    ReadResult(record: record, decision: decision, item: item, content: content))
            }
            return results
        } catch {
            throw .storage(error)
        }
    }

    private func sealedRecord(
        _ record: Hash256, _ item: RecordItem, owner: AccountID, reader: AccountID,
        _ state: StateSpace
    ) throws(StorageError) -> SealedRecord {
        guard let version = try RecordQueries.version(item.versions, of: record, in: state),
            let body = try blob(version.content.body),
            let envelope = try blob(version.content.envelope)
        else { throw .corrupt("the vault lacks a body that the chain names") }
        let key = try DomainKeys.grant(
            owner, domain: item.domain.rawValue, epoch: version.content.epoch, grantee: reader,
            in: state)
        return SealedRecord(
            number: item.versions, version: version, body: body, envelope: envelope, key: key)
    }

    private func blob(_ digest: Hash256) throws(StorageError) -> [UInt8]? {
        guard let blobs else { return try vault.get(BlobAddress(digest)) }
        return try blobs.fetch(BlobAddress(digest))
    }

    // MARK: Recording

    /// One event for each decision (and domain, if wanted) that occurs, in the order of the
    /// records.
    func auditEvents(
        _ results: [ReadResult], first: Hash256, reader: AccountID, purpose: Purpose,
        dividesDomains: Bool = true, _ state: StateSpace
    ) -> [ReadEvent] {
        let now = clock()
        let institution = employer(of: reader, state)
        var groups: [(decision: Decision, domain: Domain?, records: [Hash256])] = []
        for result in results {
            let domain = result.item?.domain
            let index = groups.firstIndex {
                $0.decision == result.decision && ($0.domain == domain || !dividesDomains)
            }
            if let index {
                groups[index].records.append(result.record)
                if groups[index].domain != domain { groups[index].domain = nil }
            } else {
                groups.append((result.decision, domain, [result.record]))
            }
        }
        return groups.enumerated().map { index, group in
            let reasons = group.decision.reasons.prefix(AuditLimits.reasonCount)
            return ReadEvent(
                event: index == 0 ? first : random.hash256(), reader: reader,
                institution: institution, allowed: group.decision.allowed,
                reasons: reasons.compactMap { ReasonCode($0.code) }, purpose: purpose,
                domain: group.domain, records: group.records, grant: group.decision.grant,
                time: now)
        }
    }

    private func employer(of reader: AccountID, _ state: StateSpace) -> AccountID? {
        (try? Directory.standing(of: reader, in: state))?.employer
    }

    /// Makes the events durable and sends them to the chain; reserved reads are then used up
    /// there.
    private func post(
        _ events: [ReadEvent], owner: AccountID, _ reservation: Reservation? = nil
    ) throws(ReadError) {
        try post([Post(owner: owner, events: events, reservation: reservation)])
    }

    /// Makes the events of several owners durable, in as few transactions as may be.
    ///
    /// A grant's use stands in the same transaction as the events of its read.
    func post(_ posts: [Post]) throws(ReadError) {
        var calls: [Call] = []
        var settled: [Reservation] = []
        for post in posts {
            var own: [Call] = []
            for start in stride(from: 0, to: post.events.count, by: AuditLimits.eventCount) {
                let events = post.events[start...].prefix(AuditLimits.eventCount).map {
                    AuditContract.AuditEvent(owner: post.owner, read: $0)
                }
                own.append(
                    Call(AuditContract.self, "record", AuditContract.Record(events: events)))
            }
            for grant in (post.reservation?.grants ?? []).sorted() {
                own.append(
                    Call(
                        ConsentContract.self, "consumeRead",
                        ConsentContract.ConsumeRead(owner: post.owner, grant: grant, count: 1)))
            }
            if calls.count + own.count > LedgerLimits.callCount, !calls.isEmpty {
                try send(calls, settled)
                (calls, settled) = ([], [])
            }
            calls += own
            if let reservation = post.reservation { settled.append(reservation) }
        }
        try send(calls, settled)
    }

    private func send(_ calls: [Call], _ settled: [Reservation]) throws(ReadError) {
        guard let transaction = signer.sign(calls, height: heights.value) else {
            throw .audit(.unwritable("the operator's key does not sign"))
        }
        do throws(StorageError) {
            try outbox.post(transaction) { [self] in
                for reservation in settled { release(reservation) }
            }
        } catch {
            throw .audit(error)
        }
    }
}
