import Base
package import Encoding
import Ledger

/// What tells two states of voting apart, for programs that search through all of them.
extension HeightVoting {
    /// The stored properties that the essence covers or leaves out on purpose; a test compares them
    /// with the properties that exist, because a forgotten one would merge different states.
    package static let essentials: Set<String> = [
        "rules", "view", "target", "lock", "isDecided", "prepared", "committed", "led",
        "candidate", "accepted", "justification", "drafting", "sought", "tallies", "timeouts",
        "proposals", "certified", "isBehind", "hasBegun", "attempt",
    ]

    /// Writes what decides which votes this validator may still cast, and nothing else: machines
    /// with the same bytes, told the same, do the same from here on.
    ///
    /// Left out: signatures and who gave them in a proof that exists; how often waiting was in
    /// vain; votes in a phase of a view that has its quorum; TIMEOUTs for views that are over;
    /// everything once the height is decided. Bounds of what is kept are taken as out of reach.
    ///
    /// - Parameter place: a permutation of the set, to find states that differ by names only.
    package func writeEssence(to writer: inout CBORWriter, place: [Int]) {
        writer.bool(isDecided)
        guard !isDecided else { return }
        writer.unsigned(view)
        writer.unsigned(target)
        writer.bool(hasBegun)
        write(lock, to: &writer)
        writer.optional(prepared) { $0.slot($1.view, $1.proposal) }
        writer.optional(committed) { $0.slot($1.view, $1.header) }
        writer.optional(led) { $0.slot($1.view, $1.proposal) }
        writer.optional(candidate) { $0.hash($1) }
        writer.optional(accepted) { $0.hash($1) }
        writer.optional(justification) { write($1.high, to: &$0) }
        writer.optional(drafting) { $0.unsigned($1) }
        writer.list(sought.sorted()) { $0.hash($1) }
        write(certified, to: &writer)
        writer.bool(isBehind)
        writeTallies(to: &writer, place)
        for voter in inverse(place) {
            let timeout = timeouts[voter].flatMap { $0.timeout.target > view ? $0 : nil }
            writer.optional(timeout) { writer, item in
                writer.unsigned(item.timeout.target)
                write(item.proof, to: &writer)
            }
        }
        writer.list(proposals.all.sorted { $0.proposal.digest < $1.proposal.digest }) {
            writer, known in
            writer.hash(known.proposal.digest)
            writer.unsigned(known.verdict.number)
            writer.bool(known.execution == .running)
            writer.optional(known.header) { $0.hash($1) }
        }
    }

    private func writeTallies(to writer: inout CBORWriter, _ place: [Int]) {
        for tally in tallies.sorted(by: { $0.view < $1.view }) {
            for phase in [VotePhase.prepare, .commit] {
                let votes = phase == .prepare ? tally.prepares : tally.commits
                guard votes.contains(where: { $0 != nil }) else { continue }
                writer.unsigned(tally.view)
                writer.unsigned(phase.rawValue)
                if let quorum = tally.quorum(phase, rules) {
                    writer.hash(quorum.header)
                } else {
                    for voter in inverse(place) {
                        writer.optional(votes[voter]) { $0.hash($1.digest) }
                    }
                }
            }
        }
    }

    private func write(_ proof: Certificate?, to writer: inout CBORWriter) {
        writer.optional(proof) { $0.slot($1.view, $1.header) }
    }

    /// The voters in the order of their places.
    private func inverse(_ place: [Int]) -> [Int] {
        (0..<rules.count).sorted { place[$0] < place[$1] }
    }
}

extension VoteRecord {
    /// Writes what the record allows to be signed, without signatures and who gave them.
    package func writeEssence(to writer: inout CBORWriter) {
        writer.optional(prepared) { $0.slot($1.view, $1.proposal.digest) }
        writer.optional(committed) { writer, committed in
            writer.slot(committed.view, committed.header)
            writer.hash(committed.proposal.digest)
        }
        writer.optional(left) { writer, left in
            writer.unsigned(left.target)
            writer.optional(left.high) { $0.slot($1.view, $1.header) }
        }
        writer.optional(led) { $0.slot($1.view, $1.proposal.digest) }
        writer.optional(lock) { $0.slot($1.view, $1.header) }
    }
}

extension CBORWriter {
    fileprivate mutating func slot(_ view: UInt64, _ digest: Hash256) {
        array(2)
        unsigned(view)
        hash(digest)
    }
}

extension ProposalBook.Verdict {
    fileprivate var number: UInt64 {
        switch self {
        case .unknown: 0
        case .asked: 1
        case .valid: 2
        case .invalid: 3
        }
    }
}
