import Base
import Cryptography
@preconcurrency import Glibc
import Synchronization
import System

/// The one thread of a node's links: waits for sockets and requests, and does what is due.
///
/// `@unchecked Sendable`: made by the thread that starts it, then touched by its own thread only.
final class LinkLoop: @unchecked Sendable {
    /// How long accepting rests when descriptors ran out.
    private static let acceptRest: UInt64 = 100_000_000

    let configuration: LinkConfiguration
    let receiver: any LinkReceiver
    let shared: LinkShared
    let context: TLSContext
    private var listener: LinkSocket?

    /// Made when the first name has to be looked up.
    var resolver: NameResolver?

    var connections: [LinkConnection] = []

    /// The open link with each node.
    var open: [PublicKey: LinkConnection] = [:]

    /// Whom to dial, and how that goes.
    var dials: [PublicKey: LinkDial] = [:]

    var faults: FaultLog
    var accepts: AcceptLimiter
    private var acceptAgainAt: UInt64 = 0
    private let buffer = UnsafeMutableRawBufferPointer.allocate(
        byteCount: LinkFrame.pieceByteCount, alignment: 16)

    var limits: LinkLimits { configuration.limits }
    var ownKey: PublicKey { configuration.key.publicKey }

    init(
        _ configuration: LinkConfiguration, receiver: any LinkReceiver, shared: LinkShared,
        context: TLSContext, listener: LinkSocket?
    ) {
        (self.configuration, self.receiver, self.shared) = (configuration, receiver, shared)
        (self.context, self.listener) = (context, listener)
        faults = FaultLog(logger: configuration.logger)
        accepts = AcceptLimiter(countMax: configuration.limits.acceptCountMaxPerMinute)
    }

    deinit { buffer.deallocate() }

    /// Runs until asked to stop, then closes everything.
    func run() {
        setPeers(configuration.peers, now: SystemClock.monotonicNanoseconds)
        while true {
            var now = SystemClock.monotonicNanoseconds
            let requests = shared.takeRequests()
            if requests.isStopping { break }
            handle(requests, now: now)
            dialDue(now: now)
            tickAll(now: now)
            let polled = connections
            var events = pollSet(now: now)
            let count = poll(&events, nfds_t(events.count), timeout(now: now))
            now = SystemClock.monotonicNanoseconds
            if count > 0, events[0].revents != 0 { shared.doorbell.still() }
            if count > 0, events[1].revents != 0 { acceptAll(now: now) }
            for (connection, event) in zip(polled, events.dropFirst(2)) {
                advance(connection, count > 0 ? event.revents : 0, now: now)
            }
        }
        for connection in connections { close(connection, .stopped, now: 0) }
        // The port is free when `run` returns, whoever still holds this object.
        listener = nil
        resolver?.stop()
    }

    private func handle(_ requests: LinkShared.Requests, now: UInt64) {
        if let peers = requests.peers { setPeers(peers, now: now) }
        for (key, addresses) in requests.resolved { resolved(key, addresses, now: now) }
        for key in requests.resumed { open[key]?.link?.retryAt = now }
    }

    /// The bell, the listener, then every connection in order.
    private func pollSet(now: UInt64) -> [pollfd] {
        var events = [pollfd(fd: shared.doorbell.readEnd, events: Int16(POLLIN), revents: 0)]
        let mayAccept = now >= acceptAgainAt
        events.append(
            pollfd(
                fd: mayAccept ? listener?.descriptor ?? -1 : -1, events: Int16(POLLIN), revents: 0))
        for connection in connections {
            var wanted = connection.wantsWrite ? Int16(POLLOUT) : 0
            if connection.phase == .connecting {
                wanted = Int16(POLLOUT)
            } else if connection.link?.isPaused(now: now) != true {
                wanted |= Int16(POLLIN)
            }
            events.append(
                pollfd(fd: connection.socket.descriptor, events: wanted, revents: 0))
        }
        return events
    }

    /// Milliseconds until something is due, rounded up.
    private func timeout(now: UInt64) -> Int32 {
        var next = UInt64.max
        if acceptAgainAt > now { next = acceptAgainAt }
        for dial in dials.values { if let time = dial.dueAt { next = min(next, time) } }
        for connection in connections {
            guard var link = connection.link else {
                if connection.hasMore { return 0 }
                next = min(next, connection.deadline)
                continue
            }
            if connection.hasMore, !link.isPaused(now: now) { return 0 }
            next = min(next, link.nextTime(now: now))
            if let since = connection.outgoingSince {
                next = min(next, since + limits.stallTime.wholeNanoseconds)
            }
        }
        guard next != .max else { return -1 }
        guard next > now else { return 0 }
        return Int32(clamping: (next - now + 999_999) / 1_000_000)
    }

    /// Ends what is late, and sends what has become due or was queued by callers.
    private func tickAll(now: UInt64) {
        for connection in connections {
            attempt(connection, now: now) { () throws(LinkFault) in
                guard connection.phase == .open else {
                    guard now < connection.deadline else {
                        throw connection.phase == .connecting ? .unreachable : .slowHandshake
                    }
                    return
                }
                if let since = connection.outgoingSince,
                    now - since > self.limits.stallTime.wholeNanoseconds
                {
                    throw .slowReader
                }
                try connection.link?.tick(now: now)
                self.offerHeld(connection, now: now)
                if !connection.wantsWrite { try self.write(connection, now: now) }
            }
        }
    }

    private func advance(_ connection: LinkConnection, _ events: Int16, now: UInt64) {
        guard events != 0 || connection.hasMore else { return }
        attempt(connection, now: now) { () throws(LinkFault) in
            // A paused connection is not read, so it would not learn of its end.
            if events & Int16(POLLERR | POLLHUP) != 0,
                connection.link?.isPaused(now: now) == true
            {
                throw .lost
            }
            if connection.phase == .connecting || connection.phase == .securing {
                guard try connection.secure(self.context) else { return }
                try self.begin(connection)
            }
            try self.write(connection, now: now)
            try connection.read(
                into: self.buffer,
                isPaused: {
                    connection.isClosed || connection.link?.isPaused(now: now) == true
                },
                { (frame) throws(LinkFault) in
                    try self.take(frame, from: connection, now: now)
                })
            try self.write(connection, now: now)
        }
        if !connection.isClosed { noteTraffic(connection) }
    }

    /// Writes what waits on a connection.
    func write(_ connection: LinkConnection, now: UInt64) throws(LinkFault) {
        var finished = 0
        try connection.write(now: now) { bytes in
            finished += connection.link?.writeFrames(into: &bytes) ?? 0
        }
        if finished > 0, let key = connection.link?.info.key {
            shared.update(key) { $0.messageCountOut += UInt64(finished) }
        }
    }

    private func acceptAll(now: UInt64) {
        guard let listener else { return }
        while true {
            guard let (socket, address) = listener.accept() else {
                if errno == ECONNABORTED { continue }
                // Out of descriptors, the listener stays readable: do not spin.
                if errno == EMFILE || errno == ENFILE { acceptAgainAt = now + Self.acceptRest }
                return
            }
            accept(socket, address.text, now: now)
        }
    }

    /// Runs one step of a connection; a fault ends it.
    func attempt(
        _ connection: LinkConnection, now: UInt64, _ step: () throws(LinkFault) -> Void
    ) {
        guard !connection.isClosed else { return }
        do throws(LinkFault) {
            try step()
        } catch {
            close(connection, error, now: now)
        }
    }
}
