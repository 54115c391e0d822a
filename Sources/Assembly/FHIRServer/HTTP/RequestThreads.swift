import System

/// Threads that carry out requests which wait for disks and for the node, with a bounded queue.
final class RequestThreads: Sendable {
    /// Requests that wait for a thread; more are told to come back.
    private static let queueLimit = 512

    private struct State {
        var work: [@Sendable () -> Void] = []
        var isClosed = false
    }

    private let state = ConditionMutex(State())

    /// Starts the threads.
    init(count: Int) throws(SystemError) {
        for _ in 0..<count { _ = try Thread("fhir") { [state] in Self.run(state) } }
    }

    /// Takes work; false when the queue is full or closed.
    func take(_ work: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            guard !state.isClosed, state.work.count < Self.queueLimit else { return false }
            state.work.append(work)
            return true
        }
    }

    /// Takes no more; what waits is done.
    func close() { state.withLock { $0.isClosed = true } }

    private static func run(_ state: ConditionMutex<State>) {
        while true {
            let work = state.wait { state -> (@Sendable () -> Void)?? in
                if !state.work.isEmpty { return state.work.removeFirst() }
                return state.isClosed ? .some(nil) : nil
            }
            guard let work else { return }
            work()
        }
    }
}
