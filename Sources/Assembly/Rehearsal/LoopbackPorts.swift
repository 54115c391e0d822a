@preconcurrency import Glibc
import Synchronization

/// Free TCP ports of the loopback address, for servers that are about to be started.
///
/// They lie below those that Linux gives to outgoing connections, so that a server that was killed
/// finds its port free again. No port is given out twice by one process.
package enum LoopbackPorts {
    private static let range = 12_000..<32_000
    private static let next = Mutex(0)

    /// That many ports; fewer if there are not enough.
    package static func take(_ count: Int) -> [UInt16] {
        next.withLock { next in
            // Processes start in different places, as they may look at the same time.
            if next == 0 { next = Int(getpid()) * 97 }
            var ports: [UInt16] = []
            var tries = 0
            while ports.count < count, tries < range.count {
                next += 1
                tries += 1
                let port = UInt16(range.lowerBound + next % range.count)
                if isFree(port) { ports.append(port) }
            }
            return ports
        }
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
