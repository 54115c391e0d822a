import HTTPServer
import Testing

@Suite("Requests on a real socket")
struct ServerRequestTests {
    let server: HTTPServer
    let connection: RawConnection

    init() throws {
        server = try TestServer.start()
        connection = try RawConnection(port: server.port)
    }

    @Test("keep their connection, one after the other")
    func keepsConnection() throws {
        for index in 0..<5 {
            connection.send("GET /a/\(index)?b=c HTTP/1.1\r\nHost: x\r\n\r\n")
            let response = try connection.response()
            #expect(response.status == 200)
            #expect(response.body == "GET /a/\(index) [b=c] ")
        }
    }

    @Test("may be sent ahead, and are answered in order")
    func pipelines() throws {
        let requests = (0..<20).map { index in
            index % 2 == 0
                ? "GET /\(index) HTTP/1.1\r\nHost: x\r\n\r\n"
                : "POST /\(index) HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
        }
        connection.send(requests.joined())
        for index in 0..<20 {
            let expected = index % 2 == 0 ? "GET /\(index) [] " : "POST /\(index) [] abc"
            #expect(try connection.response().body == expected)
        }
    }

    @Test("may arrive byte by byte")
    func splitsHead() throws {
        let text = "POST /split HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
        for byte in text.utf8 { connection.send([byte]) }
        #expect(try connection.response().body == "POST /split [] hello")
    }

