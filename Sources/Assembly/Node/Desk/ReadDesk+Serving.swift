import Audit
package import Base
package import Consent
import ContractKit
package import FHIRModel
package import Ledger
import Membership
import Records
import Storage

/// Decisions about kinds of records, and how long they hold.
package struct KindDecisions: Sendable {
    /// In the order in which they were asked for.
    package fileprivate(set) var decisions: [Decision] = []
    /// When time alone may change one; until then they hold while ``Node/rightsMark`` stays.
    fileprivate(set) var turn: Timestamp?
    /// By the node's clock.
    let made: Timestamp

    /// Milliseconds until ``turn``; nil for no end.
    package var lasting: UInt64? { turn.map { $0.milliseconds - made.milliseconds } }
}

extension ReadDesk {
    /// Kinds of one ``decisions(for:purpose:about:servedBy:)``.
    package static let kindLimit = 4096
    /// Records of one ``serve(_:to:purpose:servedBy:)``.
    package static let servedLimit = 1024

    /// Decides about kinds of records for an institution that serves them; records nothing.
    ///
    /// The cost grows with the number of grants of each owner, once for all kinds of an owner
    /// that stand together.
    package func decisions(
        for reader: AccountID, purpose: Purpose, about kinds: [RecordKind],
        servedBy institution: AccountID
    ) throws(ReadError) -> KindDecisions {
        guard kinds.count <= Self.kindLimit else { throw .count }
        let state = try snapshot()
        let now = clock()
        do throws(StorageError) {
            let standing = try Directory.standing(of: reader, in: state)
            let isOwn = try answers(institution, for: reader, standing, state)
            var answer = KindDecisions(made: now)
            var known: (owner: AccountID, grants: [ListedGrant])?
            for kind in kinds {
                guard isOwn || kind.writer == institution else {
                    answer.decisions.append(Decision(allowed: false, reasons: [.noConsent]))
                    continue
                }
                if known?.owner != kind.owner {
                    let grants = try ConsentDecision.grants(
                        of: kind.owner, naming: reader, standing, state: state)
                    known = (kind.owner, grants)
                    if let turn = ConsentDecision.nextTurn(of: grants, after: now) {
                        answer.turn = min(answer.turn ?? turn, turn)
                    }
                }
                let request = ReadRequest(
                    reader: reader, owner: kind.owner, writer: kind.writer, domain: kind.domain,
                    purpose: purpose, now: now)
                answer.decisions.append(
                    ConsentDecision.decide(
                        request, standing: standing, grants: known?.grants ?? []))
            }
            return answer
        } catch {
            throw .storage(error)
        }
    }

    /// Decides about records of several owners, records it, and says what may be shown.
    ///
    /// The reads are in the journal, synced, when this returns; each owner's records are one read
    /// of a grant.
    /// - Parameter reads: the records of one owner stand together.
    package func serve(
        _ reads: [(owner: AccountID, record: Hash256)], to reader: AccountID, purpose: Purpose,
        servedBy institution: AccountID
    ) throws(ReadError) -> [Decision] {
        guard (1...Self.servedLimit).contains(reads.count) else { throw .count }
        let state = try snapshot()
        let isOwn: Bool
        do throws(StorageError) {
            let standing = try Directory.standing(of: reader, in: state)
            isOwn = try answers(institution, for: reader, standing, state)
        } catch {
            throw .storage(error)
        }
        var verdicts: [Decision] = []
        var posts: [Post] = []
        do throws(ReadError) {
            var start = 0
            while start < reads.count {
                let owner = reads[start].owner
                var end = start
                while end < reads.count, reads[end].owner == owner { end += 1 }
                let items = try requested(reads[start..<end].map(\.record), of: owner, state)
                let isServed = items.map { isOwn || $0.item?.writer == institution }
                let (decisions, reservation) = try decide(
                    zip(items, isServed).map { ($0.record, $1 ? $0.item : nil) }, owner: owner,
                    reader: reader, purpose: purpose)
                let results = zip(items, decisions).map {
                    ReadResult(record: $0.record, decision: $1, item: $0.item, content: nil)
                }
                // One read of a grant, in as many events as their limit of records asks for.
                var events: [ReadEvent] = []
                for part in stride(from: 0, to: results.count, by: Self.recordLimit) {
                    events += auditEvents(
                        Array(results[part...].prefix(Self.recordLimit)),
                        first: part == 0 ? reservation.event : random.hash256(), reader: reader,
                        purpose: purpose, state)
                }
                posts.append(Post(owner: owner, events: events, reservation: reservation))
                verdicts += decisions
                start = end
            }
            try post(posts)
        } catch {
            for case let reservation? in posts.map(\.reservation) { release(reservation) }
            throw error
        }
        for verdict in verdicts { metrics.read(allowed: verdict.allowed) }
        return verdicts
    }

    /// Whether the reader is one of the institution's people, or the institution itself.
    private func answers(
        _ institution: AccountID, for reader: AccountID, _ standing: Standing,
        _ state: StateSpace
    ) throws(StorageError) -> Bool {
        if reader == institution || standing.employer == institution { return true }
        guard case .resident = standing else { return false }
        return try Directory.resident(reader, in: state)?.registrar == institution
    }
}
