import Storage
import System

/// Lets requests of several threads share one commit.
///
/// The first thread that finds no leader takes all waiting requests and commits them; the others
/// wait for their result. While it commits, the next group gathers.
final class GroupCommit<Request: Sendable, Response: Sendable>: Sendable {
    private struct State: Sendable {
        var nextTicket: UInt64 = 0
        var waiting: [(ticket: UInt64, weight: Int, request: Request)] = []
        var results: [UInt64: Result<Response, StorageError>] = [:]
        var hasLeader = false
    }

    private enum Turn {
        case done(Result<Response, StorageError>)
        case lead([(ticket: UInt64, request: Request)])
    }

    private let state = ConditionMutex(State())
    private let maximumWeight: Int

    /// A group takes requests up to this weight in total, and at least one.
    init(maximumWeight: Int) { self.maximumWeight = maximumWeight }

    /// Commits a request, alone or with others, and returns when it is done.
    ///
    /// `commit` gets the group in order of arrival and returns as many results; never two at once.
    func submit(
        _ request: Request, weight: Int,
        commit: ([Request]) -> [Result<Response, StorageError>]
    ) throws(StorageError) -> Response {
        let ticket = state.withLock { state in
            let ticket = state.nextTicket
            state.nextTicket += 1
            state.waiting.append((ticket, weight, request))
            return ticket
        }
        while true {
            switch state.wait(until: { turn(&$0, ticket) }) {
            case .done(let result): return try result.get()
            case .lead(let group):
                let results = commit(group.map(\.request))
                precondition(results.count == group.count)
                state.withLock { state in
                    for (member, result) in zip(group, results) {
                        state.results[member.ticket] = result
                    }
                    state.hasLeader = false
                }
            }
        }
    }

    private func turn(_ state: inout State, _ ticket: UInt64) -> Turn? {
        if let result = state.results.removeValue(forKey: ticket) { return .done(result) }
        guard !state.hasLeader, !state.waiting.isEmpty else { return nil }
        var (size, weight) = (0, 0)
        for member in state.waiting {
            weight += member.weight
            if size > 0, weight > maximumWeight { break }
            size += 1
        }
        let group = state.waiting[..<size].map { ($0.ticket, $0.request) }
        state.waiting.removeFirst(size)
        state.hasLeader = true
        return .lead(group)
    }
}
