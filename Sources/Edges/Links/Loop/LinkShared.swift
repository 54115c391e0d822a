import Cryptography
import Synchronization

/// What the loop and its callers share: queues, status, counts, and what callers ask the loop for.
final class LinkShared: Sendable {
    /// What callers have asked for since the loop last looked.
    struct Requests {
        var peers: [LinkPeer]?
        var resumed: Set<PublicKey> = []
        var resolved: [PublicKey: [SocketAddress]] = [:]
        var isStopping = false
    }

    private struct State {
        var queues: [PublicKey: LinkQueue] = [:]
        var statuses: [PublicKey: LinkStatus] = [:]
        var faults: [LinkFault: UInt64] = [:]
        var requests = Requests()
    }

    let doorbell: LinkDoorbell
    private let state = Mutex(State())

    init() throws(LinkError) { doorbell = try LinkDoorbell() }

    // MARK: Callers

    func queue(_ key: PublicKey) -> LinkQueue? { state.withLock { $0.queues[key] } }

    var queues: [LinkQueue] { state.withLock { Array($0.queues.values) } }

    var faults: [LinkFault: UInt64] { state.withLock { $0.faults } }

    /// Every peer and every other node with a link, ascending by key.
    var statuses: [LinkStatus] {
        let (statuses, queues) = state.withLock { ($0.statuses, $0.queues) }
        return statuses.values.map { status in
            var status = status
            if let size = queues[status.key]?.size {
                (status.queueByteCount, status.queueCount) = size
            }
            return status
        }.sorted { $0.key.tagged.lexicographicallyPrecedes($1.key.tagged) }
    }

    func request(_ change: (inout Requests) -> Void) {
        state.withLock { change(&$0.requests) }
        doorbell.ring()
    }

    // MARK: The loop

    /// Takes what was asked for.
    func takeRequests() -> Requests {
        state.withLock { state in
            defer { state.requests = Requests() }
            return state.requests
        }
    }

    func count(_ fault: LinkFault) { state.withLock { $0.faults[fault, default: 0] += 1 } }

    func setQueue(_ queue: LinkQueue?, for key: PublicKey) {
        state.withLock { $0.queues[key] = queue }
    }

    /// Changes a status; makes it if the node is new.
    func update(_ key: PublicKey, _ change: (inout LinkStatus) -> Void) {
        state.withLock { change(&$0.statuses[key, default: LinkStatus(key: key)]) }
    }

    /// Forgets everyone but these, so that strangers do not pile up.
    func keepStatuses(where isKept: (PublicKey) -> Bool) {
        state.withLock { state in
            state.statuses = state.statuses.filter { isKept($0.key) }
        }
    }
}
