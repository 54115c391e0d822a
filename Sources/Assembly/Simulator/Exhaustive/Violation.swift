/// What must never be.
package enum Violation: String, Error, Sendable {
    case fork = "two headers can be certified for one height"
    case twoPrepared = "two proposals can be prepared in one view"
    case otherDecided = "a validator decided a header that no quorum of one view committed to"
    case secondPrepare = "an honest validator signs two PREPAREs in one view"
    case secondCommit = "an honest validator signs two COMMITs in one view"
    case voteBelowTarget = "an honest validator votes in a view that it left"
    case lockWentBack = "an honest validator's lock goes back"
    case commitWithoutLock = "an honest validator commits without a proof of that view"
    case timeoutBelowLock = "an honest TIMEOUT reports less than its sender committed to"
    case unjustifiedLead = "an honest leader's proposal is not justified"
    case refusedByGuard = "the vote guard had to stop a ballot of an honest validator"
    case recordUnreadable = "the record of what was signed does not survive its encoding"
    case diverged = "an honest validator believes its execution diverged"
    case stuck = "nobody decides although all messages arrive and honest leaders follow"
}
