import System

/// Looks up hosts on a thread of its own, as the system's resolver blocks.
final class NameResolver: Sendable {
    private struct Question {
        let host: String
        let port: UInt16
        let answer: @Sendable ([SocketAddress]) -> Void
    }

    private enum Work {
        case look(Question)
        case stop
    }

    private struct State {
        var questions: [Question] = []
        var isStopped = false
    }

    private let state = ConditionMutex(State())
    private let thread: Thread

    init() throws(SystemError) {
        let state = state
        thread = try Thread("links-names") {
            while case .look(let question) = Self.next(state) {
                question.answer(SocketAddress.resolve(question.host, port: question.port))
            }
        }
    }

    private static func next(_ state: ConditionMutex<State>) -> Work {
        state.wait { state -> Work? in
            if state.isStopped { return .stop }
            if state.questions.isEmpty { return nil }
            return .look(state.questions.removeFirst())
        }
    }

    /// Asks; the answer comes on the resolver's thread, empty if there is none.
    func ask(
        _ host: String, port: UInt16, _ answer: @escaping @Sendable ([SocketAddress]) -> Void
    ) {
        let question = Question(host: host, port: port, answer: answer)
        state.withLock { $0.questions.append(question) }
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
