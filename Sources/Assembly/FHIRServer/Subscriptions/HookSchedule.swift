import Base
import System

/// Whose turn it is: each subscription is worked on by one thread at a time, and of those that go
/// to one origin few at a time, so that a slow endpoint holds up nobody but its own.
final class HookSchedule: Sendable {
    /// Threads that wait for one origin at a time.
    private static let originLimit = 2
    /// Seconds after which an idle subscription is looked at without a sign: for what others wrote.
    private static let lookSeconds: UInt64 = 5

    /// When a subscription wants to be worked on again.
    enum Next: Hashable, Sendable {
        case now
        /// When something was written.
        case later
        /// After an attempt that failed: not before this.
        case at(Timestamp)
        case never
    }

    private enum Turn {
        case ready
        /// Ready by a sign, or at this time.
        case idle(Timestamp)
        /// Ready at this time, whatever the signs.
        case pausing(Timestamp)
        case running(isWanted: Bool)
    }

    private struct Entry {
        let origin: String
        var turn = Turn.ready
        /// The lower, the longer ago its last turn was.
        var last: UInt64 = 0
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var turns: UInt64 = 0
        var isClosed = false
    }

    private let state = ConditionMutex(State())

    /// Takes a subscription in, or makes it ready at once when it changed.
    func want(_ id: String, origin: String) {
        state.withLock { state in
            var entry = Entry(origin: origin)
            if case .running = state.entries[id]?.turn { entry.turn = .running(isWanted: true) }
            state.entries[id] = entry
        }
    }

    /// Something was written: who is idle looks.
    func look() {
        state.withLock { state in
            for (id, entry) in state.entries {
                switch entry.turn {
                case .idle: state.entries[id]?.turn = .ready
                case .running: state.entries[id]?.turn = .running(isWanted: true)
                case .ready, .pausing: break
                }
            }
        }
    }

    /// Takes the subscription whose turn it is; nil when none is ready or all is closed.
    func take(_ clock: () -> Timestamp) -> String? {
        state.withLock { Self.take(&$0, clock) }
    }

    /// Waits for a subscription whose turn it is; nil once all is closed.
    func wait(_ clock: () -> Timestamp) -> String? {
        while true {
            // Times come with the clock, not with a sign.
            let taken = state.wait(milliseconds: 500) { state -> String?? in
                if state.isClosed { return .some(nil) }
                return Self.take(&state, clock).map { .some($0) }
            }
            if let taken { return taken }
        }
    }

    /// Ends a turn.
    func finish(_ id: String, _ next: Next, now: Timestamp) {
        state.withLock { state in
            guard case .running(let isWanted) = state.entries[id]?.turn else { return }
            switch next {
            case .now: state.entries[id]?.turn = .ready
            case .later:
                state.entries[id]?.turn =
                    isWanted ? .ready : .idle(now.advanced(bySeconds: Self.lookSeconds))
            case .at(let time): state.entries[id]?.turn = isWanted ? .ready : .pausing(time)
            case .never where isWanted: state.entries[id]?.turn = .ready
            case .never: state.entries[id] = nil
            }
        }
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    func close() { state.withLock { $0.isClosed = true } }

    private static func take(_ state: inout State, _ clock: () -> Timestamp) -> String? {
        guard !state.isClosed else { return nil }
        let now = clock()
        var busy: [String: Int] = [:]
        for entry in state.entries.values {
            if case .running = entry.turn { busy[entry.origin, default: 0] += 1 }
        }
        let ready = state.entries.filter { _, entry in
            guard busy[entry.origin, default: 0] < originLimit else { return false }
            switch entry.turn {
            case .ready: return true
            case .idle(let time), .pausing(let time): return time <= now
            case .running: return false
            }
        }
        guard let next = ready.min(by: { ($0.value.last, $0.key) < ($1.value.last, $1.key) }) else {
            return nil
        }
        state.turns += 1
        state.entries[next.key]?.last = state.turns
        state.entries[next.key]?.turn = .running(isWanted: false)
        return next.key
    }
}
