import HTTPServer
import Testing

@Suite("A server's limits", .timeLimit(.minutes(2)))
struct ServerLimitTests {
    static let head = "POST /a HTTP/1.1\r\nHost: x\r\n"

    @Test("refuse a declared body at once, before it is sent")
    func declaredBody() throws {
        let server = try TestServer.start { $0.bodyByteCountMax = 1_000_000 }
        let connection = try RawConnection(port: server.port)
        connection.send(Self.head + "Content-Length: 1000001\r\n\r\n")
        let response = try connection.response()
        #expect(response.status == 413)
        #expect(response.headers["connection"] == "close")
        #expect(response.body == "refused: bodyTooLarge(byteCountMax: 1000000)")
        #expect(connection.readToEnd() == "")
    }

    @Test("let a client that sends on regardless read the refusal")
    func declaredBodySentAnyway() throws {
        let server = try TestServer.start { $0.bodyByteCountMax = 1_000 }
        let connection = try RawConnection(port: server.port)
        connection.send(Self.head + "Content-Length: 3000000\r\n\r\n")
        #expect(connection.send([UInt8](repeating: 65, count: 3_000_000)))
        #expect(try connection.response().status == 413)
    }

    @Test("refuse a declared body without a go-ahead")
    func expectedBody() throws {
        let server = try TestServer.start { $0.bodyByteCountMax = 10 }
        let connection = try RawConnection(port: server.port)
        connection.send(Self.head + "Content-Length: 11\r\nExpect: 100-continue\r\n\r\n")
        #expect(try connection.response().status == 413)
        #expect(connection.readToEnd() == "")
    }

