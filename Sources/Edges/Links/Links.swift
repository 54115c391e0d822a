package import Base
package import Cryptography
import Synchronization
import System

/// Authenticated, encrypted, bounded links between the nodes of a zone, for opaque messages.
///
/// TLS 1.3 carries them; who the other end is, each side proves inside the channel with its node
/// key (docs/formats/links.md). Two nodes have one link, whoever dialled. Messages of one priority
/// arrive in the order in which they were sent; what was queued when a link ends is lost, so
/// whoever sends must be able to send again. Everything that a peer can make grow has a limit in
/// ``LinkLimits``.
///
/// One thread does all the work; another one looks up names of hosts if there are any.
package final class Links: Sendable {
    private enum Phase {
        case new
        case running(Thread, port: UInt16?)
        case stopped
    }

    private let configuration: LinkConfiguration
    private let receiver: any LinkReceiver
    private let shared: LinkShared
    private let context: TLSContext
    private let phase = Mutex(Phase.new)

    /// Checks the configuration; nothing is opened before `start`.
    ///
    /// The receiver is kept until the links have stopped.
    package init(
        _ configuration: LinkConfiguration, receiver: any LinkReceiver
    ) throws(LinkError) {
        try configuration.check()
        context = try TLSContext(configuration.certificate)
        shared = try LinkShared()
        (self.configuration, self.receiver) = (configuration, receiver)
    }

    deinit { stop() }

    /// Listens and starts to dial; once only.
    package func start() throws(LinkError) {
        try phase.withLock { (phase) throws(LinkError) in
            guard case .new = phase else { throw .startedBefore }
            let listener: LinkSocket? =
                if let endpoint = configuration.listen {
                    try LinkSocket.listening(on: endpoint)
                } else { nil }
            let loop = LinkLoop(
                configuration, receiver: receiver, shared: shared, context: context,
                listener: listener)
            do throws(SystemError) {
                let thread = try Thread("links") { loop.run() }
                phase = .running(thread, port: listener?.port)
            } catch {
                throw .system(error)
            }
        }
    }

    /// Closes every link and joins all threads; may be called again, and from several threads.
    ///
    /// Takes as long as a look-up of a name that is in progress, some seconds at most. Never call
    /// it from a receiver, which would wait for itself.
    package func stop() {
        let thread: Thread? = phase.withLock { phase in
            guard case .running(let thread, _) = phase else {
                phase = .stopped
                return nil
            }
            return thread
        }
        guard let thread else { return }
        shared.request { $0.isStopping = true }
        thread.join()
        phase.withLock { $0 = .stopped }
    }

    /// The port that links are accepted on; nil if they are not, or not now.
    package var port: UInt16? {
        phase.withLock { phase in
            if case .running(_, let port) = phase { port } else { nil }
        }
    }

    /// Queues a message; never blocks, and takes no copy of it.
    ///
    /// False if there is no link, its queue is full, or the message is larger than the limit. True
    /// promises nothing: the link may end before the message is sent.
    package func send(
        _ message: [UInt8], to key: PublicKey, priority: LinkPriority
    ) -> Bool {
        guard let queue = shared.queue(key), queue.push(message, priority) else { return false }
        shared.doorbell.ring()
        return true
    }

    /// Queues a message for everyone with a link; returns how many queues took it.
    @discardableResult
    package func broadcast(_ message: [UInt8], priority: LinkPriority) -> Int {
        let count = shared.queues.count { $0.push(message, priority) }
        if count > 0 { shared.doorbell.ring() }
        return count
    }

    /// Dials these peers from now on, and asks `admit` again about everyone.
    ///
    /// Links with nodes that are still admitted stay, in the list or not.
    package func setPeers(_ peers: [LinkPeer]) throws(LinkError) {
        try configuration.check(peers)
        shared.request { $0.peers = peers }
    }

    /// Offers what a busy receiver did not take, at once.
    package func resume(_ key: PublicKey) { shared.request { $0.resumed.insert(key) } }

    /// Every peer and every other node with a link, ascending by key.
    package var status: [LinkStatus] { shared.statuses }

    /// The status of one node; nil if it is neither a peer nor linked.
    package func status(of key: PublicKey) -> LinkStatus? {
        shared.statuses.first { $0.key == key }
    }

    /// How often each fault has happened since the start, for metrics.
    package var faultCounts: [LinkFault: UInt64] { shared.faults }

    /// Certificates, this node's and its peers', that end soon or have ended.
    package func alarms(at now: Timestamp) -> [LinkAlarm] {
        let own = LinkAlarm(.own, expiry: configuration.certificate.notAfter, now: now)
        return [own].compactMap(\.self)
            + status.compactMap { status in
                status.certificateExpiry.flatMap {
                    LinkAlarm(.peer(status.key), expiry: $0, now: now)
                }
            }
    }
}