    @Test("with a chunked body are put together")
    func chunks() throws {
        connection.send(
            "PUT /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nTrailer: 1\r\n\r\n")
        #expect(try connection.response().body == "PUT /c [] abcdefg")
        connection.send("GET /after HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try connection.response().body == "GET /after [] ")
    }

    @Test("with HEAD get the head of GET and no body")
    func heads() throws {
        connection.send("HEAD /h HTTP/1.1\r\nHost: x\r\n\r\n")
        let response = try connection.response(hasBody: false)
        #expect(response.status == 200)
        #expect(response.headers["content-length"] == "\("HEAD /h [] ".utf8.count)")
        connection.send("GET /after HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try connection.response().body == "GET /after [] ")
    }

    @Test("that expect a go-ahead get it")
    func continues() throws {
        connection.send(
            "POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        #expect(try connection.read(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
        connection.send("ok")
        #expect(try connection.response().body == "POST /e [] ok")
    }

    @Test("of HTTP/1.0 are answered and closed")
    func old() throws {
        connection.send("GET /old HTTP/1.0\r\n\r\n")
        let text = connection.readToEnd()
        #expect(text.hasSuffix("GET /old [] "))
    }

    @Test("in absolute form are understood")
    func absolute() throws {
        connection.send("GET http://x/abs?a=1 HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try connection.response().body == "GET /abs [a=1] ")
    }

    @Test("with an unknown method are refused with 501, and the connection goes on")
    func unknownMethod() throws {
        connection.send("BREW /pot HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc")
        let response = try connection.response()
        #expect(response.status == 501)
        #expect(response.body == "refused: unknownMethod")
        connection.send("GET /after HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try connection.response().status == 200)
    }

    /// Heads that are refused, with the reason in our own words.
    static let refused: [(String, Int, String)] = [
        ("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformedTarget"),
        ("TRACE /a HTTP/1.1\r\nHost: x\r\n\r\n", 405, "methodNotAllowed"),
        ("QUERY /a HTTP/1.1\r\nHost: x\r\n\r\n", 405, "methodNotAllowed"),
        ("CONNECT /a HTTP/1.1\r\nHost: x\r\n\r\n", 405, "methodNotAllowed"),
        ("GET /a/../b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformedTarget"),
        ("GET /%2e%2e/b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformedTarget"),
        ("GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformedTarget"),
        ("GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformedTarget"),
        ("GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformedHeader"),
        ("GET  /a HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformedHeader"),
        ("GET /a HTTP/1.1\nHost: x\n\n", 400, "malformedHeader"),
        ("GET /a HTTP/1.1\r\nHost: x\nA: b\r\n\r\n", 400, "malformedHeader"),
        ("GET /a HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n", 400, "malformedHeader"),
        ("GET /a HTTP/1.1\r\nHost: x\r\nA: b\u{1}c\r\n\r\n", 400, "malformedHeader"),
        ("GET /a HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n", 400, "malformedHeader"),
        ("GET /a HTTP/1.1\r\nHost: x\r\nA: b\r\n folded\r\n\r\n", 400, "malformedHeader"),
        ("GET /a HTTP/1.1\r\nHost: x\r\nA : b\r\n\r\n", 400, "malformedHeader"),
        ("GET /a HTTP/1.1\r\nHost: x\r\nA(: b\r\n\r\n", 400, "malformedHeader"),
        ("GET /a HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n", 400, "malformedHeader"),
        ("GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400, "missingHost"),
        (
            "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400,
            "malformedFraming"
        ),
        (
            "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 9\r\n\r\n", 400,
            "malformedFraming"
        ),
        (
            "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "0\r\n\r\n", 400, "malformedFraming"
        ),
        (
            "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\nabc", 501,
            "unknownTransferCoding"
        ),
        (
            "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501,
            "unknownTransferCoding"
        ),
        (
            "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: tea\r\n\r\na", 417,
            "unknownExpectation"
        ),
    ]

    @Test("that are malformed are refused in the handler's words", arguments: refused)
    func refuses(head: String, status: Int, reason: String) throws {
        connection.send(head)
        let response = try connection.response()
        #expect(response.status == status)
        #expect(response.body == "refused: \(reason)")
    }

    @Test(
        "whose body's end is doubtful are the last of their connection",
        arguments: refused.filter { $0.2 == "malformedFraming" || $0.2 == "unknownTransferCoding" })
    func closesAfterDoubt(head: String, status: Int, reason: String) throws {
        connection.send(head + "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
        connection.finishSending()
        let text = connection.readToEnd()
        #expect(text.contains("refused: \(reason)"))
        #expect(!text.contains("smuggled"))
    }

    @Test(
        "that libmicrohttpd itself rejects are closed without reaching the handler",
        arguments: [
            "\r\n\r\nGARBAGE\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/3.0\r\nHost: x\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1,1\r\n\r\na",
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        ])
    func closesGarbage(head: String) throws {
        connection.send(head)
        connection.finishSending()
        let text = connection.readToEnd()
        #expect(!text.contains(" 200 "))
        #expect(!text.contains("GET / []"))
    }

    @Test("name the client's address")
    func remoteAddress() throws {
        let server = try TestServer.start(
            TestHandler(answer: { request, responder in
                responder.send(HTTPResponse(status: 200, text: request.remoteAddress))
            }))
        let connection = try RawConnection(port: server.port)
        connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try connection.response().body == "127.0.0.1")
    }

    @Test("on an IPv6 socket name an IPv4 client as such")
    func dualStack() throws {
        let handler = TestHandler(answer: { request, responder in
            responder.send(HTTPResponse(status: 200, text: request.remoteAddress))
        })
        let server = try TestServer.start(handler) { $0.address = "::" }
        let connection = try RawConnection(port: server.port)
        connection.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try connection.response().body == "127.0.0.1")
    }

    @Test("find their header fields without regard to case")
    func headers() throws {
        let handler = TestHandler(answer: { request, responder in
            let values = request.headers.all("X-Many").joined(separator: "|")
            responder.send(
                HTTPResponse(
                    status: 200, text: "\(request.headers["AUTHORIZATION"] ?? "") \(values)")
            )
        })
        let server = try TestServer.start(handler)
        let connection = try RawConnection(port: server.port)
        connection.send(
            "GET / HTTP/1.1\r\nHost: x\r\nauthorization:  Bearer  t \t\r\nx-many: 1\r\n"
                + "X-MANY: 2\r\n\r\n")
        #expect(try connection.response().body == "Bearer  t 1|2")
    }
}
