import Base
import FHIRSearch

/// Delivers the notifications of one subscription, in order, each at least once.
///
/// The cursor moves on when the endpoint took a notification, so that a crash repeats at most one.
struct HookPump {
    /// Seconds to wait when the node or the index does not answer, which is not the endpoint's
    /// fault.
    private static let troubleSeconds: UInt64 = 5

    let service: FHIRService
    let hooks: Subscriptions

    /// Works on a subscription until there is nothing more, an attempt fails, or a page is done.
    func work(on id: String) -> HookSchedule.Next {
        do throws(FHIRError) {
            guard let kept = try hooks.store.find(id), kept.status == .active else {
                return .never
            }
            let now = service.clock()
            let hook: Hook
            do throws(FHIRError) {
                hook = try service.hook(kept, hooks)
            } catch {
                guard error.status < 500 else { throw error }
                return try end(kept, error)
            }
            if let end = hook.order.end, end <= now {
                _ = try hooks.store.replace(kept.next(.off, at: now))
                return .never
            }
            let cursor = try hooks.store.cursor(id)
            if let due = cursor.due, due > now { return .at(due) }
            do throws(FHIRError) {
                return try deliver(hook, from: cursor)
            } catch {
                // The resident ended what the ledger's resources were shown for.
                guard hook.order.patient != nil, error.status < 500 else { throw error }
                return try end(kept, error)
            }
        } catch {
            return .at(service.clock().advanced(bySeconds: Self.troubleSeconds))
        }
    }

    private func deliver(_ hook: Hook, from start: HookCursor) throws(FHIRError)
        -> HookSchedule.Next
    {
        var (cursor, isSaved) = (start, true)
        let events = try service.events(of: hook, after: start)
        for event in events {
            guard !hooks.schedule.isClosed else { break }
            guard try service.meets(event.version, hook),
                try service.releases(event.version, hook)
            else {
                (cursor, isSaved) = (event.done, false)
                continue
            }
            do throws(HookFailure) {
                try hooks.sender.send(event.version, hook.order)
            } catch {
                guard !hooks.schedule.isClosed else { break }
                return try retry(hook.kept, cursor, after: error)
            }
            (cursor, isSaved) = (event.done, true)
            guard try hooks.store.advance(hook.kept, to: cursor) else { return .now }
        }
        if !isSaved { _ = try hooks.store.advance(hook.kept, to: cursor) }
        return events.isEmpty ? .later : .now
    }

    /// Counts an attempt that failed; after the last one the subscription is in error.
    private func retry(
        _ kept: KeptSubscription, _ cursor: HookCursor, after failure: HookFailure
    ) throws(FHIRError) -> HookSchedule.Next {
        var next = cursor
        next.attempts += 1
        let now = service.clock()
        guard next.attempts < hooks.settings.attempts else {
            next.attempts = 0
            next.due = nil
            let error = KeptSubscription.Status.error(
                failure.refusal(attempts: hooks.settings.attempts))
            _ = try hooks.store.replace(kept.next(error, at: now), next)
            return .never
        }
        let due = now.advanced(
            bySeconds: hooks.settings.delay(afterAttempts: next.attempts))
        next.due = due
        return try hooks.store.advance(kept, to: next) ? .at(due) : .now
    }

    /// Ends a subscription that cannot go on.
    private func end(
        _ kept: KeptSubscription, _ error: FHIRError
    ) throws(FHIRError) -> HookSchedule.Next {
        let refusal = error.issues.first?.refusal ?? Refusal("fhir.subscription", "", "")
        _ = try hooks.store.replace(kept.next(.error(refusal), at: service.clock()))
        return .never
    }
}
