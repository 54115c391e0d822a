import HTTPClient
import HTTPServer
import Synchronization
import Testing

@Suite("Event streams", .timeLimit(.minutes(2)))
struct EventStreamTests {
    typealias Reason = EventStream.CloseReason

    /// A server whose every request opens a stream, and the streams and their ends in order.
    struct Publisher {
        let server: HTTPServer
        let streams = Mailbox<EventStream>()
        let ends = Mailbox<Reason>()

        init(
            queueByteCountMax: Int = 64 << 10, heartbeat: Duration? = nil,
            configure: (inout HTTPServerConfiguration) -> Void = { _ in }
        ) throws {
            let handler = TestHandler(answer: { [streams, ends] _, responder in
                let stream = EventStream(
                    queueByteCountMax: queueByteCountMax, heartbeat: heartbeat,
                    onClose: { ends.put($0) })
                stream.send(ServerSentEvent(data: "hello"))
                responder.send(HTTPResponse(status: 200, body: .stream(stream)))
                streams.put(stream)
            })
            server = try TestServer.start(handler, configure: configure)
        }

        func subscribe(receiveBuffer: Int32? = nil) throws -> (RawConnection, EventStream) {
            let connection = try RawConnection(port: server.port, receiveBuffer: receiveBuffer)
            connection.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
            return (connection, try #require(streams.take()))
        }
    }

