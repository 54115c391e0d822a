import CMicroHTTPD
import CMicroHTTPDShim
import Synchronization

/// One request and its answer, from the request line to the last byte sent.
///
/// The stored properties outside `shared` belong to the connection's own thread, which is the only
/// one libmicrohttpd calls us on; `@unchecked Sendable` stands for that rule. Other threads only
/// `answer`, `resumeBody`, `tend` and `abort`, all behind the lock.
final class Exchange: @unchecked Sendable {
    enum Phase {
        case head
        case body

        /// The body is read and dropped, then this is answered.
        case refusing(HTTPResponse)

        /// Answered already, past libmicrohttpd; so many bytes at most are still read and dropped.
        case draining(Int)
        case handling
    }

    /// Whether the body stands still at the receiver's wish.
    enum Pause {
        case none

        /// The receiver is being asked, and has not said `resume` meanwhile.
        case possible
        case suspended
    }

    struct Shared {
        var connection: ConnectionHandle?
        var answer: HTTPResponse?
        var stream: EventStream?
        var isAnswered = false
        var isSuspended = false
        var pause = Pause.none

        /// Lets the connection's thread go on; only a suspended connection may be resumed.
        mutating func wake() {
            guard isSuspended, let connection else { return }
            isSuspended = false
            MHD_resume_connection(connection.raw)
        }
    }

    /// A refused body this small is read to its end, so that the connection can be kept.
    static let drainedByteCountMax: UInt64 = 64 << 10

    /// Bytes read and dropped after an answer in the middle of a body, so that the client reads it.
    static let drainedAfterAnswerByteCountMax = 4 << 20

    let core: ServerCore
    let record: ConnectionRecord
    let target: RawTarget
    let shared: Mutex<Shared>

    var phase = Phase.head
    var framing = HTTPFraming.broken
    var method: HTTPMethod?
    var expectsContinue = false
    var head: HTTPRequestHead?
    var body: [UInt8] = []
    var bodyByteCount = 0
    var bodyLimit = 0
    var bodyStart = MonotonicTime.now
    var receiver: (any HTTPBodyReceiver)?

    init(
        core: ServerCore, record: ConnectionRecord, connection: ConnectionHandle, target: RawTarget
    ) {
        self.core = core
        self.record = record
        self.target = target
        shared = Mutex(Shared(connection: connection))
        core.activeCount.add(1, ordering: .relaxed)
        record.begin(self)
    }

    // MARK: From any thread

    /// Stores the answer and wakes the connection.
    @discardableResult
    func answer(_ response: HTTPResponse) -> Bool {
        let isTaken = shared.withLock { shared in
            guard shared.connection != nil, !shared.isAnswered, shared.answer == nil
            else { return false }
            shared.answer = response
            shared.wake()
            return true
        }
        if !isTaken, case .stream(let stream) = response.body { stream.abort(.clientGone) }
        return isTaken
    }

    func resumeBody() {
        shared.withLock { shared in
            if case .none = shared.pause { return }
            shared.pause = .none
            shared.wake()
        }
    }

    /// Looks after an event stream: whether the client is still there and a heartbeat is due.
    func tend(_ now: MonotonicTime) {
        guard let stream = shared.withLock({ $0.stream }) else { return }
        if record.isHungUp { stream.abort(.clientGone) } else { stream.beat(now) }
    }

    /// Ends an event stream in order; other requests go on.
    func finishStream() { shared.withLock { $0.stream }?.finish(.serverStopping) }

    /// Gives up at once: called after `core.isForced` was set.
    func abort() {
        let stream = shared.withLock { shared in
            shared.pause = .none
            shared.wake()
            return shared.stream
        }
        stream?.abort(.serverStopping)
    }

    func refusal(_ reason: HTTPRefusal) -> HTTPResponse {
        var response = core.handler.refuse(reason)
        if case .bytes = response.body {} else { response = reason.problem }
        for header in reason.headers { response.headers.add(header.name, header.value) }
        return response
    }

    // MARK: The end

    /// libmicrohttpd is done with the request, for whatever reason.
    func completed() {
        let (stream, answer) = shared.withLock { shared in
            defer {
                shared.connection = nil
                shared.stream = nil
                shared.answer = nil
                shared.isSuspended = false
            }
            return (shared.stream, shared.answer)
        }
        stream?.detach()
        if case .stream(let unsent)? = answer?.body { unsent.abort(.clientGone) }
        receiver?.cancel()
        receiver = nil
        core.release(body: bodyByteCount)
        let configuration = core.configuration
        record.end(deadline: .now + configuration.idleTimeout + configuration.requestTimeout)
        core.activeCount.subtract(1, ordering: .relaxed)
        core.isQuieter.signal()
    }
}
