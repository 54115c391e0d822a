import Base
import HTTPServer
import Testing

@Suite("Random bytes", .timeLimit(.minutes(3)))
struct FuzzTests {
    static let seeds: [String] = [
        "GET /a/b?c=d&e=%20f HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n",
        "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello world",
        "PUT /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "POST /e HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok",
        "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "3\r\nabc\r\n3\r\ndef\r\n0\r\nA: b\r\n\r\n",
        "POST /later HTTP/1.1\r\nHost: x\r\nCookie: a=b; c=\"d\"\r\nContent-Length: 3\r\n\r\nabc",
        "HEAD http://x/y?z HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    ]

    /// Pieces that parsers stumble over.
    static let tokens: [String] = [
        "\r\n", "\n", "\r", "\0", " ", ":", "%", "%00", "%2e%2e/", "/", "?", "&", "=", "#", "\t",
        "Content-Length: 5\r\n", "Content-Length: 99999999999\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip\r\n", "Host: y\r\n", "Connection: close\r\n", "Cookie: ;=,\"\r\n",
        "Expect: 100-continue\r\n", "ffffffffffffffff\r\n", "0\r\n\r\n", "HTTP/1.1", "GET ",
        "\u{FF}",
        "Upgrade: websocket\r\n", "\r\n\r\n",
    ]

    static func mutate(_ random: inout SplitMix64) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0...Int.random(in: 0...2, using: &random) {
            bytes += Array((seeds.randomElement(using: &random) ?? "").utf8)
        }
        for _ in 0..<Int.random(in: 0...8, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: place)
            case 2:
                let token = tokens.randomElement(using: &random) ?? ""
                bytes.insert(contentsOf: token.utf8, at: place)
            case 3: bytes.removeLast(bytes.count - place)
            case 4:
                let end = min(bytes.count, place + Int.random(in: 0...40, using: &random))
                bytes.insert(contentsOf: bytes[place..<end], at: place)
            default:
                let count = Int.random(in: 0...3_000, using: &random)
                bytes.insert(contentsOf: [UInt8](repeating: bytes[place], count: count), at: place)
            }
        }
        return bytes
    }

    @Test(
        "never bring the server down, and good requests are answered after them", arguments: 1...8)
    func survives(seed: UInt64) throws {
        let later = Mailbox<HTTPResponder?>()
        let handler = TestHandler(
            answer: { request, responder in
                switch request.path {
                case "/later": later.put(responder)
                case "/stream":
                    let stream = EventStream(queueByteCountMax: 1_000, heartbeat: .milliseconds(20))
                    stream.send(ServerSentEvent(data: "x"))
                    responder.send(HTTPResponse(status: 200, body: .stream(stream)))
                default: responder.send(TestHandler.echo(request))
                }
            },
            receive: { head in
                guard head.path == "/upload" else { return nil }
                return TestReceiver { _, flow in
                    flow.resume()
                    return .pause
                }
            })
        let server = try TestServer.start(handler) { configuration in
            configuration.headByteCountMax = 2_048
            configuration.connectionByteCount = 8 << 10
            configuration.bodyByteCountMax = 1_024
            configuration.requestTimeout = .seconds(5)
        }
        Threads.detach {
            while case .some(.some(let responder)) = later.take() {
                responder.send(HTTPResponse(status: 200, text: "later"))
            }
        }
        var random = SplitMix64(seed: seed)
        for round in 0..<300 {
            let connection = try RawConnection(port: server.port)
            var rest = Self.mutate(&random)[...]
            while !rest.isEmpty {
                let part = rest.prefix(Int.random(in: 1...rest.count, using: &random))
                guard connection.send(Array(part)) else { break }
                rest = rest.dropFirst(part.count)
            }
            if Bool.random(using: &random) {
                connection.finishSending()
                // Streams and keep-alive have no end of their own: look, do not wait.
                if connection.isReadable(withinMilliseconds: 1) { _ = connection.readSome() }
            }
            guard round % 50 == 49 else { continue }
            let good = try RawConnection(port: server.port)
            good.send("POST /good HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok")
            #expect(try good.response().body == "POST /good [] ok", "seed \(seed) round \(round)")
        }
        server.shutdown(gracePeriodSeconds: 0)
        later.put(nil)
        #expect(server.activeRequestCount == 0, "seed \(seed)")
        #expect(server.connectionCount == 0, "seed \(seed)")
    }
}
