import HTTPClient
import HTTPServer
import Synchronization
import Testing

@Suite("The client", .timeLimit(.minutes(2)))
struct HTTPClientTests {
    let client = HTTPClient()

    private func url(_ server: HTTPServer, _ path: String = "/") -> String {
        "http://127.0.0.1:\(server.port)\(path)"
    }

    @Test("sends every method with and without a body", arguments: HTTPMethod.allCases)
    func methods(method: HTTPMethod) throws {
        let server = try TestServer.start()
        var bodies = [HTTPClientRequest.Body.none]
        if method != .head { bodies += [.bytes([]), .bytes(Array("abc".utf8))] }
        for body in bodies {
            let response = try client.send(
                HTTPClientRequest(method.rawValue, url(server, "/m?a=b"), body: body))
            #expect(response.status == 200)
            let text =
                if case .bytes(let bytes) = body {
                    String(decoding: bytes, as: UTF8.self)
                } else { "" }
            let expected = method == .head ? "" : "\(method.rawValue) /m [a=b] \(text)"
            #expect(String(decoding: response.body, as: UTF8.self) == expected)
        }
    }

    @Test("sends and receives header fields")
    func fields() throws {
        let handler = TestHandler(answer: { request, responder in
            let names = request.headers.fields.map(\.name).sorted().joined(separator: " ")
            responder.send(
                HTTPResponse(
                    status: 200,
                    headers: [
                        "X-Echo": request.headers["x-token"] ?? "",
                        "X-Empty": request.headers["x-empty"].map { "<\($0)>" } ?? "missing",
                    ], text: names))
        })
        let server = try TestServer.start(handler)
        let response = try client.send(
            HTTPClientRequest(
                "POST", url(server),
                fields: [HTTPClientField("X-Token", "a, b; c"), HTTPClientField("X-Empty", "")],
                body: .bytes([1])))
        #expect(response.field("x-echo") == "a, b; c")
        #expect(response.field("X-EMPTY") == "<>")
        #expect(response.field("x-none") == nil)
        // No expectation, no encoding we did not ask for.
        let names = String(decoding: response.body, as: UTF8.self)
        #expect(names == "accept content-length host x-empty x-token")
    }

    @Test(
        "sends nothing that could end a line early",
        arguments: [
            HTTPClientRequest("GET", "http://127.0.0.1/a b"),
            HTTPClientRequest("GET", "http://127.0.0.1/\r\nX: y"),
            HTTPClientRequest("GET", "file:///etc/passwd"), HTTPClientRequest("GET", ""),
            HTTPClientRequest("GET /", "http://127.0.0.1/"),
            HTTPClientRequest("", "http://127.0.0.1/"),
            HTTPClientRequest("HEAD", "http://127.0.0.1/", body: .bytes([])),
            HTTPClientRequest.get("http://127.0.0.1/", fields: [HTTPClientField("a", "b\r\nc: d")]),
            HTTPClientRequest.get("http://127.0.0.1/", fields: [HTTPClientField("a:", "b")]),
            HTTPClientRequest.get("http://127.0.0.1/", fields: [HTTPClientField("", "b")]),
        ])
    func injections(request: HTTPClientRequest) {
        #expect(throws: HTTPClientError.invalidRequest) { try client.send(request) }
    }

    @Test("keeps its connection")
    func keepsConnection() throws {
        let server = try TestServer.start { $0.connectionCountMaxPerAddress = 1 }
        for _ in 0..<10 { #expect(try client.send(.get(url(server))).status == 200) }
        #expect(server.connectionCount == 1)
    }

    @Test("may be used by many threads")
    func threads() throws {
        let server = try TestServer.start()
        let client = client
        let url = url(server)
        let wrong = Mailbox<String>()
        Threads.run(8) { thread in
            for index in 0..<50 {
                let body = Array("\(thread).\(index)".utf8)
                let request = HTTPClientRequest("POST", url, body: .bytes(body))
                let response = try? client.send(request)
                if response?.body != Array("POST / [] ".utf8) + body { wrong.put("\(index)") }
            }
        }
        #expect(wrong.count == 0)
    }

    @Test("gives up when the answer takes too long")
    func timeout() throws {
        let waiting = Mailbox<HTTPResponder>()
        let server = try TestServer.start(TestHandler(answer: { waiting.put($1) }))
        var request = HTTPClientRequest.get(url(server))
        request.timeout = .milliseconds(50)
        #expect(throws: HTTPClientError.timedOut) { try client.send(request) }
        #expect(waiting.take() != nil)
    }

    @Test("gives up a stream that stays silent")
    func silence() throws {
        var configuration = HTTPClientConfiguration()
        configuration.silenceTimeout = .seconds(1)
        let client = HTTPClient(configuration: configuration)
        let server = try TestServer.start(
            TestHandler(answer: { _, responder in
                let stream = EventStream(heartbeat: nil)
                responder.send(HTTPResponse(status: 200, body: .stream(stream)))
            }))
        #expect(throws: HTTPClientError.timedOut) {
            try client.stream(.get(url(server))) { _ in true }
        }
    }

