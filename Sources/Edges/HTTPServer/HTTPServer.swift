import Synchronization

/// An HTTP/1.1 server: listens from its creation until `shutdown`.
///
/// Source: RFC 9110, RFC 9112. Behind it works GNU libmicrohttpd; nothing of it shows here.
package final class HTTPServer: Sendable {
    private enum Phase {
        case running
        case stopping
        case stopped
    }

    /// Time for the last refusals to leave after the grace period is over.
    private static let farewell: Duration = .milliseconds(250)

    /// The port it listens on.
    package let port: UInt16

    private let core: ServerCore
    private let loops: [EventLoop]
    private let acceptor: Acceptor
    private let acceptorThread: WorkerThread
    private let housekeeper: Housekeeper
    private let phase = Mutex(Phase.running)

    /// Listens at once, and serves requests with `handler` until shut down.
    package init(
        configuration: HTTPServerConfiguration, handler: any HTTPHandler
    ) throws(HTTPServerError) {
        try configuration.check()
        let socket = try ListeningSocket(
            address: configuration.address, port: configuration.port)
        let core = ServerCore(configuration: configuration, handler: handler)
        var loops: [EventLoop] = []
        do throws(HTTPServerError) {
            for _ in 0..<configuration.threadCount { loops.append(try EventLoop(core: core)) }
            acceptor = try Acceptor(core: core, loops: loops)
            housekeeper = try Housekeeper(core: core)
        } catch {
            for loop in loops { loop.stop() }
            throw error
        }
        port = socket.port
        self.core = core
        self.loops = loops
        guard let thread = acceptor.start(socket) else {
            housekeeper.stop()
            for loop in loops { loop.stop() }
            throw .cannotStart
        }
        acceptorThread = thread
    }

    deinit { shutdown(gracePeriodSeconds: 0) }

    /// Open connections, idle ones too.
    package var connectionCount: Int { core.connections.count }

    /// Requests in progress, event streams too.
    package var activeRequestCount: Int { core.activeCount.load(ordering: .relaxed) }

    private var isStopped: Bool {
        phase.withLock { phase in
            if case .stopped = phase { true } else { false }
        }
    }

    /// Stops accepting, ends event streams in order, lets requests finish for so long, then stops.
    ///
    /// Requests that are not answered in time get a 503 or are cut off. May be called again, and
    /// from several threads: each call returns when the server has stopped. Never call it from a
    /// handler's thread, which would wait for itself.
    package func shutdown(gracePeriodSeconds: Int) {
        let isFirst = phase.withLock { phase in
            guard case .running = phase else { return false }
            phase = .stopping
            return true
        }
        guard isFirst else {
            _ = core.isQuieter.wait(upTo: .seconds(31_536_000)) { isStopped }
            return
        }
        core.stop()
        acceptor.stop()
        acceptorThread.join()
        for record in core.connections.all { record.exchange?.finishStream() }
        let isQuiet = core.isQuieter.wait(upTo: .seconds(gracePeriodSeconds)) {
            core.activeCount.load(ordering: .sequentiallyConsistent) == 0
        }
        core.force()
        for record in core.connections.all { record.exchange?.abort() }
        if !isQuiet {
            _ = core.isQuieter.wait(upTo: Self.farewell) {
                core.activeCount.load(ordering: .sequentiallyConsistent) == 0
            }
        }
        housekeeper.stop()
        for loop in loops { loop.stop() }
        phase.withLock { $0 = .stopped }
        core.isQuieter.signal()
    }
}
