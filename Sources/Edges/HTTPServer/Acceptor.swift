import CMicroHTTPD
import Glibc
import Synchronization

/// Accepts connections on its own thread and deals them out to the event loops.
///
/// libmicrohttpd could accept by itself, but 0.9.75 may abort the process when it is quiesced while
/// a loop runs (both remove the listening socket from epoll), and cannot count per address over
/// several loops.
final class Acceptor: Sendable {
    /// How long to wait before looking again when descriptors ran out, in milliseconds.
    private static let retryMilliseconds: Int32 = 100

    private let core: ServerCore
    private let loops: [EventLoop]
    private let wakeRead: Int32
    private let wakeWrite: Int32

    init(core: ServerCore, loops: [EventLoop]) throws(HTTPServerError) {
        self.core = core
        self.loops = loops
        var ends: (Int32, Int32) = (-1, -1)
        let result = withUnsafeMutableBytes(of: &ends) { bytes in
            bytes.withMemoryRebound(to: Int32.self) { pipe($0.baseAddress) }
        }
        guard result == 0 else { throw .cannotListen(errno: errno) }
        (wakeRead, wakeWrite) = ends
        for end in [wakeRead, wakeWrite] { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    }

    deinit {
        close(wakeRead)
        close(wakeWrite)
    }

    /// Lets `run` return; the listening socket is closed by then.
    func stop() {
        var byte: UInt8 = 0
        _ = write(wakeWrite, &byte, 1)
    }

    /// Starts accepting; nil if there is no thread left.
    func start(_ socket: ListeningSocket) -> WorkerThread? {
        WorkerThread { self.run(socket) }
    }

    private func run(_ socket: ListeningSocket) {
        defer { socket.close() }
        while true {
            let hasRoom = core.connections.count < core.configuration.connectionCountMax
            var events = [
                pollfd(fd: wakeRead, events: Int16(POLLIN), revents: 0),
                pollfd(fd: hasRoom ? socket.descriptor : -1, events: Int16(POLLIN), revents: 0),
            ]
            // Without room, look again now and then rather than be told of every closed connection.
            let count = poll(&events, 2, hasRoom ? -1 : Self.retryMilliseconds)
            if count < 0, errno != EINTR { return }
            if events[0].revents != 0 { break }
            if events[1].revents != 0 { acceptAll(socket) }
        }
        // What the kernel has completed already would otherwise be reset.
        acceptAll(socket)
    }

    private func acceptAll(_ socket: ListeningSocket) {
        while core.connections.count < core.configuration.connectionCountMax {
            guard let accepted = socket.accept() else {
                // Out of descriptors, the socket stays readable: do not spin.
                if errno == EMFILE || errno == ENFILE { _ = poll(nil, 0, Self.retryMilliseconds) }
                if errno == ECONNABORTED { continue }
                return
            }
            guard core.connections.admit(accepted.descriptor, address: accepted.text) else {
                close(accepted.descriptor)
                continue
            }
            let loop = loops.min { $0.connectionCount < $1.connectionCount }
            // libmicrohttpd closes the socket if it does not take it.
            if loop?.add(accepted) != true { core.connections.remove(accepted.descriptor) }
        }
    }
}
