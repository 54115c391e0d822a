/// An address that notifications go to: a scheme, a host, a port and a path, and nothing else.
///
/// It is read strictly and written anew, so that what was compared with the operator's list is what
/// is asked: no user, query, fragment, escape or `..` can lead elsewhere.
package struct HookEndpoint: Hashable, Sendable {
    /// Bytes of an address.
    private static let limit = 512

    package enum Scheme: String, Hashable, Sendable {
        case http, https

        var port: UInt16 { self == .https ? 443 : 80 }
    }

    package let scheme: Scheme
    /// In lower case; an IPv6 address in brackets.
    package let host: String
    package let port: UInt16
    package let segments: [String]

    /// Reads an absolute `http` or `https` URL; nil when it has more than the four parts.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.limit, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            return nil
        }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[1].isEmpty, parts[0].last == ":",
            let scheme = Scheme(rawValue: parts[0].dropLast().lowercased()),
            let (host, port) = Self.authority(parts[2].lowercased(), scheme)
        else { return nil }
        var segments = parts[3...].map(String.init)
        if segments.last == "" { segments.removeLast() }
        guard segments.allSatisfy(Self.isSegment) else { return nil }
        (self.scheme, self.host, self.port, self.segments) = (scheme, host, port, segments)
    }

    /// Scheme, host and port.
    var origin: String { "\(scheme.rawValue)://\(host):\(port)" }

    var url: String { ([origin] + segments).joined(separator: "/") }

    /// Whether an endpoint is this one or lies below it.
    package func covers(_ other: HookEndpoint) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
            && other.segments.starts(with: segments)
    }

    private static func authority(_ text: String, _ scheme: Scheme) -> (String, UInt16)? {
        let end = text.last == "]" ? text.endIndex : text.lastIndex(of: ":") ?? text.endIndex
        let host = String(text[..<end])
        guard isHost(host) else { return nil }
        guard end < text.endIndex else { return (host, scheme.port) }
        let digits = text[text.index(after: end)...]
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits),
            port > 0
        else { return nil }
        return (host, port)
    }

    private static func isHost(_ text: String) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]") {
            let inner = text.utf8.dropFirst().dropLast()
            return inner.contains(0x3A)
                && inner.allSatisfy {
                    (0x30...0x3A).contains($0) || (0x61...0x66).contains($0)
                }
        }
        return !text.isEmpty
            && text.utf8.allSatisfy { isLetterOrDigit($0) || $0 == 0x2D || $0 == 0x2E }
    }

    private static func isSegment(_ text: String) -> Bool {
        !["", ".", ".."].contains(text)
            && text.utf8.allSatisfy { isLetterOrDigit($0) || Array("-._~:=+,".utf8).contains($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
    }
}