    @Test("refuses a response that is too large")
    func tooLarge() throws {
        var configuration = HTTPClientConfiguration()
        configuration.bodyByteCountMax = 10
        let client = HTTPClient(configuration: configuration)
        let server = try TestServer.start()
        #expect(try client.send(.get(url(server))).body.count == 10 - 1)
        #expect(throws: HTTPClientError.responseTooLarge(byteCountMax: 10)) {
            try client.send(.get(url(server, "/longer")))
        }
    }

    @Test("names what went wrong")
    func errors() throws {
        let port = try TestServer.start().port
        #expect(throws: HTTPClientError.cannotConnect) {
            try client.send(.get("http://127.0.0.1:\(port)/"))
        }
        #expect(throws: HTTPClientError.unknownHost) {
            try client.send(.get("http://kanglian.invalid/"))
        }
        let server = try TestServer.start(
            TestHandler(answer: { _, responder in
                let source = HTTPBodySource(byteCount: 10) { .failed }
                responder.send(HTTPResponse(status: 200, body: .pieces(source)))
            }))
        #expect(throws: HTTPClientError.interrupted) { try client.send(.get(url(server))) }
    }

    @Test("does not follow redirects")
    func redirect() throws {
        let server = try TestServer.start(
            TestHandler(answer: { _, responder in
                responder.send(HTTPResponse(status: 302, headers: ["location": "/elsewhere"]))
            }))
        let response = try client.send(.get(url(server)))
        #expect(response.status == 302)
        #expect(response.field("Location") == "/elsewhere")
    }

    @Test("breaks off an upload that fails")
    func uploadFails() throws {
        let server = try TestServer.start()
        #expect(throws: HTTPClientError.uploadFailed) {
            try client.send(
                HTTPClientRequest(
                    "POST", url(server), body: .upload(byteCount: nil, next: { .failed })))
        }
    }

    @Test("stops a stream when told to")
    func stops() throws {
        let ends = Mailbox<EventStream.CloseReason>()
        let server = try TestServer.start(
            TestHandler(answer: { _, responder in
                let stream = EventStream(heartbeat: nil, onClose: { ends.put($0) })
                stream.send(ServerSentEvent(data: "one"))
                responder.send(HTTPResponse(status: 200, body: .stream(stream)))
                // Whoever keeps the stream may send; here only the server keeps it.
            }))
        var seen: [UInt8] = []
        let response = try client.stream(.get(url(server))) { bytes in
            seen += bytes
            return false
        }
        #expect(response.status == 200)
        #expect(seen == Array("data: one\n\n".utf8))
        #expect(ends.take() == .clientGone)
    }

    @Test("gives the body of a stream that was refused")
    func refusedStream() throws {
        let server = try TestServer.start(
            TestHandler(answer: { _, responder in
                responder.send(HTTPResponse(status: 403, text: "no"))
            }))
        let response = try client.stream(.get(url(server))) { _ in
            Issue.record("Nothing of a refusal is passed on.")
            return true
        }
        #expect(response.status == 403)
        #expect(response.body == Array("no".utf8))
    }

    @Test("can be cancelled from another thread, at once and for good")
    func cancelled() throws {
        let waiting = Mailbox<HTTPResponder>()
        let server = try TestServer.start(TestHandler(answer: { waiting.put($1) }))
        let cancellation = HTTPCancellation()
        let kept = Mailbox<HTTPResponder>()
        Threads.detach {
            if let responder = waiting.take() { kept.put(responder) }
            cancellation.cancel()
        }
        #expect(throws: HTTPClientError.cancelled) {
            try client.send(.get(url(server)), cancellation: cancellation)
        }
        #expect(throws: HTTPClientError.cancelled) {
            try client.send(.get(url(server)), cancellation: cancellation)
        }
        #expect(kept.take() != nil)
    }
}
