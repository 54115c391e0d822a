import CLinksShim
@preconcurrency import Glibc
import System

/// A non-blocking TCP socket; closed when the last reference goes.
final class LinkSocket: Sendable {
    /// Connections that the kernel keeps for us while we are busy.
    private static let backlog: Int32 = 128

    let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { Glibc.close(descriptor) }

    private static func make(_ family: Int32) -> LinkSocket? {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(family, kind, 0)
        return descriptor < 0 ? nil : LinkSocket(descriptor: descriptor)
    }

    /// Listens on a numeric address.
    static func listening(
        on endpoint: LinkConfiguration.Endpoint
    ) throws(LinkError) -> LinkSocket {
        guard let address = SocketAddress(endpoint.address, port: endpoint.port) else {
            throw .invalidAddress(endpoint.address)
        }
        guard let socket = make(address.family) else {
            throw .system(SystemError("socket", endpoint.address, code: errno))
        }
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(socket.descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, size)
        let result = address.withAddress { bind(socket.descriptor, $0, $1) }
        if result == 0, listen(socket.descriptor, backlog) == 0 { return socket }
        let reason = errno
        if reason == EADDRINUSE {
            throw .addressInUse(endpoint.address, port: endpoint.port)
        }
        throw .system(SystemError("listen", endpoint.address, code: reason))
    }

    /// Starts to connect; nil if the system refuses at once.
    static func dialling(_ address: SocketAddress) -> LinkSocket? {
        guard let socket = make(address.family) else { return nil }
        let result = address.withAddress { connect(socket.descriptor, $0, $1) }
        return result == 0 || errno == EINPROGRESS ? socket : nil
    }

    /// The port that a listening socket was given.
    var port: UInt16 {
        var bound = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        _ = withUnsafeMutableBytes(of: &bound) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                getsockname(descriptor, $0.baseAddress, &size)
            }
        }
        return UInt16(bigEndian: bound.sin6_port)
    }

    /// Accepts one connection; nil if none waits, or the process has no descriptor left.
    func accept() -> (socket: LinkSocket, address: SocketAddress)? {
        var address = sockaddr_in6()
        var size = UInt32(MemoryLayout<sockaddr_in6>.size)
        let accepted = kl_link_accept(descriptor, &address, &size)
        guard accepted >= 0 else { return nil }
        let socket = LinkSocket(descriptor: accepted)
        let count = min(Int(size), MemoryLayout<sockaddr_in6>.size)
        let peer = withUnsafeBytes(of: address) {
            SocketAddress(UnsafeRawBufferPointer(rebasing: $0[..<count]))
        }
        guard let peer else {
            errno = ECONNABORTED
            return nil
        }
        return (socket, peer)
    }

    /// Sends small writes at once; the kernel gives up on a peer that takes nothing for so long.
    func tune(silence: Duration) {
        kl_link_tune(descriptor, UInt32(clamping: silence.wholeNanoseconds / 1_000_000))
    }

    /// Whether connecting has failed, once the socket is writable.
    var hasFailed: Bool {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) != 0 || code != 0
    }
}

extension Duration {
    /// Nanoseconds of a duration that a limit allows, up to a day.
    var wholeNanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(clamping: seconds) * 1_000_000_000
            + UInt64(clamping: attoseconds / 1_000_000_000)
    }
}
