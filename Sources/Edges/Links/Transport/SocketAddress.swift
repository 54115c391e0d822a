@preconcurrency import Glibc

/// An address of a TCP socket, IPv4 or IPv6, as the system keeps it.
struct SocketAddress: Hashable, Sendable {
    /// Large enough for both families.
    private static let capacity = MemoryLayout<sockaddr_in6>.size

    private let bytes: [UInt8]

    /// A numeric address; nil for anything else.
    init?(_ text: String, port: UInt16) {
        var v4 = sockaddr_in()
        var v6 = sockaddr_in6()
        if inet_pton(AF_INET, text, &v4.sin_addr) == 1 {
            v4.sin_family = sa_family_t(AF_INET)
            v4.sin_port = port.bigEndian
            bytes = withUnsafeBytes(of: v4) { Array($0) }
        } else if inet_pton(AF_INET6, text, &v6.sin6_addr) == 1 {
            v6.sin6_family = sa_family_t(AF_INET6)
            v6.sin6_port = port.bigEndian
            bytes = withUnsafeBytes(of: v6) { Array($0) }
        } else {
            return nil
        }
    }

    /// What the system filled in; nil if it is of neither family.
    init?(_ buffer: UnsafeRawBufferPointer) {
        guard buffer.count >= 2, buffer.count <= Self.capacity else { return nil }
        let family = Int32(buffer.loadUnaligned(as: sa_family_t.self))
        guard family == AF_INET || family == AF_INET6 else { return nil }
        bytes = Array(buffer)
    }

    /// Asks the system for the addresses of a host; may take many seconds.
    static func resolve(_ host: String, port: UInt16) -> [SocketAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = list
        while let entry = next?.pointee {
            let buffer = UnsafeRawBufferPointer(
                start: entry.ai_addr, count: Int(entry.ai_addrlen))
            if let address = SocketAddress(buffer) { addresses.append(address) }
            next = entry.ai_next
        }
        return addresses
    }

    var family: Int32 { bytes.withUnsafeBytes { Int32($0.loadUnaligned(as: sa_family_t.self)) } }

    /// Family and port stand at the same place in both kinds of address.
    var port: UInt16 { UInt16(bytes[2]) << 8 | UInt16(bytes[3]) }

    /// The numeric address; IPv4 as such even if it came to an IPv6 socket.
    var text: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            let name = bytes.withUnsafeBytes { bytes in
                // `sin_addr` stands 4 bytes in, `sin6_addr` 8.
                inet_ntop(
                    family, bytes.baseAddress?.advanced(by: family == AF_INET ? 4 : 8),
                    buffer.baseAddress, UInt32(buffer.count))
            }
            guard let name else { return "" }
            let text = String(cString: name)
            let isMapped = text.hasPrefix("::ffff:") && text.contains(".")
            return isMapped ? String(text.dropFirst(7)) : text
        }
    }

    /// Lends the address to a system call.
    func withAddress<Result>(_ body: (UnsafePointer<sockaddr>?, socklen_t) -> Result) -> Result {
        bytes.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { address in
                body(address.baseAddress, socklen_t(bytes.count))
            }
        }
    }
}
