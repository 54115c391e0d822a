import Agent
import Base
import Consent
import ContractKit
import Encoding
import FHIRModel
import FHIRSearch
import Ledger
import System

/// Writes versions of resources: to the chain first, then to the index.
///
/// When a write returns, all its versions are final on the chain and found in the index. If the
/// server dies in between, the next start completes what was on its way.
final class ResourceStore: Sendable {
    let index: any ResourceIndex
    private let desk: WritingDesk
    let extractor: TermExtractor
    private let scopes: ScopeRegistry
    private let locks = NameLocks()
    private let policy: DeletionPolicy
    private let clock: @Sendable () -> Timestamp
    private let random: any RandomSource
    /// Told after versions came into the index.
    private let written: @Sendable () -> Void

    init(
        index: any ResourceIndex, desk: WritingDesk, extractor: TermExtractor,
        scopes: ScopeRegistry, policy: DeletionPolicy, clock: @escaping @Sendable () -> Timestamp,
        random: any RandomSource, written: @escaping @Sendable () -> Void
    ) {
        self.written = written
        (self.index, self.desk, self.extractor) = (index, desk, extractor)
        (self.scopes, self.policy, self.clock, self.random) = (scopes, policy, clock, random)
    }

    /// A logical id that nobody can guess.
    func freshID() -> String { Hex.encode(random.bytes(16)) }

    /// Holds names so that a condition stays true until what follows from it is written.
    func holding<Value>(
        _ names: Set<String>, _ body: () throws(FHIRError) -> Value
    ) throws(FHIRError) -> Value {
        try locks.withLock(names, body)
    }

    /// Carries out all orders or none; the caller holds the names of all of them.
    ///
    /// Up to 64 versions are one transaction on the chain.
    func write(_ orders: [WriteOrder]) throws(FHIRError) -> [WriteResult] {
        var current: [StoredVersion?] = []
        do throws(IndexError) {
            for order in orders { current.append(try index.current(order.name)) }
        } catch { throw FHIRError(error) }
        for (order, current) in zip(orders, current) { try check(order, current) }
        let plan = try plan(orders, current)
        var results: [WriteResult] = []
        let erased = plan.filter { $0.erases }
        if !erased.isEmpty { try erase(erased.compactMap(\.former)) }
        let versions = try send(plan.compactMap(\.version))
        try record(versions, erased: erased.compactMap { $0.former?.name })
        var written = versions.makeIterator()
        for (item, current) in zip(plan, current) {
            let version = item.version == nil ? nil : written.next()
            guard let shown = version ?? item.former else { continue }
            results.append(
                WriteResult(
                    version: shown, wasCreated: current.map { $0.method == .delete } ?? true,
                    wasUnchanged: item.version == nil && !item.erases))
        }
        return results
    }

    // MARK: Planning

    private struct Item {
        /// What is to be written; nil when nothing changes.
        var version: StoredVersion?
        let former: StoredVersion?
        var erases = false
    }

    private func check(
        _ order: WriteOrder, _ current: StoredVersion?
    ) throws(FHIRError) {
        switch order.condition {
        case .none: break
        case .absent:
            if let current, current.method != .delete { throw .conflict }
        case .version(let number):
            guard current?.number == number, current?.method != .delete else { throw .conflict }
        }
    }

    private func plan(
        _ orders: [WriteOrder], _ current: [StoredVersion?], isRepeatable: Bool = false
    ) throws(FHIRError) -> [Item] {
        let now = clock()
        var puts: [(name: ResourceName, value: JSONValue)] = []
        var formers: [StoredVersion?] = []
        for (order, current) in zip(orders, current) {
            guard case .put(let value) = order.change else { continue }
            puts.append((order.name, value))
            formers.append(current)
        }
        let places = try OwnerResolver(desk: desk, index: index).places(of: puts, current: formers)
        var next = places.makeIterator()
        return zip(orders, current).map { order, former in
            let number = (former?.number ?? 0) + 1
            switch order.change {
            case .put(let value):
                guard let place = next.next() else { return Item(former: former) }
                let stamped = ResourceStamp.stamp(
                    value, order.name, version: number, time: now)
                return Item(
                    version: version(
                        order.name, number,
                        former == nil || former?.method == .delete
                            ? .create : .update, place, former, stamped, now,
                        identity: isRepeatable ? value.serialized() : nil),
                    former: former)
            case .delete:
                guard let former, former.method != .delete,
                    let kind = RecordKind(scope: former.scope)
                else { return Item(former: former) }
                if policy == .erasure { return Item(former: former, erases: true) }
                return Item(
                    version: version(
                        order.name, number, .delete,
                        .init(owner: kind.owner, domain: kind.domain), former,
                        ResourceStamp.deletion(order.name, version: number, time: now), now),
                    former: former)
            }
        }
    }

    /// A version in the record of the former one, or in a new record when the resource moves to
    /// another owner or domain, or its record was erased.
    private func version(
        _ name: ResourceName, _ number: UInt64, _ method: StoredVersion.Method,
        _ place: OwnerResolver.Place, _ former: StoredVersion?, _ body: JSONValue,
        _ now: Timestamp, identity: [UInt8]? = nil
    ) -> StoredVersion {
        let kind = RecordKind(owner: place.owner, domain: place.domain, writer: desk.account)
        let body = body.serialized()
        // With the content in it, the same identifier never stands for two. What is loaded again
        // has the identifier of the first time, whatever the time.
        var origin = RecordOrigin(
            record: desk.recordID("\(name.text)/\(number)", content: identity ?? body), number: 1)
        if let former, former.body != nil, former.scope == kind.scope,
            let old = try? RecordOrigin(decoding: former.origin)
        {
            origin = RecordOrigin(record: old.record, number: old.number + 1)
        }
        return StoredVersion(
            name: name, number: number, method: method, lastUpdated: now, scope: kind.scope,
            origin: origin.encoded, body: body)
    }

