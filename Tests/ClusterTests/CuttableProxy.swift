import Base
@preconcurrency import Glibc
import Synchronization
import System

/// Forwards connections of one loopback port to another until it is cut: then open ones end and
/// new ones are closed at once, as by a network that is gone.
final class CuttableProxy: Sendable {
    private struct State {
        var isCut = false
        var isClosed = false
        var open: Set<Int32> = []
    }

    let port: UInt16
    private let listener: Int32
    private let target: UInt16
    private let state = Mutex(State())

    init(to target: UInt16) throws {
        self.target = target
        guard let (listener, port) = Self.listen() else {
            throw Refusal("test.proxy", "no port", "无端口")
        }
        (self.listener, self.port) = (listener, port)
        _ = try System.Thread("proxy") { [self] in accept() }
    }

    /// A listening socket on a free port.
    private static func listen() -> (descriptor: Int32, port: UInt16)? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isReady = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && Glibc.listen(descriptor, 64) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        return isReady ? (descriptor, UInt16(bigEndian: address.sin_port)) : nil
    }

    /// Cuts or mends the connection; a cut ends what is open.
    func cut(_ isCut: Bool) {
        let ending = state.withLock { state -> Set<Int32> in
            state.isCut = isCut
            return isCut ? state.open : []
        }
        for descriptor in ending { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }

    func close() {
        state.withLock { $0.isClosed = true }
        cut(true)
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            let (isCut, isClosed) = state.withLock { ($0.isCut, $0.isClosed) }
            if isClosed || client < 0 && errno != EINTR && errno != ECONNABORTED {
                if client >= 0 { _ = Glibc.close(client) }
                _ = Glibc.close(listener)
                return
            }
            guard client >= 0 else { continue }
            if isCut {
                _ = Glibc.close(client)
            } else {
                _ = try? System.Thread("proxy-in") { [self] in serve(client) }
            }
        }
    }

    private func serve(_ client: Int32) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.address(target)
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        state.withLock { $0.open.formUnion([client, server]) }
        if connected == 0 {
            let back = try? System.Thread("proxy-out") { Self.pump(server, client) }
            Self.pump(client, server)
            back?.join()
        }
        state.withLock { $0.open.subtract([client, server]) }
        _ = Glibc.close(client)
        _ = Glibc.close(server)
    }

    private static func pump(_ source: Int32, _ target: Int32) {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        pumping: while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            var sent = 0
            while sent < count {
                let part = buffer[sent..<count].withUnsafeBytes {
                    send(target, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard part > 0 else { break pumping }
                sent += part
            }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(target, Int32(SHUT_RDWR))
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
