import Ordering
import Synchronization

/// The engine's health, written by all of its threads; tells when it changes.
final class HealthBoard: Sendable {
    private let state: Mutex<EngineHealth>
    private let changed: @Sendable (EngineHealth) -> Void

    init(quotaByteCount: UInt64, changed: @escaping @Sendable (EngineHealth) -> Void) {
        var first = EngineHealth()
        first.quotaByteCount = quotaByteCount
        state = Mutex(first)
        self.changed = changed
    }

    var health: EngineHealth { state.withLock { $0 } }

    func count(_ change: (inout EngineCounters) -> Void) {
        state.withLock { change(&$0.counters) }
    }

    /// A member answered a question that takes a quorum and the right to ask.
    func worked(at endpoint: String) {
        update { health in
            health.endpoint = endpoint
            health.state = health.alarms.contains(.noSpace) ? .full : .working
        }
    }

    /// A try failed; `isLast` if no member answers any more.
    func failed(_ error: OrderingError, isLast: Bool) {
        update { health in
            health.lastError = error
            switch error {
            case .denied(let reason): health.state = .denied(reason)
            case .unavailable(let reason) where isLast:
                (health.state, health.hasLeader) = (.unavailable(reason), false)
            case .full:
                if !health.alarms.contains(.noSpace) { health.alarms.insert(.noSpace, at: 0) }
                health.state = .full
            default: break
            }
        }
    }

    /// What a member says of itself; it needs nobody else for that, so it proves nothing more.
    func reported(_ status: StatusAnswer) {
        update { health in
            health.storedByteCount = status.byteCount
            health.hasLeader = status.hasLeader
            health.alarms = status.alarms
            let isFull = status.alarms.contains(.noSpace)
            if health.state == .working, isFull { health.state = .full }
            if health.state == .full, !isFull { health.state = .working }
        }
    }

    func found(_ gap: EngineHealth.Gap?) { update { $0.gap = gap } }

    func close() { update { $0.state = .closed } }

    private func update(_ change: (inout EngineHealth) -> Void) {
        // Told under the lock, so that changes arrive in the order in which they were made.
        state.withLock { health in
            guard health.state != .closed else { return }
            let before = health
            change(&health)
            if !health.isAlike(before) { changed(health) }
        }
    }
}
