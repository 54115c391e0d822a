import CMicroHTTPDShim
import Glibc
import Synchronization

/// A bound TCP socket that accepts until it is closed.
final class ListeningSocket: Sendable {
    /// Connections that the kernel keeps for us while we are busy.
    private static let backlog: Int32 = 512

    let descriptor: Int32
    let port: UInt16
    private let isClosed = Atomic(false)

    init(address: String, port: UInt16) throws(HTTPServerError) {
        var v4 = sockaddr_in()
        var v6 = sockaddr_in6()
        if inet_pton(AF_INET, address, &v4.sin_addr) == 1 {
            v4.sin_family = sa_family_t(AF_INET)
            v4.sin_port = port.bigEndian
            descriptor = try Self.listen(on: v4, AF_INET, address, port)
        } else if inet_pton(AF_INET6, address, &v6.sin6_addr) == 1 {
            v6.sin6_family = sa_family_t(AF_INET6)
            v6.sin6_port = port.bigEndian
            descriptor = try Self.listen(on: v6, AF_INET6, address, port)
        } else {
            throw .invalidAddress(address)
        }
        self.port = Self.port(of: descriptor)
    }

    deinit { close() }

    /// Refuses connections from now on; those not accepted yet are reset.
    func close() {
        if !isClosed.exchange(true, ordering: .relaxed) { Glibc.close(descriptor) }
    }

    private static func port(of descriptor: Int32) -> UInt16 {
        // Family and port stand at the same place in both kinds of address.
        var bound = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        _ = withUnsafeMutableBytes(of: &bound) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                getsockname(descriptor, $0.baseAddress, &size)
            }
        }
        return UInt16(bigEndian: bound.sin6_port)
    }

    private static func listen<Address>(
        on address: Address, _ family: Int32, _ text: String, _ port: UInt16
    ) throws(HTTPServerError) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { throw .cannotListen(errno: errno) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let result = withUnsafeBytes(of: address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                bind(descriptor, $0.baseAddress, socklen_t(bytes.count))
            }
        }
        if result == 0, Glibc.listen(descriptor, backlog) == 0 { return descriptor }
        let reason = errno
        Glibc.close(descriptor)
        if reason == EADDRINUSE { throw .addressInUse(text, port: port) }
        throw .cannotListen(errno: reason)
    }

    /// Accepts one connection; nil if none waits, or the process has no descriptor left.
    func accept() -> AcceptedSocket? {
        var address = sockaddr_in6()
        var size = UInt32(MemoryLayout<sockaddr_in6>.size)
        let accepted = kl_http_accept(descriptor, &address, &size)
        guard accepted >= 0 else { return nil }
        return AcceptedSocket(descriptor: accepted, address: address, addressSize: size)
    }
}

/// A new connection's socket and the client's address.
struct AcceptedSocket {
    let descriptor: Int32

    /// Large enough for both families; the family says which it is.
    let address: sockaddr_in6
    let addressSize: UInt32

    /// The numeric address; IPv4 as such even if it came to an IPv6 socket.
    var text: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            let name = withUnsafeBytes(of: address) { bytes in
                let isV4 = address.sin6_family == sa_family_t(AF_INET)
                // `sin_addr` stands 4 bytes in, `sin6_addr` 8.
                return inet_ntop(
                    isV4 ? AF_INET : AF_INET6, bytes.baseAddress?.advanced(by: isV4 ? 4 : 8),
                    buffer.baseAddress, UInt32(buffer.count))
            }
            guard let name else { return "" }
            let text = String(cString: name)
            return text.hasPrefix("::ffff:") && text.contains(".")
                ? String(text.dropFirst(7)) : text
        }
    }
}
