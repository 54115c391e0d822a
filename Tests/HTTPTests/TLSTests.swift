import HTTPClient
import HTTPServer
import Testing

@Suite("TLS", .timeLimit(.minutes(2)))
struct TLSTests {
    let certificates: Certificates
    let server: HTTPServer

    init() throws {
        let made = try Certificates.make()
        certificates = made
        server = try TestServer.start { configuration in
            configuration.identity = made.identity
            configuration.bodyByteCountMax = 100_000
        }
    }

    private func client(
        _ configure: (inout HTTPClientConfiguration) -> Void = { _ in }
    ) -> HTTPClient {
        var configuration = HTTPClientConfiguration()
        configuration.certificateAuthorityPEM = certificates.identity.certificatePEM
        configure(&configuration)
        return HTTPClient(configuration: configuration)
    }

    private var url: String { "https://127.0.0.1:\(server.port)/x" }

    @Test("1.3 carries requests, large bodies and kept connections")
    func requests() throws {
        let client = client()
        let body = [UInt8](repeating: 65, count: 100_000)
        for _ in 0..<3 {
            let response = try client.send(HTTPClientRequest("POST", url, body: .bytes(body)))
            #expect(response.body == Array("POST /x [] ".utf8) + body)
        }
    }

    @Test("refusals in the middle of a body arrive")
    func refusesBody() throws {
        let request = HTTPClientRequest(
            "POST", url,
            body: .upload(byteCount: nil, next: { .bytes([UInt8](repeating: 65, count: 50_000)) }))
        let response = try client().send(request)
        #expect(response.status == 413)
        #expect(response.body == Array("refused: bodyTooLarge(byteCountMax: 100000)".utf8))
    }

    @Test("certificates that are not trusted stop the client")
    func untrusted() throws {
        let other = try Certificates.make()
        let client = client { $0.certificateAuthorityPEM = other.identity.certificatePEM }
        #expect(throws: HTTPClientError.untrusted) { try client.send(.get(url)) }
    }

    @Test("keys other than the pinned one stop the client")
    func pinned() throws {
        let right = client { $0.pinnedPublicKey = certificates.pin }
        #expect(try right.send(.get(url)).status == 200)
        let other = try Certificates.make()
        let wrong = client { $0.pinnedPublicKey = other.pin }
        #expect(throws: HTTPClientError.wrongPublicKey) {
            try wrong.send(.get(url))
        }
    }

    @Test("1.2 is refused by the server")
    func oldClient() throws {
        let port = server.port
        let report = try Certificates.run(
            "openssl s_client -connect 127.0.0.1:\(port) -tls1_2 </dev/null 2>&1; true")
        #expect(report.contains("New, (NONE), Cipher is (NONE)"))
        let modern = try Certificates.run(
            "openssl s_client -connect 127.0.0.1:\(port) -tls1_3 </dev/null 2>&1; true")
        #expect(modern.contains("New, TLSv1.3, Cipher is"))
    }

    @Test("plain requests to it are closed")
    func plain() throws {
        let connection = try RawConnection(port: server.port)
        connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(!connection.readToEnd().contains("HTTP/1.1 200"))
    }

    @Test("handshakes that stall are cut off")
    func stalledHandshake() throws {
        let identity = certificates.identity
        let server = try TestServer.start { configuration in
            configuration.identity = identity
            configuration.requestTimeout = .milliseconds(200)
        }
        let connection = try RawConnection(port: server.port)
        connection.send([0x16, 0x03, 0x01])
        _ = connection.readToEnd()
    }

    @Test("a broken certificate keeps the server from starting")
    func broken() {
        #expect(throws: HTTPServerError.cannotStart) {
            try TestServer.start {
                $0.identity = HTTPServerIdentity(certificatePEM: "no", privateKeyPEM: "no")
            }
        }
    }

    @Test("event streams work, and shutdown ends them")
    func eventStream() throws {
        let identity = certificates.identity
        let streams = Mailbox<EventStream>()
        let handler = TestHandler(answer: { _, responder in
            let stream = EventStream(heartbeat: nil)
            responder.send(HTTPResponse(status: 200, body: .stream(stream)))
            streams.put(stream)
        })
        let server = try TestServer.start(handler) { $0.identity = identity }
        let url = "https://127.0.0.1:\(server.port)/"
        Threads.detach {
            guard let stream = streams.take() else { return }
            for index in 0..<100 { stream.send(ServerSentEvent(data: "\(index)")) }
            server.shutdown(gracePeriodSeconds: 30)
        }
        var reader = ServerSentEventReader()
        var seen: [String] = []
        _ = try client().stream(.get(url)) { bytes in
            for event in (try? reader.read(bytes)) ?? [] { seen.append(event.data) }
            return true
        }
        #expect(seen == (0..<100).map { "\($0)" })
    }
}
