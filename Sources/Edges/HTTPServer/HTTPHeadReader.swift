import CMicroHTTPD
import CMicroHTTPDShim
import Glibc

/// How a request's body is delimited.
///
/// Source: RFC 9112 §6.
enum HTTPFraming: Hashable, Sendable {
    case none
    case length(UInt64)
    case chunked

    /// The stated lengths contradict each other; nothing after the head can be trusted.
    case broken
}

/// A head as read: the request, or why it is refused, and how its body is delimited in either case.
struct HTTPHeadReading {
    var framing = HTTPFraming.broken
    var method: HTTPMethod?
    var expectsContinue = false
    var result: Result<HTTPRequestHead, HTTPRefusal>
}

/// Reads a request's head out of libmicrohttpd's memory, trusting nothing that it tolerated.
struct HTTPHeadReader {
    let configuration: HTTPServerConfiguration
    let remoteAddress: String

    func read(
        _ connection: ConnectionHandle, method: UnsafePointer<CChar>,
        version: UnsafePointer<CChar>, target: RawTarget
    ) -> HTTPHeadReading {
        withUnsafeTemporaryAllocation(
            of: kl_http_header.self, capacity: configuration.headerCountMax
        ) { lines in
            var count = 0
            var size = 0
            let outcome = kl_http_read_head(
                connection.raw, method, target.start, target.count, version, lines.baseAddress,
                lines.count, &count, &size)
            if outcome == KL_HTTP_HEAD_TOO_MANY || size > configuration.headByteCountMax {
                let limit = configuration.headByteCountMax
                return HTTPHeadReading(result: .failure(.headTooLarge(byteCountMax: limit)))
            }
            guard outcome == KL_HTTP_HEAD_OK, let headers = Self.headers(lines[..<count]) else {
                return HTTPHeadReading(result: .failure(.malformedHeader))
            }
            return interpret(
                headers, method: String(cString: method), isOld: strcmp(version, "HTTP/1.0") == 0,
                target: target.parsed)
        }
    }

    private func interpret(
        _ headers: HTTPHeaders, method: String, isOld: Bool,
        target: Result<HTTPTarget, HTTPRefusal>
    ) -> HTTPHeadReading {
        let isBanned = HTTPMethod.unanswered.contains(method)
        let method = HTTPMethod(rawValue: method)
        var reading = HTTPHeadReading(method: method, result: .failure(.malformedFraming))
        let codings = headers.all("transfer-encoding")
        let lengths = headers.all("content-length")
        switch (codings.count, lengths.count) {
        case (0, 0): reading.framing = .none
        case (0, 1):
            guard let length = Self.length(lengths[0]) else { return reading }
            reading.framing = length == 0 ? .none : .length(length)
        case (1, 0):
            guard HTTPHeaders.same(codings[0], "chunked"), !isOld else {
                reading.result = .failure(.unknownTransferCoding)
                return reading
            }
            reading.framing = .chunked
        default: return reading
        }
        let expectation = headers["expect"]
        reading.expectsContinue = expectation != nil && !isOld
        reading.result = Result { () throws(HTTPRefusal) in
            if let expectation, !HTTPHeaders.same(expectation, "100-continue") {
                throw .unknownExpectation
            }
            let hosts = headers.all("host")
            guard hosts.count == 1 || isOld && hosts.isEmpty else { throw .missingHost }
            guard let method else { throw isBanned ? .methodNotAllowed : .unknownMethod }
            let target = try target.get()
            if target.path == "*", method != .options { throw .malformedTarget }
            return HTTPRequestHead(
                method: method, path: target.path, query: target.query, headers: headers,
                contentLength: lengths.first.flatMap(Self.length).flatMap(Int.init(exactly:)),
                remoteAddress: remoteAddress)
        }
        return reading
    }

    /// A length is digits only: no sign, no list.
    ///
    /// Source: RFC 9110 §8.6.
    private static func length(_ text: String) -> UInt64? {
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return UInt64(text)
    }

    private static func headers(_ lines: Slice<UnsafeMutableBufferPointer<kl_http_header>>)
        -> HTTPHeaders?
    {
        var headers = HTTPHeaders()
        headers.reserve(lines.count)
        for line in lines {
            let name = UnsafeRawBufferPointer(start: line.name, count: line.name_size)
            var value = UnsafeRawBufferPointer(start: line.value, count: line.value_size)[...]
            while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
            guard !name.isEmpty, name.allSatisfy(isToken), value.allSatisfy(isFieldContent),
                let text = String(validating: value, as: UTF8.self)
            else { return nil }
            let lower = String(unsafeUninitializedCapacity: name.count) { buffer in
                for (index, byte) in name.enumerated() {
                    buffer[index] = HTTPHeaders.lowercased(byte)
                }
                return name.count
            }
            headers.add(lower, text)
        }
        return headers
    }

    private static func isFieldContent(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != 0x7F || byte == 0x09
    }

    /// Source: RFC 9110 §5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"),
            UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}

/// The target as libmicrohttpd found it: where it stands in the head, and what it says.
struct RawTarget {
    /// For comparing places only; the bytes are changed after they were parsed.
    let start: UnsafePointer<CChar>?
    let count: Int
    let parsed: Result<HTTPTarget, HTTPRefusal>

    init(_ start: UnsafePointer<CChar>?, parameterCountMax: Int) {
        self.start = start
        count = start.map { strlen($0) } ?? 0
        let bytes = UnsafeRawBufferPointer(start: start, count: count)
        parsed = Result { () throws(HTTPRefusal) in
            try HTTPTarget(bytes, parameterCountMax: parameterCountMax)
        }
    }
}
