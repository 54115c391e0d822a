import Base
import Consent
import Encoding
import FHIRSearch

/// A subscription with what it asks for, and in whose name.
struct Hook: Sendable {
    let kept: KeptSubscription
    let order: HookOrder
    /// The owner, with no more scopes than the client has today.
    let caller: Caller
}

/// Something that a subscription may be about.
struct HookEvent: Sendable {
    let version: StoredVersion
    /// The cursor once the event is done with.
    let done: HookCursor
}

extension FHIRService {
    /// Events that are looked at together.
    private static let eventCount = 64

    /// The next events of the type that a subscription is about, in order.
    func events(of hook: Hook, after cursor: HookCursor) throws(FHIRError) -> [HookEvent] {
        guard let patient = hook.order.patient else {
            return try versions(hook.order.type, after: cursor)
        }
        return hook.order.type == "Consent"
            ? try consents(of: patient, hook.caller, after: cursor)
            : try audit(of: patient, hook.caller, after: cursor)
    }

    /// A cursor behind everything that has happened so far.
    func newestCursor(for order: HookOrder, _ caller: Caller) throws(FHIRError) -> HookCursor {
        var cursor = HookCursor()
        switch (order.patient, order.type) {
        case (let patient?, "Consent"):
            for event in try consents(of: patient, caller, after: cursor) { cursor = event.done }
        case (let patient?, _):
            while let last = try audit(of: patient, caller, after: cursor).last {
                cursor = last.done
            }
        case (nil, _):
            do throws(IndexError) { cursor.position = try index.lastPosition() } catch {
                throw FHIRError(error)
            }
        }
        return cursor
    }

    // MARK: Sources

    private func versions(
        _ type: String, after cursor: HookCursor
    ) throws(FHIRError) -> [HookEvent] {
        let found: [(position: UInt64, version: StoredVersion)]
        do throws(IndexError) {
            found = try index.versions(
                of: type, after: cursor.position, limit: Self.eventCount)
        } catch { throw FHIRError(error) }
        return found.map { position, version in
            var done = HookCursor()
            done.position = position
            return HookEvent(version: version, done: done)
        }
    }

    /// Reads of a patient's records, for the resident or the institution that keeps the wallet.
    private func audit(
        of patient: ResourceName, _ caller: Caller, after cursor: HookCursor
    ) throws(FHIRError) -> [HookEvent] {
        let owner = try owner(of: patient, for: caller)
        let after = cursor.position == 0 ? nil : cursor.position - 1
        return try ledger.audit(of: owner, after: after).rows.map { sequence, row in
            var done = HookCursor()
            done.position = sequence + 1
            return HookEvent(
                version: ledgerVersion(
                    AuditResource.json(sequence, row, of: patient, names: [:]), .create),
                done: done)
        }
    }

    /// Consents that are new or have another status than the one that is done with.
    private func consents(
        of patient: ResourceName, _ caller: Caller, after cursor: HookCursor
    ) throws(FHIRError) -> [HookEvent] {
        let owner = try owner(of: patient, for: caller)
        var done = HookCursor()
        done.seen = cursor.seen
        var events: [HookEvent] = []
        for listed in try ledger.consents(of: owner) {
            let (id, status) = (listed.id.description, "\(listed.grant.status)")
            let former = done.seen.updateValue(status, forKey: id)
            guard former != status else { continue }
            events.append(
                HookEvent(
                    version: ledgerVersion(
                        ConsentResource.json(listed, of: patient),
                        former == nil ? .create : .update),
                    done: done))
        }
        return events
    }

    private func ledgerVersion(
        _ resource: JSONValue, _ method: StoredVersion.Method
    ) -> StoredVersion {
        StoredVersion(
            name: ResourceName(
                type: resource["resourceType"]?.stringValue ?? "",
                id: resource["id"]?.stringValue ?? ""),
            number: 1, method: method, lastUpdated: clock(), scope: [], origin: [],
            body: resource.serialized())
    }
}
