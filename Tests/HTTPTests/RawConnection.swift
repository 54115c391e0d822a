@preconcurrency import Glibc

/// What a server answered, as seen by a client that knows nothing of our code.
struct RawResponse: Hashable, Sendable {
    var status: Int
    var headers: [String: String]
    var body: String
}

/// A plain TCP connection, to send what no proper client would.
final class RawConnection: Sendable {
    struct Broken: Error {}

    let descriptor: Int32
    private let buffer = Buffer()

    /// Used by one thread at a time.
    private final class Buffer: @unchecked Sendable { var bytes: [UInt8] = [] }

    init(port: UInt16, receiveBuffer: Int32? = nil, address: String = "127.0.0.1") throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Broken() }
        if var size = receiveBuffer {
            setsockopt(
                descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        var server = sockaddr_in()
        server.sin_family = sa_family_t(AF_INET)
        server.sin_port = port.bigEndian
        inet_pton(AF_INET, address, &server.sin_addr)
        let result = withUnsafeBytes(of: server) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                connect(descriptor, $0.baseAddress, socklen_t(bytes.count))
            }
        }
        guard result == 0 else { throw Broken() }
    }

    deinit { close(descriptor) }

    /// Sends all; false if the server has closed.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let part = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard part > 0 else { return false }
            sent += part
        }
        return true
    }

    /// Whether an answer, an end or an error comes within that time.
    func isReadable(withinMilliseconds limit: Int32) -> Bool {
        var query = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&query, 1, limit) > 0
    }

    /// Whether the server closes or resets within that time, though nothing is read.
    func isHungUp(withinMilliseconds limit: Int32) -> Bool {
        // POLLRDHUP, which Glibc hides without _GNU_SOURCE.
        var query = pollfd(fd: descriptor, events: 0x2000, revents: 0)
        return poll(&query, 1, limit) > 0
    }

    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Reads until the server closes or resets.
    func readToEnd() -> String {
        while fill() {}
        defer { buffer.bytes = [] }
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    /// Reads what is there.
    func readSome() -> String {
        _ = fill()
        defer { buffer.bytes = [] }
        return String(decoding: buffer.bytes, as: UTF8.self)
    }

    /// Reads until `text` has come, and returns everything up to its end.
    func read(through text: String) throws -> String {
        let wanted = Array(text.utf8)
        while true {
            if let end = Self.find(wanted, in: buffer.bytes) {
                let read = buffer.bytes[..<(end + wanted.count)]
                buffer.bytes.removeFirst(read.count)
                return String(decoding: read, as: UTF8.self)
            }
            guard fill() else { throw Broken() }
        }
    }

    /// Reads one response, whose body has a length, chunks, or nothing.
    func response(hasBody: Bool = true) throws -> RawResponse {
        let head = try read(through: "\r\n\r\n")
        var lines = head.split(separator: "\r\n", omittingEmptySubsequences: true)[...]
        guard let first = lines.popFirst(), let status = Int(first.split(separator: " ")[1])
        else { throw Broken() }
        var headers: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { throw Broken() }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers[line[..<colon].lowercased()] = String(value)
        }
        guard hasBody else { return RawResponse(status: status, headers: headers, body: "") }
        var body = ""
        if headers["transfer-encoding"] == "chunked" {
            while true {
                let line = try read(through: "\r\n")
                guard let size = Int(line.dropLast(), radix: 16) else { throw Broken() }
                body += try take(size)
                _ = try take(2)
                if size == 0 { break }
            }
        } else if let length = headers["content-length"].flatMap(Int.init) {
            body = try take(length)
        }
        return RawResponse(status: status, headers: headers, body: body)
    }

    private func take(_ count: Int) throws -> String {
        while buffer.bytes.count < count { guard fill() else { throw Broken() } }
        defer { buffer.bytes.removeFirst(count) }
        return String(decoding: buffer.bytes.prefix(count), as: UTF8.self)
    }

    private func fill() -> Bool {
        var part = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &part, part.count, 0)
        guard count > 0 else { return false }
        buffer.bytes += part.prefix(count)
        return true
    }

    private static func find(_ wanted: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= wanted.count else { return nil }
        return (0...(bytes.count - wanted.count)).first { start in
            bytes[start..<start + wanted.count].elementsEqual(wanted)
        }
    }
}
