import CMicroHTTPD
import CMicroHTTPDShim
import Glibc
import Synchronization

/// One libmicrohttpd daemon: a thread with an epoll set, fed with accepted sockets.
///
/// `@unchecked Sendable`: the daemon's pointer is used from other threads only for the two calls
/// that libmicrohttpd allows, adding a connection and stopping, and stopping happens once, last.
final class EventLoop: @unchecked Sendable {
    /// GnuTLS priorities: nothing older than TLS 1.3, with its own choice of ciphers.
    private static let priorities = "NORMAL:-VERS-ALL:+VERS-TLS1.3"

    /// `MHD_CONNECTION_NOTIFY_STARTED`, whose Swift name is not stable.
    private static let isStart: UInt32 = 0

    private let core: ServerCore
    private let openCount = Atomic(0)
    private var daemon: OpaquePointer?

    var connectionCount: Int { openCount.load(ordering: .relaxed) }

    init(core: ServerCore) throws(HTTPServerError) {
        self.core = core
        let configuration = core.configuration
        var options = kl_http_options()
        // The real limit is the acceptor's; this one must never be reached.
        options.connection_limit = UInt32(clamping: configuration.connectionCountMax) &+ 1_024
        options.idle_timeout_seconds = UInt32(clamping: configuration.idleTimeout.secondsUp)
        options.connection_memory = configuration.connectionByteCount
        options.context = Unmanaged.passUnretained(self).toOpaque()
        options.target = Self.target
        options.access = Self.access
        options.completed = Self.completed
        options.notified = Self.notified
        guard let identity = configuration.identity else {
            daemon = kl_http_start(&options)
            if daemon == nil { throw .cannotStart }
            return
        }
        daemon = identity.certificatePEM.withCString { certificate in
            identity.privateKeyPEM.withCString { key in
                Self.priorities.withCString { priorities in
                    options.certificate = certificate
                    options.private_key = key
                    options.priorities = priorities
                    return kl_http_start(&options)
                }
            }
        }
        if daemon == nil { throw .cannotStart }
    }

    /// Hands over a socket, which libmicrohttpd closes in any case.
    func add(_ accepted: AcceptedSocket) -> Bool {
        openCount.add(1, ordering: .relaxed)
        let result = withUnsafeBytes(of: accepted.address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { address in
                MHD_add_connection(
                    daemon, accepted.descriptor, address.baseAddress, accepted.addressSize)
            }
        }
        if result == .YES { return true }
        openCount.subtract(1, ordering: .relaxed)
        return false
    }

    /// Closes every connection and joins the thread; nothing may be suspended any more.
    func stop() {
        guard let daemon else { return }
        self.daemon = nil
        MHD_stop_daemon(daemon)
    }

    // MARK: libmicrohttpd's callbacks

    private static func loop(_ context: UnsafeMutableRawPointer) -> EventLoop {
        Unmanaged<EventLoop>.fromOpaque(context).takeUnretainedValue()
    }

    /// The request line is there: the exchange begins, and lives until `completed`.
    private static let target:
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafePointer<CChar>?, OpaquePointer?
        ) -> UnsafeMutableRawPointer? = { context, target, connection in
            guard let context, let connection,
                let socket = kl_http_socket_context(connection)
            else { return nil }
            let core = loop(context).core
            let limit = core.configuration.parameterCountMax
            let exchange = Exchange(
                core: core,
                record: Unmanaged<ConnectionRecord>.fromOpaque(socket).takeUnretainedValue(),
                connection: ConnectionHandle(raw: connection),
                target: RawTarget(target, parameterCountMax: limit))
            return Unmanaged.passRetained(exchange).toOpaque()
        }

    private static let access: MHD_AccessHandlerCallback = {
        _, connection, _, method, version, data, size, state in
        guard let connection, let method, let version, let size, let exchange = state?.pointee
        else { return .NO }
        return Unmanaged<Exchange>.fromOpaque(exchange).takeUnretainedValue().access(
            ConnectionHandle(raw: connection), method: method, version: version,
            piece: UnsafeRawBufferPointer(start: data, count: data == nil ? 0 : size.pointee),
            consumed: size)
    }

    private static let completed: MHD_RequestCompletedCallback = { _, _, state, _ in
        guard let state, let exchange = state.pointee else { return }
        state.pointee = nil
        Unmanaged<Exchange>.fromOpaque(exchange).takeRetainedValue().completed()
    }

    private static let notified: MHD_NotifyConnectionCallback = {
        context, connection, socket, notification in
        guard let context, let connection, let socket else { return }
        let loop = loop(context)
        let descriptor = kl_http_socket(connection)
        if notification.rawValue == isStart {
            guard let record = loop.core.connections.record(descriptor) else { return }
            record.open(descriptor, deadline: .now + loop.core.configuration.requestTimeout)
            socket.pointee = Unmanaged.passRetained(record).toOpaque()
        } else if let record = socket.pointee {
            socket.pointee = nil
            let record = Unmanaged<ConnectionRecord>.fromOpaque(record).takeRetainedValue()
            if let exchange = record.exchange {
                // libmicrohttpd 0.9.75 forgets to report the end of a request whose head it
                // found wrong twice.
                exchange.completed()
                Unmanaged.passUnretained(exchange).release()
            }
            record.close()
            loop.core.connections.remove(descriptor)
            loop.openCount.subtract(1, ordering: .relaxed)
            loop.core.isQuieter.signal()
        }
    }
}