    /// The next versions of resources that are loaded.
    func planned(
        _ resources: [(name: ResourceName, value: JSONValue)], _ formers: [StoredVersion?]
    ) throws(FHIRError) -> [StoredVersion] {
        try plan(
            resources.map { WriteOrder(name: $0.name, change: .put($0.value)) }, formers,
            isRepeatable: true
        ).compactMap(\.version)
    }

    // MARK: Writing

    /// Brings versions onto the chain and returns them with their transactions.
    private func send(_ versions: [StoredVersion]) throws(FHIRError) -> [StoredVersion] {
        guard !versions.isEmpty else { return [] }
        let notes = PendingWrites.notes(freshID(), versions)
        do throws(IndexError) { try index.write(notes) } catch { throw FHIRError(error) }
        let sent: [StoredVersion]
        do throws(FHIRError) {
            sent = try bring(versions)
        } catch {
            // What the chain refuses as a whole never happens; what is uncertain is tried again
            // at the next start.
            if error.status < 500, versions.count <= LedgerLimits.callCount {
                try? index.write(PendingWrites.removal(of: notes))
            }
            throw error
        }
        do throws(IndexError) {
            try index.write(try changes(sent) + PendingWrites.removal(of: notes))
        } catch { throw FHIRError(error) }
        return sent
    }

    /// Seals and writes versions that are not on the chain yet.
    func bring(_ versions: [StoredVersion]) throws(FHIRError) -> [StoredVersion] {
        var drafts: [RecordDraft] = []
        for version in versions {
            guard let kind = RecordKind(scope: version.scope), let body = version.body,
                let origin = try? RecordOrigin(decoding: version.origin)
            else { throw .corrupt }
            guard body.count <= RecordPayload.contentLimit else {
                throw FHIRError(ImportFailure.oversized(entry: nil))
            }
            drafts.append(
                RecordDraft(
                    owner: kind.owner, domain: kind.domain, record: origin.record,
                    version: origin.number,
                    payload: RecordPayload(
                        kind: version.method == .delete ? .deletion : .resource, content: body)))
        }
        var transactions: [Hash256: TransactionID] = [:]
        do throws(ImportFailure) {
            try desk.write(drafts) { record, transaction in transactions[record] = transaction }
        } catch { throw FHIRError(error) }
        return zip(versions, drafts).map { version, draft in
            let origin = RecordOrigin(
                record: draft.record, number: draft.version,
                transaction: transactions[draft.record])
            return StoredVersion(
                name: version.name, number: version.number, method: version.method,
                lastUpdated: version.lastUpdated, scope: version.scope, origin: origin.encoded,
                body: version.body)
        }
    }

    func changes(_ versions: [StoredVersion]) throws(IndexError) -> [IndexChange] {
        var changes: [IndexChange] = []
        for version in versions {
            guard version.method != .delete, let body = version.body else {
                changes.append(.put(version, IndexTerms()))
                continue
            }
            guard let value = try? JSONValue(parsing: body) else { throw .corrupt("a body") }
            changes.append(.put(version, extractor.terms(of: value, type: version.name.type)))
        }
        return changes
    }

    /// Takes note of new scopes and forgets what was erased.
    private func record(
        _ versions: [StoredVersion], erased: [ResourceName]
    ) throws(FHIRError) {
        do throws(IndexError) {
            if !erased.isEmpty { try index.write(erased.map { .erase($0) }) }
        } catch { throw FHIRError(error) }
        try note(scopesOf: versions)
    }

    /// Takes note of scopes that versions brought, and tells of the versions.
    func note(scopesOf versions: [StoredVersion]) throws(FHIRError) {
        try learn(scopesOf: versions)
        written()
    }

    /// Takes note of scopes of versions, which somebody else may have written.
    func learn(scopesOf versions: [StoredVersion]) throws(FHIRError) {
        do throws(IndexError) {
            try scopes.learn(Set(versions.compactMap { RecordKind(scope: $0.scope) }), from: index)
        } catch { throw FHIRError(error) }
    }

    private func erase(_ versions: [StoredVersion]) throws(FHIRError) {
        var records: [(owner: AccountID, domain: Domain, record: Hash256)] = []
        var all: [StoredVersion] = []
        for version in versions { all += try history(of: version.name) }
        for version in all {
            guard let kind = RecordKind(scope: version.scope),
                let origin = try? RecordOrigin(decoding: version.origin)
            else { throw .corrupt }
            if version.body != nil, !records.contains(where: { $0.record == origin.record }) {
                records.append((kind.owner, kind.domain, origin.record))
            }
        }
        guard let reason = ReasonCode("fhir.deleted") else { preconditionFailure("a code") }
        do throws(ImportFailure) {
            try desk.erase(records, reason: reason)
        } catch { throw FHIRError(error) }
    }

    private func history(of name: ResourceName) throws(FHIRError) -> [StoredVersion] {
        do throws(IndexError) {
            var versions: [StoredVersion] = []
            var after: PageMark?
            repeat {
                let page = try index.history(
                    HistoryRequest(
                        subject: .resource(name), visible: .everything, count: 1000, after: after))
                versions += page.versions
                after = page.next
            } while after != nil
            return versions
        } catch { throw FHIRError(error) }
    }

    /// Forgets resources whose records somebody erased on the chain.
    func forget(_ names: [ResourceName]) throws(FHIRError) {
        do throws(IndexError) {
            try index.write(names.map { .erase($0) })
        } catch { throw FHIRError(error) }
    }
}
