/// Takes apart a stream of server-sent events, however its bytes are cut.
///
/// Source: WHATWG HTML, "Server-sent events", §9.2.6 Interpreting an event stream.
package struct ServerSentEventReader: Sendable {
    /// One event as a client sees it.
    package struct Event: Hashable, Sendable {
        /// The last id seen so far, to be sent as `Last-Event-ID` when connecting again.
        package let id: String
        package let type: String
        package let data: String

        package init(id: String, type: String, data: String) {
            self.id = id
            self.type = type
            self.data = data
        }
    }

    /// An event or line was longer than allowed, in bytes.
    package struct TooLong: Error, Hashable, Sendable {
        package let byteCountMax: Int
    }

    private let byteCountMax: Int
    private var line: [UInt8] = []
    private var endedWithReturn = false
    private var isFirstLine = true
    private var data: [UInt8] = []
    private var type = ""

    /// The last event id, kept over events without one.
    package private(set) var lastEventID: String

    package init(lastEventID: String = "", eventByteCountMax: Int = 16 << 20) {
        self.lastEventID = lastEventID
        byteCountMax = eventByteCountMax
    }

    /// Takes the next bytes and returns the events that they complete.
    package mutating func read(_ bytes: [UInt8]) throws(TooLong) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            let wasReturn = endedWithReturn
            endedWithReturn = byte == 0x0D
            if byte == 0x0A, wasReturn { continue }
            if byte == 0x0A || byte == 0x0D {
                if let event = endLine() { events.append(event) }
                line.removeAll(keepingCapacity: true)
            } else {
                line.append(byte)
            }
            guard line.count + data.count <= byteCountMax else {
                throw TooLong(byteCountMax: byteCountMax)
            }
        }
        return events
    }

    private mutating func endLine() -> Event? {
        if isFirstLine, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        isFirstLine = false
        if line.isEmpty { return endEvent() }
        let colon = line.firstIndex(of: UInt8(ascii: ":"))
        let field = line[..<(colon ?? line.endIndex)]
        var value = colon.map { line[($0 + 1)...] } ?? []
        if value.first == 0x20 { value.removeFirst() }
        if field.elementsEqual("data".utf8) {
            data.append(contentsOf: value)
            data.append(0x0A)
        } else if field.elementsEqual("event".utf8) {
            type = String(decoding: value, as: UTF8.self)
        } else if field.elementsEqual("id".utf8), !value.contains(0) {
            lastEventID = String(decoding: value, as: UTF8.self)
        }
        return nil
    }

    private mutating func endEvent() -> Event? {
        defer {
            data.removeAll(keepingCapacity: true)
            type = ""
        }
        guard !data.isEmpty else { return nil }
        return Event(
            id: lastEventID, type: type.isEmpty ? "message" : type,
            data: String(decoding: data.dropLast(), as: UTF8.self))
    }
}