    @Test("reach twenty readers in order, while a slow one is cut off")
    func fanOut() throws {
        let publisher = try Publisher()
        let port = publisher.server.port
        let results = Mailbox<[String]>()
        for _ in 0..<20 {
            Threads.detach {
                var reader = ServerSentEventReader()
                var seen: [String] = []
                _ = try? HTTPClient().stream(.get("http://127.0.0.1:\(port)/")) {
                    for event in (try? reader.read($0)) ?? [] { seen.append(event.data) }
                    return true
                }
                results.put(seen)
            }
        }
        var streams: [EventStream] = []
        for _ in 0..<20 { streams.append(try #require(publisher.streams.take())) }
        let (slow, slowStream) = try publisher.subscribe(receiveBuffer: 4_096)
        let filler = String(repeating: "x", count: 1_000)
        // The slow reader's stream gets as much as it takes to fill socket and queue, and no more.
        var slowCount = 0
        while slowStream.send(ServerSentEvent(data: filler)), slowCount < 100_000 { slowCount += 1 }
        #expect(slowCount < 100_000)
        #expect(publisher.ends.take() == .slowReader)
        #expect(!slowStream.isOpen)
        for index in 0..<50 {
            for stream in streams { #expect(stream.send(ServerSentEvent(data: "\(index)"))) }
        }
        for stream in streams { stream.finish() }
        let expected = ["hello"] + (0..<50).map { "\($0)" }
        for _ in 0..<20 { #expect(results.take() == expected) }
        for _ in 0..<20 { #expect(publisher.ends.take() == .finished) }
        // What had left before is still read; then comes the end, not the stream's last chunk.
        #expect(!slow.readToEnd().hasSuffix("0\r\n\r\n"))
    }

    @Test("have the type of event streams unless the handler says otherwise")
    func contentType() throws {
        let publisher = try Publisher()
        let (connection, stream) = try publisher.subscribe()
        stream.finish()
        let response = try connection.response()
        #expect(response.headers["content-type"] == "text/event-stream")
        #expect(response.body == "data: hello\n\n")
    }

    @Test("leave their connection usable when they finish")
    func keepsConnection() throws {
        let publisher = try Publisher()
        let (connection, stream) = try publisher.subscribe()
        stream.finish()
        _ = try connection.response()
        connection.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
        try #require(publisher.streams.take()).finish()
        #expect(try connection.response().body == "data: hello\n\n")
    }

    @Test("notice soon that a quiet client has gone, without sending anything")
    func disconnect() throws {
        let publisher = try Publisher()
        do {
            let (connection, _) = try publisher.subscribe()
            _ = try connection.read(through: "hello\n\n")
        }
        #expect(publisher.ends.take() == .clientGone)
    }

    @Test("notice in the middle of sending that the client has gone")
    func disconnectWhileSending() throws {
        let publisher = try Publisher(queueByteCountMax: 8 << 20)
        var kept: EventStream?
        do {
            let (connection, stream) = try publisher.subscribe()
            _ = try connection.read(through: "hello\n\n")
            kept = stream
        }
        let stream = try #require(kept)
        while stream.send([UInt8](repeating: 65, count: 100_000)) {}
        let reason = publisher.ends.take()
        #expect(reason == .clientGone || reason == .slowReader)
        #expect(!stream.send([65]))
    }

    @Test("send heartbeats while they are quiet")
    func heartbeat() throws {
        let publisher = try Publisher(heartbeat: .milliseconds(20)) {
            $0.requestTimeout = .milliseconds(200)
        }
        let (connection, stream) = try publisher.subscribe()
        for _ in 0..<3 { _ = try connection.read(through: ":\n\n") }
        stream.finish()
        #expect(publisher.ends.take() == .finished)
    }

    @Test("outlive the time allowed for requests and idle connections")
    func longLived() throws {
        let publisher = try Publisher(heartbeat: .milliseconds(50)) { configuration in
            configuration.requestTimeout = .milliseconds(100)
            configuration.idleTimeout = .milliseconds(100)
        }
        let (connection, stream) = try publisher.subscribe()
        // Forty beats are two seconds, twenty times either limit.
        for _ in 0..<40 { _ = try connection.read(through: ":\n\n") }
        stream.send(ServerSentEvent(data: "late"))
        _ = try connection.read(through: "data: late\n\n")
        stream.finish()
    }

    @Test("end at once for HEAD")
    func head() throws {
        let publisher = try Publisher()
        let connection = try RawConnection(port: publisher.server.port)
        connection.send("HEAD /events HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try connection.response(hasBody: false).status == 200)
        #expect(publisher.ends.take() != nil)
        #expect(try #require(publisher.streams.take()).isOpen == false)
    }

    @Test("are given to one request only")
    func attachedOnce() throws {
        let shared = EventStream(heartbeat: nil)
        let server = try TestServer.start(
            TestHandler(answer: { _, responder in
                responder.send(HTTPResponse(status: 200, body: .stream(shared)))
            }))
        let first = try RawConnection(port: server.port)
        first.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        _ = try first.read(through: "\r\n\r\n")
        let second = try RawConnection(port: server.port)
        second.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try second.response().status == 500)
    }

    @Test(
        "write events that readers take apart again, however they are cut",
        arguments: ["", "one", "two\nlines", "a\r\nb\rc\n", " leading", "康链: 数据", "data: x"])
    func roundTrip(data: String) throws {
        let bytes =
            ServerSentEvent(id: "7", type: "block", data: data).bytes
            + ServerSentEvent.heartbeat + ServerSentEvent(data: "end").bytes
        // Line breaks of all kinds arrive as LF.
        var normal = ""
        for character in data { normal.append(character.isNewline ? "\n" : character) }
        for size in 1...7 {
            var reader = ServerSentEventReader()
            var events: [ServerSentEventReader.Event] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                events += try reader.read(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            // An event whose data is empty is still an event: it has a data line.
            let first = ServerSentEventReader.Event(id: "7", type: "block", data: normal)
            let last = ServerSentEventReader.Event(id: "7", type: "message", data: "end")
            #expect(events == [first, last])
        }
    }

    @Test("bound what a reader keeps of an endless event")
    func endlessEvent() throws {
        var reader = ServerSentEventReader(eventByteCountMax: 100)
        _ = try reader.read([UInt8](repeating: 65, count: 100))
        #expect(throws: ServerSentEventReader.TooLong.self) { try reader.read([65]) }
    }
}