    @Test("refuse a chunked body as soon as it is too long")
    func chunkedBody() throws {
        let server = try TestServer.start { $0.bodyByteCountMax = 10 }
        let connection = try RawConnection(port: server.port)
        connection.send(Self.head + "Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n")
        connection.send("1\r\n0\r\n")
        // The body has no end yet, and the answer is there.
        let response = try connection.response()
        #expect(response.status == 413)
        connection.send("0\r\n\r\nGET /after HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(connection.readToEnd() == "")
    }

    @Test("allow a body of exactly the limit", arguments: ["length", "chunks"])
    func exactBody(kind: String) throws {
        let server = try TestServer.start { $0.bodyByteCountMax = 10 }
        let connection = try RawConnection(port: server.port)
        connection.send(
            Self.head
                + (kind == "length"
                    ? "Content-Length: 10\r\n\r\n0123456789"
                    : "Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n0\r\n\r\n"))
        #expect(try connection.response().body == "POST /a [] 0123456789")
    }

    @Test("of a body may be another for a route")
    func routeLimit() throws {
        let handler = TestHandler(limit: { $0 == "/import" ? 100 : nil })
        let server = try TestServer.start(handler) { $0.bodyByteCountMax = 10 }
        let body = String(repeating: "x", count: 100)
        let connection = try RawConnection(port: server.port)
        connection.send(
            "POST /import HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n\(body)")
        #expect(try connection.response().body == "POST /import [] \(body)")
        connection.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n\(body)")
        #expect(try connection.response().status == 413)
    }

    @Test("refuse a head that is too long, in the handler's words")
    func longHead() throws {
        let server = try TestServer.start { $0.headByteCountMax = 4_096 }
        let connection = try RawConnection(port: server.port)
        let value = String(repeating: "v", count: 4_096)
        connection.send("GET / HTTP/1.1\r\nHost: x\r\nA: \(value)\r\n\r\n")
        let response = try connection.response()
        #expect(response.status == 431)
        #expect(response.body == "refused: headTooLarge(byteCountMax: 4096)")
    }

    @Test("refuse a head with too many lines")
    func manyLines() throws {
        let server = try TestServer.start { $0.headerCountMax = 20 }
        let connection = try RawConnection(port: server.port)
        let lines = String(repeating: "A: b\r\n", count: 20)
        connection.send("GET / HTTP/1.1\r\nHost: x\r\n\(lines)\r\n")
        #expect(try connection.response().status == 431)
    }

    @Test("end a head that has no end", arguments: ["GET /", "GET / HTTP/1.1\r\nHost: x\r\nA: "])
    func endlessHead(start: String) throws {
        let server = try TestServer.start()
        let connection = try RawConnection(port: server.port)
        connection.send(start)
        var isOpen = true
        for _ in 0..<100 where isOpen {
            isOpen = connection.send([UInt8](repeating: 65, count: 4_096))
        }
        let text = connection.readToEnd()
        #expect(text == "" || text.hasPrefix("HTTP/1.1 4"))
    }

    @Test("refuse a query with too many parameters")
    func manyParameters() throws {
        let server = try TestServer.start { $0.parameterCountMax = 3 }
        let connection = try RawConnection(port: server.port)
        connection.send("GET /?a&b&c HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try connection.response().status == 200)
        connection.send("GET /?a&b&c&d HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try connection.response().body == "refused: tooManyParameters(countMax: 3)")
    }

    @Test("refuse bodies that memory has no room for, and recover")
    func heldBodies() throws {
        let responders = Mailbox<HTTPResponder>()
        let handler = TestHandler(answer: { request, responder in
            if request.path == "/hold" { return responders.put(responder) }
            responder.send(TestHandler.echo(request))
        })
        let server = try TestServer.start(handler) { $0.heldByteCountMax = 1_000 }
        let body = String(repeating: "x", count: 900)
        let first = try RawConnection(port: server.port)
        let second = try RawConnection(port: server.port)
        first.send("POST /hold HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n\(body)")
        let responder = try #require(responders.take())
        second.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n\(body)")
        #expect(try second.response().status == 503)
        responder.send(HTTPResponse(status: 204))
        #expect(try first.response().status == 204)
        second.send("GET /b HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try second.response().status == 200)
        first.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n\(body)")
        #expect(try first.response().body == "POST /a [] \(body)")
    }

    @Test("close connections beyond those of one address, and take them again when others end")
    func connectionsPerAddress() throws {
        let server = try TestServer.start { $0.connectionCountMaxPerAddress = 2 }
        var open: [RawConnection] = []
        for _ in 0..<2 {
            let connection = try RawConnection(port: server.port)
            connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try connection.response().status == 200)
            open.append(connection)
        }
        let third = try RawConnection(port: server.port)
        #expect(third.readToEnd() == "")
        // The server closes this one, so that its end is known when the next is opened.
        open[0].send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        #expect(open[0].readToEnd().hasPrefix("HTTP/1.1 200"))
        var answer: RawResponse?
        for _ in 0..<1_000 where answer == nil {
            let next = try RawConnection(port: server.port)
            next.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            answer = try? next.response()
        }
        #expect(answer?.status == 200)
    }

    @Test("let connections beyond the maximum wait their turn")
    func connectionMax() throws {
        let server = try TestServer.start { $0.connectionCountMax = 2 }
        let request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        let idle = try (0..<2).map { _ in try RawConnection(port: server.port) }
        for connection in idle {
            connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try connection.response().status == 200)
        }
        let waiting = try RawConnection(port: server.port)
        waiting.send(request)
        idle[0].send(request)
        #expect(idle[0].readToEnd().hasPrefix("HTTP/1.1 200"))
        #expect(waiting.readToEnd().hasPrefix("HTTP/1.1 200"))
    }

    static let slow = [
        "", "GET / HTTP/1.1\r\nHost: x\r\nA: ",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n",
    ]

    @Test("cut off a client that stops in the middle", arguments: slow)
    func stalled(start: String) throws {
        let server = try TestServer.start { $0.requestTimeout = .milliseconds(200) }
        let connection = try RawConnection(port: server.port)
        connection.send(start)
        #expect(connection.readToEnd() == "")
    }

    @Test("cut off a client that trickles, however often it sends", arguments: slow.dropFirst())
    func trickling(start: String) throws {
        let server = try TestServer.start { $0.requestTimeout = .milliseconds(200) }
        let connection = try RawConnection(port: server.port)
        connection.send(start)
        var count = 0
        while connection.send("a"), count < 60_000 {
            count += 1
            // Waits for an answer that does not come: a millisecond between bytes.
            if connection.isReadable(withinMilliseconds: 1) { break }
        }
        #expect(count < 60_000)
        #expect(connection.readToEnd() == "")
    }

    @Test("close a connection that is idle between requests")
    func idle() throws {
        let server = try TestServer.start { configuration in
            configuration.idleTimeout = .milliseconds(100)
            configuration.requestTimeout = .milliseconds(100)
        }
        let connection = try RawConnection(port: server.port)
        connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try connection.response().status == 200)
        #expect(connection.readToEnd() == "")
    }

    @Test("cut off a client that does not read its answer", arguments: [true, false])
    func unread(isWhole: Bool) throws {
        let ends = Mailbox<Void>()
        let handler = TestHandler(answer: { _, responder in
            let part = [UInt8](repeating: 65, count: 1 << 20)
            let whole = HTTPResponse.Body.bytes((0..<32).flatMap { _ in part })
            let endless = HTTPResponse.Body.pieces(HTTPBodySource { .bytes(part) })
            responder.send(HTTPResponse(status: 200, body: isWhole ? whole : endless))
            ends.put(())
        })
        let server = try TestServer.start(handler) { configuration in
            configuration.idleTimeout = .milliseconds(200)
            configuration.requestTimeout = .milliseconds(200)
            configuration.bodyBytesPerSecondMin = 1 << 30
        }
        let connection = try RawConnection(port: server.port, receiveBuffer: 4_096)
        connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(ends.take() != nil)
        // The server lets go by itself: its end of the connection is waited for, nothing is read.
        #expect(connection.isHungUp(withinMilliseconds: 20_000))
    }

    @Test("that make no sense keep a server from starting")
    func configuration() throws {
        #expect(throws: HTTPServerError.invalidConfiguration("threadCount")) {
            try TestServer.start { $0.threadCount = 0 }
        }
        #expect(throws: HTTPServerError.invalidConfiguration("connectionByteCount")) {
            try TestServer.start { $0.headByteCountMax = 1 << 20 }
        }
        #expect(throws: HTTPServerError.invalidAddress("localhost")) {
            try TestServer.start { $0.address = "localhost" }
        }
        let server = try TestServer.start()
        #expect(throws: HTTPServerError.addressInUse("127.0.0.1", port: server.port)) {
            try TestServer.start { $0.port = server.port }
        }
    }
}
