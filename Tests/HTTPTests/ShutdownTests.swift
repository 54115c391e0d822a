import HTTPServer
import Testing

@Suite("Shutting down", .timeLimit(.minutes(2)))
struct ShutdownTests {
    static let request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test("waits for requests in flight, and refuses new connections meanwhile")
    func graceful() throws {
        let waiting = Mailbox<HTTPResponder>()
        let server = try TestServer.start(TestHandler(answer: { waiting.put($1) }))
        let port = server.port
        let connection = try RawConnection(port: port)
        connection.send(Self.request)
        let responder = try #require(waiting.take())
        let done = Mailbox<Void>()
        Threads.detach {
            server.shutdown(gracePeriodSeconds: 30)
            done.put(())
        }
        var refused = false
        for _ in 0..<100_000 where !refused { refused = (try? RawConnection(port: port)) == nil }
        #expect(refused)
        #expect(done.count == 0)
        responder.send(HTTPResponse(status: 200, text: "finished"))
        let response = try connection.response()
        #expect(response.body == "finished")
        #expect(response.headers["connection"] == "close")
        #expect(done.take() != nil)
        #expect(connection.readToEnd() == "")
    }

    @Test("gives up on requests that take longer, with a 503")
    func impatient() throws {
        let waiting = Mailbox<HTTPResponder>()
        let server = try TestServer.start(TestHandler(answer: { waiting.put($1) }))
        let connection = try RawConnection(port: server.port)
        connection.send(Self.request)
        let responder = try #require(waiting.take())
        server.shutdown(gracePeriodSeconds: 0)
        #expect(try connection.response().body == "refused: stopping")
        #expect(!responder.send(HTTPResponse(status: 200)))
    }

    @Test("ends event streams in order, with everything queued before")
    func streams() throws {
        let streams = Mailbox<EventStream>()
        let ends = Mailbox<EventStream.CloseReason>()
        let server = try TestServer.start(
            TestHandler(answer: { _, responder in
                let stream = EventStream(heartbeat: nil, onClose: { ends.put($0) })
                responder.send(HTTPResponse(status: 200, body: .stream(stream)))
                streams.put(stream)
            }))
        let connections = try (0..<5).map { _ in
            let connection = try RawConnection(port: server.port)
            connection.send(Self.request)
            return connection
        }
        for _ in 0..<5 { try #require(streams.take()).send(ServerSentEvent(data: "last")) }
        server.shutdown(gracePeriodSeconds: 30)
        for connection in connections {
            #expect(try connection.response().body == "data: last\n\n")
            #expect(ends.take() == .serverStopping)
        }
    }

    @Test("is quick when connections are only idle, and may be asked for often")
    func idempotent() throws {
        let server = try TestServer.start()
        let connection = try RawConnection(port: server.port)
        connection.send(Self.request)
        #expect(try connection.response().status == 200)
        Threads.run(4) { _ in server.shutdown(gracePeriodSeconds: 30) }
        server.shutdown(gracePeriodSeconds: 30)
        #expect(connection.readToEnd() == "")
        #expect(server.connectionCount == 0)
        #expect(server.activeRequestCount == 0)
    }

    @Test("happens by itself when the server is let go")
    func deinitialised() throws {
        var server: HTTPServer? = try TestServer.start()
        let connection = try RawConnection(port: try #require(server).port)
        connection.send(Self.request)
        #expect(try connection.response().status == 200)
        server = nil
        #expect(connection.readToEnd() == "")
    }

    @Test("in the middle of load never traps or hangs", arguments: 0..<10)
    func underLoad(round: Int) throws {
        let waiting = Mailbox<HTTPResponder?>()
        let handler = TestHandler(answer: { request, responder in
            if request.path == "/later" {
                waiting.put(responder)
            } else {
                responder.send(TestHandler.echo(request))
            }
        })
        let server = try TestServer.start(handler)
        let port = server.port
        Threads.detach {
            while case .some(.some(let responder)) = waiting.take() {
                responder.send(HTTPResponse(status: 200, text: "later"))
            }
        }
        let answered = Mailbox<Int>()
        Threads.detach {
            // Half the rounds wait for some load first, half stop whatever there is.
            if round % 2 == 0 { for _ in 0..<(50 * round) { _ = answered.take() } }
            server.shutdown(gracePeriodSeconds: round % 3)
            answered.put(-1)
        }
        Threads.run(4) { thread in
            while let connection = try? RawConnection(port: port) {
                while true {
                    let path = thread % 2 == 0 ? "/later" : "/now"
                    connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
                    guard let response = try? connection.response() else { break }
                    answered.put(response.status)
                }
            }
        }
        var last = answered.take()
        while let status = last, status != -1 {
            #expect(status == 200 || status == 503)
            last = answered.take()
        }
        #expect(last == -1)
        waiting.put(nil)
    }
}
