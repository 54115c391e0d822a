import HTTPClient
import HTTPServer
import Synchronization
import Testing

/// Collects what it is given, by the orders of a test.
final class TestReceiver: HTTPBodyReceiver {
    enum Event: Equatable {
        case piece(Int)
        case finished
        case cancelled
    }

    let events = Mailbox<Event>()
    let flows = Mailbox<HTTPBodyFlow?>()
    private let order: @Sendable ([UInt8], HTTPBodyFlow) -> HTTPBodyProgress
    private let received = Mutex<[UInt8]>([])

    init(_ order: @escaping @Sendable ([UInt8], HTTPBodyFlow) -> HTTPBodyProgress) {
        self.order = order
    }

    func receive(_ piece: [UInt8], flow: HTTPBodyFlow) -> HTTPBodyProgress {
        received.withLock { $0 += piece }
        events.put(.piece(piece.count))
        let progress = order(piece, flow)
        if case .pause = progress { flows.put(flow) }
        return progress
    }

    func finish(responder: HTTPResponder) {
        events.put(.finished)
        flows.put(nil)
        responder.send(HTTPResponse(status: 201, body: .bytes(received.withLock { $0 })))
    }

    func cancel() { events.put(.cancelled) }

    /// The events up to and including the end.
    func untilEnd() -> [Event] {
        var all: [Event] = []
        while let event = events.take() {
            all.append(event)
            if event == .finished || event == .cancelled { return all }
        }
        return all
    }
}

@Suite("Uploads that are taken piece by piece", .timeLimit(.minutes(2)))
struct UploadTests {
    private func start(_ receiver: TestReceiver) throws -> HTTPServer {
        let handler = TestHandler(
            limit: { $0 == "/import" ? 50_000_000 : nil },
            receive: { $0.path == "/import" ? receiver : nil })
        return try TestServer.start(handler) { $0.heldByteCountMax = 100_000 }
    }

    static func body(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    }

    @Test("arrive whole, however large, without being held", arguments: [true, false])
    func whole(isLengthKnown: Bool) throws {
        let receiver = TestReceiver { _, _ in .more }
        let server = try start(receiver)
        let body = Self.body(3_000_000)
        let position = Atomic(0)
        let upload = HTTPClientRequest.Body.upload(byteCount: isLengthKnown ? body.count : nil) {
            let start = position.add(70_001, ordering: .relaxed).oldValue
            guard start < body.count else { return .end }
            return .bytes(Array(body[start..<min(start + 70_001, body.count)]))
        }
        let response = try HTTPClient().send(
            HTTPClientRequest("POST", "http://127.0.0.1:\(server.port)/import", body: upload))
        #expect(response.status == 201)
        #expect(response.body == body)
        #expect(receiver.untilEnd().last == .finished)
    }

    @Test(
        "stand still while the receiver is busy, and go on when it says so",
        arguments: [true, false])
    func backPressure(isLengthKnown: Bool) throws {
        let receiver = TestReceiver { _, _ in .pause }
        let server = try start(receiver)
        let body = Self.body(1_000_000)
        let url = "http://127.0.0.1:\(server.port)/import"
        let resumed = Mailbox<Int>()
        Threads.detach {
            var count = 0
            while case .some(.some(let flow)) = receiver.flows.take() {
                count += 1
                flow.resume()
                flow.resume()
            }
            resumed.put(count)
        }
        let isSent = Atomic(false)
        let upload: HTTPClientRequest.Body =
            isLengthKnown
            ? .bytes(body)
            : .upload(byteCount: nil) {
                isSent.exchange(true, ordering: .relaxed) ? .end : .bytes(body)
            }
        let response = try HTTPClient().send(HTTPClientRequest("POST", url, body: upload))
        #expect(response.body == body)
        #expect(try #require(resumed.take()) > 10)
    }

    @Test("do not read on while paused")
    func pausedReadsNothing() throws {
        let receiver = TestReceiver { _, _ in .pause }
        let server = try start(receiver)
        let connection = try RawConnection(port: server.port)
        connection.send(
            "POST /import HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n0\r\n\r\n")
        for letter in 1...3 {
            #expect(receiver.events.take() == .piece(1))
            let flow = try #require(receiver.flows.take() ?? nil)
            // A request on another connection shows that the thread is free and nothing moves.
            let other = try RawConnection(port: server.port)
            other.send("GET /\(letter) HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try other.response().status == 200)
            #expect(receiver.events.count == 0)
            flow.resume()
        }
        #expect(try connection.response().body == "abc")
    }

    @Test("may be resumed before the pause is taken")
    func resumedEarly() throws {
        let receiver = TestReceiver { _, flow in
            flow.resume()
            return .pause
        }
        let server = try start(receiver)
        let body = Self.body(500_000)
        let response = try HTTPClient().send(
            HTTPClientRequest(
                "PUT", "http://127.0.0.1:\(server.port)/import", body: .bytes(body)))
        #expect(response.body == body)
    }

    @Test("may be refused in the middle")
    func refused() throws {
        let count = Atomic(0)
        let receiver = TestReceiver { piece, _ in
            count.add(piece.count, ordering: .relaxed).newValue > 100_000
                ? .refuse(HTTPResponse(status: 422, text: "line 7")) : .more
        }
        let server = try start(receiver)
        let response = try HTTPClient().send(
            HTTPClientRequest(
                "POST", "http://127.0.0.1:\(server.port)/import",
                body: .upload(
                    byteCount: nil, next: { .bytes([UInt8](repeating: 65, count: 10_000)) })))
        #expect(response.status == 422)
        #expect(response.body == Array("line 7".utf8))
    }

    @Test("are cancelled when the client leaves")
    func clientGone() throws {
        let receiver = TestReceiver { _, _ in .more }
        let server = try start(receiver)
        do {
            let connection = try RawConnection(port: server.port)
            connection.send(
                "POST /import HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhello")
            #expect(receiver.events.take() == .piece(5))
        }
        #expect(receiver.untilEnd() == [.cancelled])
    }

    @Test("are cancelled when the server stops, even while paused")
    func stopped() throws {
        let receiver = TestReceiver { _, _ in .pause }
        let server = try start(receiver)
        let connection = try RawConnection(port: server.port)
        connection.send("POST /import HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhello")
        #expect(receiver.events.take() == .piece(5))
        let flow = try #require(receiver.flows.take() ?? nil)
        server.shutdown(gracePeriodSeconds: 0)
        #expect(receiver.untilEnd() == [.cancelled])
        flow.resume()
        #expect(connection.readToEnd() == "")
    }

    @Test("that are larger than the route allows are cancelled")
    func tooLarge() throws {
        let receiver = TestReceiver { _, _ in .more }
        let handler = TestHandler(limit: { _ in 10 }, receive: { _ in receiver })
        let server = try TestServer.start(handler)
        let connection = try RawConnection(port: server.port)
        connection.send(
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        #expect(receiver.events.take() == .piece(5))
        connection.send("6\r\nworld!\r\n")
        #expect(try connection.response().status == 413)
        #expect(receiver.untilEnd() == [.cancelled])
    }
}
