import Synchronization

/// The members' addresses, which of them to ask, and how long to leave alone one that failed.
final class EtcdEndpoints: Sendable {
    /// Whom to ask, and how long to wait before.
    struct Choice: Hashable, Sendable {
        let index: Int
        let url: String
        let waitNanoseconds: UInt64
    }

    private struct Member {
        let url: String
        var failureCount = 0
        var notBefore: UInt64 = 0
    }

    private struct State {
        var members: [Member]
        var current = 0
    }

    private static let firstPause: UInt64 = 50_000_000
    private static let longestPause: UInt64 = 2_000_000_000

    private let state: Mutex<State>

    init(_ urls: [String]) {
        state = Mutex(State(members: urls.map { Member(url: $0) }))
    }

    /// The one in use; else another one that did not fail lately; else the first to be tried again.
    func choose(now: UInt64) -> Choice {
        state.withLock { state in
            let order = state.members.indices.map { (state.current + $0) % state.members.count }
            let index =
                order.first { state.members[$0].notBefore <= now }
                ?? order.min { state.members[$0].notBefore < state.members[$1].notBefore }
                ?? state.current
            let member = state.members[index]
            let wait = member.notBefore > now ? member.notBefore - now : 0
            return Choice(index: index, url: member.url, waitNanoseconds: wait)
        }
    }

    /// Whoever answered stays in use.
    func succeeded(_ index: Int) {
        state.withLock { state in
            (state.members[index].failureCount, state.members[index].notBefore) = (0, 0)
            state.current = index
        }
    }

    /// Leaves a member alone, longer each time; true if now every one has failed since it last
    /// answered.
    func failed(_ index: Int, now: UInt64) -> Bool {
        state.withLock { state in
            let pause = Self.firstPause << UInt64(min(state.members[index].failureCount, 8))
            state.members[index].notBefore = now + min(pause, Self.longestPause)
            state.members[index].failureCount += 1
            if state.current == index { state.current = (index + 1) % state.members.count }
            return state.members.allSatisfy { $0.failureCount > 0 }
        }
    }
}
