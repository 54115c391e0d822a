package import FHIRSearch
import System

/// Connections that threads take in turn: who has waited longest is next.
package final class SessionPool<Session: Sendable>: Sendable {
    private struct State: Sendable {
        var free: [Session]
        var nextTicket: UInt64 = 0
        var served: UInt64 = 0
    }

    private let state: ConditionMutex<State>

    package init(_ sessions: [Session]) { state = ConditionMutex(State(free: sessions)) }

    /// Lends a connection for the time of a call; waits until one is free.
    package func use<Answer>(
        _ body: (Session) throws(IndexError) -> Answer
    ) throws(IndexError) -> Answer {
        let ticket = state.withLock { state in
            defer { state.nextTicket += 1 }
            return state.nextTicket
        }
        let session = state.wait { state -> Session? in
            guard state.served == ticket, let session = state.free.popLast() else { return nil }
            state.served += 1
            return session
        }
        defer { state.withLock { $0.free.append(session) } }
        return try body(session)
    }
}
