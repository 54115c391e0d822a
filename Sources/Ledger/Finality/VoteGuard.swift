import Base
import Ledger

/// The last gate before a signature: whatever the rest of a validator believes, it never signs two
/// different votes for one place (R11).
///
/// The order is: ``permit(_:height:)``, make ``record`` durable, sign, send. After a crash the
/// record that was read back lets only the same votes be signed again.
package struct VoteGuard: Sendable {
    /// What was signed for the newest height.
    package private(set) var record: VoteRecord

    /// Continues from the newest durable record.
    package init(record: VoteRecord) { self.record = record }

    /// Takes a ballot into the record if it contradicts nothing in it.
    ///
    /// - Returns: false when it must not be signed. True also for a ballot that is in the record
    ///   already: it may be signed again.
    package mutating func permit(_ ballot: Ballot, height: UInt64) -> Bool {
        guard height >= record.height else { return false }
        let current = height == record.height ? record : VoteRecord(height: height)
        guard Self.isConsistent(ballot, with: current) else { return false }
        record = current.recording(ballot)
        return true
    }

    private static func isConsistent(_ ballot: Ballot, with record: VoteRecord) -> Bool {
        let target = record.left?.target ?? 0
        switch ballot {
        case .prepare(let view, let proposal):
            guard let prepared = record.prepared else { return view >= target }
            if view == prepared.view { return proposal.digest == prepared.proposal.digest }
            return view > prepared.view && view >= target
        case .commit(let view, let header, let proposal, let lock):
            if let committed = record.committed {
                let isSame = committed.proposal.digest == proposal.digest
                if isSame, committed.header != header { return false }
                // May be said again, although a lock of a later view may be known by now.
                if view == committed.view { return isSame }
                guard view > committed.view else { return false }
            }
            return view >= target && lock.view == view && lock.header == proposal.digest
        case .timeout(let next, let high):
            if let left = record.left {
                if next == left.target {
                    return high.map(HighMark.init) == left.high.map(HighMark.init)
                }
                guard next > left.target else { return false }
            }
            // Who committed to a block must not hide from the next leader that it was prepared.
            guard let lock = record.lock else { return true }
            return high.map { $0.view >= lock.view } ?? false
        case .lead(let view, let proposal, _):
            guard let led = record.led else { return true }
            if view == led.view { return proposal.digest == led.proposal.digest }
            return view > led.view
        }
    }
}
