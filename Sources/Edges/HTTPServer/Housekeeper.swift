import Synchronization

/// The thread that cuts off what takes too long, and looks after event streams.
///
/// libmicrohttpd's own timeout starts anew with every byte, so a client that sends one byte a
/// second could hold a connection for ever; the deadlines here do not move.
final class Housekeeper: Sendable {
    private static let intervalMax: Duration = .milliseconds(500)
    private static let intervalMin: Duration = .milliseconds(10)

    private let isStopped: Stop
    private let thread: WorkerThread

    private final class Stop: Sendable {
        let flag = Atomic(false)
        let signal = Signal()
    }

    init(core: ServerCore) throws(HTTPServerError) {
        let stop = Stop()
        isStopped = stop
        let shortest = min(core.configuration.requestTimeout, core.configuration.idleTimeout) / 4
        let interval = max(Self.intervalMin, min(Self.intervalMax, shortest))
        let thread = WorkerThread {
            while !stop.signal.wait(
                upTo: interval, until: { stop.flag.load(ordering: .acquiring) })
            {
                Self.round(core)
            }
        }
        guard let thread else { throw .cannotStart }
        self.thread = thread
    }

    /// Ends the thread; call once.
    func stop() {
        isStopped.flag.store(true, ordering: .releasing)
        isStopped.signal.signal()
        thread.join()
    }

    private static func round(_ core: ServerCore) {
        let now = MonotonicTime.now
        for record in core.connections.all {
            record.cutIfLate(now)
            record.exchange?.tend(now)
        }
    }
}
