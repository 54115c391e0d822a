/// What a search found.
package struct Exploration: Sendable {
    package var states = 0
    package var transitions = 0
    /// The longest of the shortest ways to a state.
    package var depth = 0
    /// States in which an honest validator has decided.
    package var decidedStates = 0
    /// States in which only crashes could still change something.
    package var terminalStates = 0
    /// Different states of single validators.
    package var localStates = 0
    /// States from which it was checked that fair delivery decides.
    package var settled = 0
    /// Every state within the scope was seen.
    package var isComplete = false
    package var violation: Violation?
    /// The shortest way to the violation, a step a line.
    package var trace: [String] = []

    package init() {}
}

extension Exploration {
    /// 0 or 1: a search ends at the first.
    package var violations: Int { violation == nil ? 0 : 1 }

    /// Adds what the search of another world found.
    package mutating func add(_ other: Exploration) {
        states += other.states
        transitions += other.transitions
        depth = max(depth, other.depth)
        decidedStates += other.decidedStates
        terminalStates += other.terminalStates
        localStates += other.localStates
        settled += other.settled
        isComplete = isComplete && other.isComplete
        violation = violation ?? other.violation
        trace += other.trace
    }
}
