import Encoding

/// A header field that a client wants with each notification; often a secret.
struct HookHeader: Hashable, Sendable {
    /// Fields of one subscription.
    private static let limit = 16
    /// Bytes of one field.
    private static let byteLimit = 4096
    /// What the server itself decides, or what would change how the message is read.
    private static let reserved: Set<String> = [
        "host", "content-length", "content-type", "content-encoding", "transfer-encoding",
        "connection", "keep-alive", "te", "trailer", "upgrade", "expect",
    ]

    let name: String
    let value: String

    /// Reads `Name: value`; nil when it cannot be sent as one field.
    init?(_ text: String) {
        guard text.utf8.count <= Self.byteLimit, let colon = text.firstIndex(of: ":") else {
            return nil
        }
        name = String(text[..<colon])
        value = String(text[text.index(after: colon)...].drop { $0 == " " })
        let lower = name.lowercased()
        let isSound =
            !name.isEmpty && name.utf8.allSatisfy(Self.isNameByte)
            && value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
        guard isSound, !Self.reserved.contains(lower), !lower.hasPrefix("proxy-") else {
            return nil
        }
    }

    /// The fields of a channel; refusals never repeat a value.
    static func all(in channel: JSONValue) throws(FHIRError) -> [HookHeader] {
        let texts = channel["header"]?.elements ?? []
        var headers: [HookHeader] = []
        for (index, text) in texts.prefix(limit + 1).enumerated() {
            guard index < limit, let header = text.stringValue.flatMap({ HookHeader($0) }) else {
                throw .unprocessable(
                    "A header is a line such as Authorization: Bearer …, at most \(limit) of them "
                        + "of \(byteLimit) bytes; the server sets Host, Content-… and the like.",
                    "header 形如 Authorization: Bearer …，最多 \(limit) 条，每条最多 "
                        + "\(byteLimit) 字节；Host、Content-… 等由服务器设置。",
                    at: "Subscription.channel.header[\(index)]")
            }
            headers.append(header)
        }
        return headers
    }

    /// What a token of RFC 9110 §5.6.2 is made of.
    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
            || Array("!#$%&'*+-.^_`|~".utf8).contains(byte)
    }
}
