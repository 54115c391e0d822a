import System

/// Looks up hosts on a thread of its own, as the system's resolver blocks.
final class NameResolver: Sendable {
    private struct State {
        var questions: [(host: String, port: UInt16, answer: @Sendable ([SocketAddress]) -> Void)] =
            []
        var isStopped = false
    }

    private let state = ConditionMutex(State())
    private let thread: Thread

    init() throws(SystemError) {
        let state = state
        thread = try Thread("links-names") {
            while true {
                let question = state.wait { state -> (LookUp?)? in
                    if state.isStopped { return .some(nil) }
                    return state.questions.isEmpty ? nil : state.questions.removeFirst()
                }
                guard let question else { return }
                question.answer(SocketAddress.resolve(question.host, port: question.port))
            }
        }
    }

    private typealias LookUp = (
        host: String, port: UInt16, answer: @Sendable ([SocketAddress]) -> Void
    )

    /// Asks; the answer comes on the resolver's thread, empty if there is none.
    func ask(
        _ host: String, port: UInt16, _ answer: @escaping @Sendable ([SocketAddress]) -> Void
    ) {
        state.withLock { $0.questions.append((host, port, answer)) }
    }

    /// Ends the thread after the look-up in progress, which the system bounds to some seconds.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            state.questions = []
        }
        thread.join()
    }
}
