import HTTPServer
import Synchronization
import Testing

@Suite("Answers", .timeLimit(.minutes(2)))
struct ServerAnswerTests {
    static let request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test("may come later, from another thread, while other requests are served")
    func delayed() throws {
        let waiting = Mailbox<(HTTPRequest, HTTPResponder)>()
        let handler = TestHandler(answer: { request, responder in
            if request.path == "/now" {
                responder.send(TestHandler.echo(request))
            } else {
                waiting.put((request, responder))
            }
        })
        let server = try TestServer.start(handler)
        let later = try (0..<10).map { index in
            let connection = try RawConnection(port: server.port)
            connection.send("GET /\(index) HTTP/1.1\r\nHost: x\r\n\r\n")
            return connection
        }
        let requests = try (0..<10).map { _ in try #require(waiting.take()) }
        let now = try RawConnection(port: server.port)
        now.send("GET /now HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try now.response().body == "GET /now [] ")
        #expect(server.activeRequestCount >= 10)
        for (request, responder) in requests.reversed() {
            #expect(responder.send(TestHandler.echo(request)))
        }
        for (index, connection) in later.enumerated() {
            #expect(try connection.response().body == "GET /\(index) [] ")
        }
    }

    @Test("from many threads to many connections are never mixed up")
    func concurrent() throws {
        let waiting = Mailbox<(HTTPRequest, HTTPResponder)?>()
        let handler = TestHandler(answer: { waiting.put(($0, $1)) })
        let server = try TestServer.start(handler)
        let port = server.port
        for _ in 0..<3 {
            Threads.detach {
                while case .some(.some((let request, let responder))) = waiting.take() {
                    responder.send(TestHandler.echo(request))
                }
            }
        }
        let wrong = Mailbox<String>()
        Threads.run(8) { thread in
            guard let connection = try? RawConnection(port: port) else {
                return wrong.put("connect")
            }
            for index in 0..<200 {
                let text = "\(thread)/\(index)"
                let length = text.utf8.count
                connection.send(
                    "POST /\(text) HTTP/1.1\r\nHost: x\r\nContent-Length: \(length)\r\n\r\n\(text)")
                let body = try? connection.response().body
                if body != "POST /\(text) [] \(text)" { return wrong.put(body ?? "broken \(text)") }
            }
        }
        for _ in 0..<3 { waiting.put(nil) }
        #expect(wrong.count == 0, "\(wrong.take(seconds: 0) ?? "")")
    }

    @Test("that nobody gives become a 500")
    func dropped() throws {
        let server = try TestServer.start(TestHandler(answer: { _, _ in }))
        let connection = try RawConnection(port: server.port)
        connection.send(Self.request)
        let response = try connection.response()
        #expect(response.status == 500)
        #expect(response.body == "refused: unanswered")
    }

    @Test("count once")
    func once() throws {
        let handler = TestHandler(answer: { _, responder in
            let first = responder.send(HTTPResponse(status: 200, text: "first"))
            let second = responder.send(HTTPResponse(status: 200, text: "second"))
            if !first || second { responder.send(HTTPResponse(status: 500)) }
        })
        let server = try TestServer.start(handler)
        let connection = try RawConnection(port: server.port)
        connection.send(Self.request + Self.request)
        #expect(try connection.response().body == "first")
        #expect(try connection.response().body == "first")
    }

    @Test(
        "that would break the message become a bare 500",
        arguments: ["a\r\nSet-Cookie: b", "a\nb", "a\rb"])
    func splitting(value: String) throws {
        let handler = TestHandler(answer: { _, responder in
            responder.send(HTTPResponse(status: 200, headers: ["x-a": value], text: "secret"))
        })
        let server = try TestServer.start(handler)
        let connection = try RawConnection(port: server.port)
        connection.send(Self.request)
        let response = try connection.response()
        #expect(response.status == 500)
        #expect(response.body == "")
        #expect(response.headers["set-cookie"] == nil)
    }

    @Test("with an impossible status become a 500", arguments: [0, 99, 101, 600, -1])
    func status(status: Int) throws {
        let handler = TestHandler(answer: { _, responder in
            responder.send(HTTPResponse(status: status, text: "x"))
        })
        let server = try TestServer.start(handler)
        let connection = try RawConnection(port: server.port)
        connection.send(Self.request)
        #expect(try connection.response().status == 500)
    }

    @Test("without content have no body", arguments: [204, 304])
    func empty(status: Int) throws {
        let handler = TestHandler(answer: { _, responder in
            responder.send(HTTPResponse(status: status, text: "not sent"))
        })
        let server = try TestServer.start(handler)
        let connection = try RawConnection(port: server.port)
        connection.send(Self.request + Self.request)
        #expect(try connection.response(hasBody: false).status == status)
        #expect(try connection.response(hasBody: false).status == status)
    }

    @Test("made in pieces arrive whole", arguments: [true, false])
    func pieces(isLengthKnown: Bool) throws {
        let pieceCount = 300
        let handler = TestHandler(answer: { _, responder in
            let index = Atomic(0)
            let length = isLengthKnown ? UInt64(pieceCount * 1_000) : nil
            let source = HTTPBodySource(byteCount: length) {
                let piece = index.add(1, ordering: .relaxed).oldValue
                guard piece < pieceCount else { return .end }
                return .bytes([UInt8](repeating: UInt8(65 + piece % 26), count: 1_000))
            }
            responder.send(HTTPResponse(status: 200, body: .pieces(source)))
        })
        let server = try TestServer.start(handler)
        let connection = try RawConnection(port: server.port)
        connection.send(Self.request)
        let response = try connection.response()
        #expect(response.headers["content-length"] == (isLengthKnown ? "300000" : nil))
        let expected = (0..<pieceCount).map { piece in
            String(repeating: String(UnicodeScalar(UInt8(65 + piece % 26))), count: 1_000)
        }
        #expect(response.body == expected.joined())
        connection.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(connection.readToEnd().hasPrefix("HTTP/1.1 200"))
    }

    @Test("whose pieces fail are cut off, so that the client sees it")
    func failedPieces() throws {
        let handler = TestHandler(answer: { _, responder in
            let index = Atomic(0)
            let source = HTTPBodySource {
                index.add(1, ordering: .relaxed).oldValue == 0 ? .bytes([65]) : .failed
            }
            responder.send(HTTPResponse(status: 200, body: .pieces(source)))
        })
        let server = try TestServer.start(handler)
        let connection = try RawConnection(port: server.port)
        connection.send(Self.request)
        #expect(throws: RawConnection.Broken.self) { try connection.response() }
    }

    @Test("to a client that has gone are dropped")
    func clientGone() throws {
        let waiting = Mailbox<HTTPResponder>()
        let server = try TestServer.start(TestHandler(answer: { waiting.put($1) }))
        do {
            let connection = try RawConnection(port: server.port)
            connection.send(Self.request)
        }
        let responder = try #require(waiting.take())
        responder.send(HTTPResponse(status: 200, text: String(repeating: "x", count: 1 << 20)))
        let next = try RawConnection(port: server.port)
        next.send(Self.request)
        try #require(waiting.take()).send(HTTPResponse(status: 200))
        #expect(try next.response().status == 200)
    }
}
