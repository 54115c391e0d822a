/// One server-sent event, as text on the wire.
///
/// Source: WHATWG HTML, "Server-sent events", §9.2.6 Interpreting an event stream.
package struct ServerSentEvent: Hashable, Sendable {
    /// What a client that reconnects sends back as `Last-Event-ID`.
    package var id: String?

    /// The event's type; clients take nil for `message`.
    package var type: String?

    /// The text; each of its lines becomes one `data:` line.
    package var data: String

    package init(id: String? = nil, type: String? = nil, data: String) {
        self.id = id
        self.type = type
        self.data = data
    }

    /// The event's bytes; line breaks in `id` and `type` are dropped, for they would end the field.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        if let id { Self.append("id", id.utf8.filter { !Self.isBreak($0) && $0 != 0 }, to: &bytes) }
        if let type { Self.append("event", type.utf8.filter { !Self.isBreak($0) }, to: &bytes) }
        var line: [UInt8] = []
        var previous: UInt8 = 0
        for byte in data.utf8 {
            if !Self.isBreak(byte) {
                line.append(byte)
            } else if !(byte == 0x0A && previous == 0x0D) {
                // CR LF is one break: the LF after a CR ends nothing more.
                Self.append("data", line, to: &bytes)
                line.removeAll()
            }
            previous = byte
        }
        Self.append("data", line, to: &bytes)
        bytes.append(0x0A)
        return bytes
    }

    /// A comment, which keeps a connection alive and is seen by no client code.
    package static let heartbeat: [UInt8] = Array(":\n\n".utf8)

    private static func isBreak(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    private static func append(_ field: String, _ value: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(contentsOf: field.utf8)
        bytes.append(contentsOf: ": ".utf8)
        bytes.append(contentsOf: value)
        bytes.append(0x0A)
    }
}
