import Base
import Ledger
import Membership
import Node
import Storage
import Synchronization

/// How many members the zone has, counted at most every few seconds: a scan is not free.
final class MemberCounts: Sendable {
    struct Counts: Sendable {
        var institutions = 0
        var practitioners = 0
        var residents = 0
    }

    /// Seconds for which a count is shown again.
    private static let freshSeconds: UInt64 = 5
    /// Members of one kind are counted up to this many.
    private static let limit = 1_000_000

    private struct Cached {
        let counts: Counts
        let until: Timestamp
        let height: UInt64
    }

    private let cached = Mutex<Cached?>(nil)
    private let node: Node

    init(node: Node) { self.node = node }

    /// The counts at the head, or a few seconds ago when the zone is large.
    func counts() throws(StorageError) -> Counts {
        let (now, height) = (node.now, node.head.height)
        let known = cached.withLock { $0 }
        if let known,
            known.height == height || (known.until > now && known.counts.residents > 10_000)
        {
            return known.counts
        }
        let state = try node.state()
        var counts = Counts()
        counts.institutions = try Directory.institutions(limit: Self.limit, in: state).count
        counts.practitioners = try Directory.practitioners(limit: Self.limit, in: state).count
        counts.residents = try Directory.residentCount(limit: Self.limit, in: state)
        let fresh = Cached(
            counts: counts, until: now.advanced(bySeconds: Self.freshSeconds), height: height)
        cached.withLock { $0 = fresh }
        return counts
    }
}
