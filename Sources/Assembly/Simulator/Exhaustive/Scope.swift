/// Where the Byzantine validator stands in the order of leaders: what makes worlds differ.
package enum ByzantineRole: String, CaseIterable, Sendable {
    /// It leads view 1.
    case leadsFirst = "leads view 1"
    /// It leads view 2.
    case leadsSecond = "leads view 2"
    /// It leads neither of them.
    case follows = "leads neither view 1 nor 2"
}

/// How far a search goes.
package struct Scope: Sendable {
    /// Heights that are decided one after the other, 1 or 2.
    package var heights = 1
    /// Views of a height, 1 to 4, counted from its first.
    package var views = 2
    /// How often an honest validator may crash and start again, in all.
    package var crashes = 1
    package var role = ByzantineRole.leadsFirst
    /// Blocks may also be executed later than the vote that asked for it.
    package var executesLate = true
    /// The search gives up, and says so, when it has found this many states.
    package var stateLimit = 60_000_000
    /// Every so many states, and in every state without a next one, liveness is checked; 0: never.
    package var livenessInterval = 64
    /// What is broken on purpose, to see the search find it.
    package var tampering = Tampering()

    package init() {}

    /// The roles whose worlds differ within the scope: with two views nobody leads view 2, unless
    /// the second height begins in view 1.
    package var roles: [ByzantineRole] {
        heights == 1 && views < 3 ? [.leadsFirst, .follows] : ByzantineRole.allCases
    }
}

/// Rules taken away from the honest validators around the production code, never inside it: shows
/// that the search finds what happens without them.
package struct Tampering: Sendable {
    /// TIMEOUTs say that nothing was prepared (R3, R7).
    package var forgetsLock = false
    /// A crash loses the record of what was signed (R2, R11).
    package var losesRecord = false
    /// A TIMEOUT does not keep its sender from voting in the view that it left (R4).
    package var votesAfterTimeout = false
    /// A leader is believed without TIMEOUTs that justify it (R7).
    package var trustsLeaders = false
    /// Commits count whatever their view (R4).
    package var mixesViews = false

    package init() {}

    /// Honest validators may then contradict themselves, so that only forks count as violations.
    var isActive: Bool {
        forgetsLock || losesRecord || votesAfterTimeout || trustsLeaders || mixesViews
    }
}
