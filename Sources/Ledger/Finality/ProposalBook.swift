import Base
import Ledger

/// The proposals of one height that a validator has seen, and what it knows of each.
struct ProposalBook: Sendable {
    enum Verdict: Sendable {
        case unknown
        case asked
        case valid
        case invalid
    }

    enum Execution: Hashable, Sendable {
        case none
        case running
        case done(Hash256)
    }

    struct Known: Sendable {
        let proposal: Proposal
        var verdict = Verdict.unknown
        var execution = Execution.none

        /// The digest of the executed header.
        var header: Hash256? {
            if case .done(let header) = execution { header } else { nil }
        }
    }

    /// In the order in which they came.
    private(set) var all: [Known] = []

    subscript(_ digest: Hash256) -> Known? { all.first { $0.proposal.digest == digest } }

    func first(withHeader header: Hash256) -> Proposal? {
        all.first { $0.header == header }?.proposal
    }

    /// Keeps a proposal; when there are too many, one that nothing is known of makes room.
    mutating func add(_ proposal: Proposal) {
        guard self[proposal.digest] == nil else { return }
        if all.count >= FinalityLimits.keptProposals {
            let idle = all.firstIndex { $0.verdict == .unknown && $0.execution == .none }
            all.remove(at: idle ?? 0)
        }
        all.append(Known(proposal: proposal))
    }

    mutating func ask(_ digest: Hash256) { change(digest) { $0.verdict = .asked } }

    mutating func judge(_ digest: Hash256, isValid: Bool) {
        change(digest) { $0.verdict = isValid ? .valid : .invalid }
    }

    mutating func startExecution(_ digest: Hash256) {
        change(digest) { $0.execution = .running }
    }

    mutating func executed(_ digest: Hash256, header: Hash256) {
        change(digest) { $0.execution = .done(header) }
    }

    /// Nothing is judged or executed any more.
    mutating func forgetProgress() {
        for index in all.indices {
            (all[index].verdict, all[index].execution) = (.unknown, .none)
        }
    }

    private mutating func change(_ digest: Hash256, _ body: (inout Known) -> Void) {
        if let index = all.firstIndex(where: { $0.proposal.digest == digest }) {
            body(&all[index])
        }
    }
}
