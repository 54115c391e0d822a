import Simulator
import Testing

@Suite("Searching all states of the voting")
struct ExplorationTests {
    private func scope(_ change: (inout Scope) -> Void) -> Scope {
        var scope = Scope()
        scope.crashes = 0
        change(&scope)
        return scope
    }

    @Test("Two heights of one view with a crash: every state is safe and can decide")
    func oneView() {
        for role in [ByzantineRole.leadsFirst, .follows] {
            let found = Explorer.run(
                scope {
                    ($0.heights, $0.views, $0.crashes, $0.role) = (2, 1, 1, role)
                    $0.livenessInterval = 1
                })
            #expect(found.violation == nil, "\(found.trace)")
            #expect(found.isComplete && found.decidedStates > 0 && found.states > 1000)
        }
    }

    @Test("The nearest states of three views with two crashes are safe and can decide")
    func nearest() {
        for role in ByzantineRole.allCases {
            let found = Explorer.run(
                scope {
                    ($0.views, $0.crashes, $0.role, $0.stateLimit) = (3, 2, role, 20_000)
                })
            #expect(found.violation == nil, "\(found.trace)")
            #expect(!found.isComplete && found.states >= 20_000)
        }
    }

    @Test("A search says the same each time")
    func repeats() {
        let small = scope { $0.views = 1 }
        let first = Explorer.run(small)
        let second = Explorer.run(small)
        #expect(first.states == second.states && first.transitions == second.transitions)
    }
}

@Suite("Without a rule the search finds a fork")
struct TamperingTests {
    private func expectFork(
        within steps: Int, crashes: Int = 0, _ remove: (inout Tampering) -> Void
    ) {
        var scope = Scope()
        (scope.crashes, scope.executesLate, scope.livenessInterval) = (crashes, false, 0)
        remove(&scope.tampering)
        let found = Explorer.run(scope)
        #expect(found.violation == .fork)
        #expect(found.trace.count == steps, "\(found.trace)")
    }

    @Test("when TIMEOUTs forget what was prepared (R3, R7)")
    func lock() { expectFork(within: 10) { $0.forgetsLock = true } }

    @Test("when validators vote in a view that they left (R4)")
    func left() { expectFork(within: 10) { $0.votesAfterTimeout = true } }

    @Test("when leaders need no TIMEOUTs (R7)")
    func justification() { expectFork(within: 8) { $0.trustsLeaders = true } }

    @Test("when a crash loses the record of votes (R2, R11)")
    func record() { expectFork(within: 9, crashes: 1) { $0.losesRecord = true } }
}
