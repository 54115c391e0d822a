import CMicroHTTPD
import CMicroHTTPDShim
import Synchronization

/// Reading the request.
///
/// libmicrohttpd calls `access` once with the head, then with each piece of the body, then once
/// with nothing; and again after each resume.
extension Exchange {
    func access(
        _ connection: ConnectionHandle, method: UnsafePointer<CChar>,
        version: UnsafePointer<CChar>, piece: UnsafeRawBufferPointer,
        consumed: UnsafeMutablePointer<Int>
    ) -> MHD_Result {
        switch phase {
        case .head:
            return takeHead(connection, method: method, version: version)
        case .body where piece.isEmpty:
            return endBody(connection)
        case .body:
            if shared.withLock({ $0.isSuspended }) { return .YES }
            consumed.pointee = 0
            return take(piece, connection)
        case .refusing(let response):
            if piece.isEmpty { return queue(response, on: connection) }
            consumed.pointee = 0
            return .YES
        case .draining(let left):
            guard !piece.isEmpty, piece.count <= left else { return .NO }
            phase = .draining(left - piece.count)
            consumed.pointee = 0
            return .YES
        case .handling:
            return answerOrSuspend(connection)
        }
    }

    private func takeHead(
        _ connection: ConnectionHandle, method: UnsafePointer<CChar>,
        version: UnsafePointer<CChar>
    ) -> MHD_Result {
        let reader = HTTPHeadReader(
            configuration: core.configuration, remoteAddress: record.address)
        let reading = reader.read(connection, method: method, version: version, target: target)
        framing = reading.framing
        self.method = reading.method
        expectsContinue = reading.expectsContinue
        switch reading.result {
        case .failure(let reason): return refuse(refusal(reason), on: connection)
        case .success(let head): return prepareBody(of: head, connection)
        }
    }

    private func prepareBody(
        of head: HTTPRequestHead, _ connection: ConnectionHandle
    ) -> MHD_Result {
        self.head = head
        phase = .body
        bodyLimit =
            core.handler.bodyLimit(method: head.method, path: head.path)
            ?? core.configuration.bodyByteCountMax
        if case .length(let length) = framing {
            guard length <= UInt64(max(bodyLimit, 0)) else {
                return refuse(refusal(.bodyTooLarge(byteCountMax: bodyLimit)), on: connection)
            }
        }
        switch head.method {
        case .post, .put, .patch: receiver = core.handler.receiver(for: head)
        case .get, .head, .delete, .options: break
        }
        if framing != .none {
            bodyStart = .now
            record.expect(by: bodyStart + core.configuration.requestTimeout)
            // Grows by doubling; a declared length alone must not make us allocate it.
            let length = head.contentLength ?? 0
            if receiver == nil { body.reserveCapacity(min(length, 64 << 10)) }
        }
        return .YES
    }

    private func take(_ piece: UnsafeRawBufferPointer, _ connection: ConnectionHandle) -> MHD_Result
    {
        if core.isForced { return .NO }
        guard piece.count <= bodyLimit - bodyByteCount else {
            return refuse(refusal(.bodyTooLarge(byteCountMax: bodyLimit)), on: connection)
        }
        guard receiver != nil || core.hold(body: piece.count) else {
            return refuse(refusal(.overloaded), on: connection)
        }
        bodyByteCount += piece.count
        let configuration = core.configuration
        let earned = Duration.seconds(bodyByteCount / max(configuration.bodyBytesPerSecondMin, 1))
        record.expect(by: bodyStart + configuration.requestTimeout + earned)
        guard let receiver else {
            body.append(contentsOf: piece)
            return .YES
        }
        return pass(Array(piece), to: receiver, connection)
    }

    private func pass(
        _ piece: [UInt8], to receiver: any HTTPBodyReceiver, _ connection: ConnectionHandle
    ) -> MHD_Result {
        shared.withLock { $0.pause = .possible }
        switch receiver.receive(piece, flow: HTTPBodyFlow(self)) {
        case .more:
            shared.withLock { $0.pause = .none }
            return .YES
        case .refuse(let response):
            shared.withLock { $0.pause = .none }
            self.receiver = nil
            return refuse(response, on: connection)
        case .pause:
            let isForced = shared.withLock { shared in
                // `resume` may have been called before this returned.
                guard case .possible = shared.pause else { return false }
                if core.isForced { return true }
                shared.pause = .suspended
                shared.isSuspended = true
                record.expect(by: nil)
                MHD_suspend_connection(connection.raw)
                return false
            }
            return isForced ? .NO : .YES
        }
    }

    private func endBody(_ connection: ConnectionHandle) -> MHD_Result {
        guard let head else { return .NO }
        phase = .handling
        record.expect(by: nil)
        let responder = HTTPResponder(self)
        if let receiver {
            self.receiver = nil
            receiver.finish(responder: responder)
        } else {
            let request = HTTPRequest(head: head, body: body)
            body = []
            core.handler.handle(request, responder: responder)
        }
        return answerOrSuspend(connection)
    }

    /// Answers without waiting for the rest of the request, so that the client can read it.
    private func refuse(_ response: HTTPResponse, on connection: ConnectionHandle) -> MHD_Result {
        receiver?.cancel()
        receiver = nil
        body = []
        switch (phase, framing) {
        case (_, .none):
            phase = .refusing(response)
            return .YES
        case (_, .length(let length))
        where length <= Exchange.drainedByteCountMax && !expectsContinue:
            phase = .refusing(response)
            return .YES
        case (.head, .length) where expectsContinue, (.head, .chunked) where expectsContinue:
            // The client has not sent its body, and now will not.
            return queue(response, on: connection, isLast: true)
        default:
            phase = .draining(Exchange.drainedAfterAnswerByteCountMax)
            record.expect(by: .now + core.configuration.requestTimeout)
            let bytes = RawAnswer.bytes(response, hasBody: method != .head)
            let isSent = bytes.withUnsafeBytes { bytes in
                kl_http_send_and_finish(connection.raw, bytes.baseAddress, bytes.count)
            }
            return isSent ? .YES : .NO
        }
    }
}
