import CMicroHTTPD
import CMicroHTTPDShim
import Synchronization

/// Handing the answer to libmicrohttpd, on the connection's thread.
extension Exchange {
    func answerOrSuspend(_ connection: ConnectionHandle) -> MHD_Result {
        let (answer, isForced) = shared.withLock { shared -> (HTTPResponse?, Bool) in
            if let answer = shared.answer {
                shared.answer = nil
                shared.isAnswered = true
                return (answer, false)
            }
            if core.isForced {
                shared.isAnswered = true
                return (nil, true)
            }
            shared.isSuspended = true
            MHD_suspend_connection(connection.raw)
            return (nil, false)
        }
        if let answer { return queue(answer, on: connection) }
        return isForced ? queue(refusal(.stopping), on: connection) : .YES
    }

    /// Queues the answer, or a bare 500 if it cannot be put on the wire.
    func queue(
        _ response: HTTPResponse, on connection: ConnectionHandle, isLast: Bool = false
    ) -> MHD_Result {
        let isSound = (200...599).contains(response.status)
        guard isSound, let made = make(response, on: connection) else {
            if case .stream(let stream) = response.body { stream.abort(.clientGone) }
            guard let bare = kl_http_response(nil, 0)
            else { return .NO }
            defer { MHD_destroy_response(bare) }
            return MHD_queue_response(connection.raw, 500, bare)
        }
        defer { MHD_destroy_response(made) }
        if isLast || core.isStopping { MHD_add_response_header(made, "Connection", "close") }
        return MHD_queue_response(connection.raw, UInt32(response.status), made)
    }

    private func make(_ response: HTTPResponse, on connection: ConnectionHandle) -> OpaquePointer? {
        let made: OpaquePointer?
        var isEventStream = false
        switch response.body {
        case .bytes(let bytes):
            record.expect(by: core.deadline(forReading: bytes.count))
            made = bytes.withUnsafeBytes { bytes in
                kl_http_response(bytes.baseAddress, bytes.count)
            }
        case .stream(let stream):
            isEventStream = true
            guard stream.attach(connection, record) else { return nil }
            shared.withLock { $0.stream = stream }
            made = ResponseReading.response(for: stream)
            if core.isStopping { stream.finish(.serverStopping) }
        case .pieces(let source):
            made = ResponseReading.response(for: source, to: record, core)
        }
        guard let made else { return nil }
        if isEventStream, response.headers["content-type"] == nil {
            MHD_add_response_header(made, "Content-Type", "text/event-stream")
        }
        for field in response.headers.fields where !Self.isOurs(field.name) {
            guard MHD_add_response_header(made, field.name, field.value) == .YES else {
                MHD_destroy_response(made)
                return nil
            }
        }
        return made
    }

    /// Fields that libmicrohttpd writes itself and refuses from us.
    private static func isOurs(_ name: String) -> Bool {
        HTTPHeaders.same(name, "content-length") || HTTPHeaders.same(name, "transfer-encoding")
    }
}
