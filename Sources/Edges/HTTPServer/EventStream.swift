import CMicroHTTPD
import Synchronization

/// A response body that grows while it is sent; bytes go in from any thread, never blocking.
///
/// The queue is bounded. A reader that does not keep up is cut off, for a late event is worth less
/// than the server's memory; it reconnects and continues from `Last-Event-ID`. Send whole events in
/// one call: heartbeats are put between calls.
package final class EventStream: Sendable {
    /// Why a stream ended.
    package enum CloseReason: Hashable, Sendable {
        /// `finish` was called and everything was handed to the system.
        case finished

        /// More bytes waited than the queue holds.
        case slowReader

        /// The client closed, or its network is gone.
        case clientGone

        /// The server stops.
        case serverStopping
    }

    private enum Phase {
        case open
        case finishing(CloseReason)
        case closed
    }

    private struct State {
        var queue: [UInt8] = []
        var position = 0
        var phase = Phase.open
        var connection: ConnectionHandle?
        var record: ConnectionRecord?
        var isAttached = false
        var isSuspended = false
        var nextHeartbeat: MonotonicTime?

        var waitingByteCount: Int { queue.count - position }

        mutating func wake() {
            guard isSuspended, let connection else { return }
            isSuspended = false
            MHD_resume_connection(connection.raw)
        }

        mutating func drop() {
            queue = []
            position = 0
        }
    }

    private let queueByteCountMax: Int
    private let heartbeat: Duration?
    private let onClose: @Sendable (CloseReason) -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - queueByteCountMax: Bytes that may wait for a slow reader.
    ///   - heartbeat: Silence after which a comment is sent; nil for none.
    ///   - onClose: Called once, from any thread, when nothing more will be sent.
    package init(
        queueByteCountMax: Int = 256 << 10, heartbeat: Duration? = .seconds(15),
        onClose: @escaping @Sendable (CloseReason) -> Void = { _ in }
    ) {
        self.queueByteCountMax = queueByteCountMax
        self.heartbeat = heartbeat
        self.onClose = onClose
    }

    /// Queues bytes; before the response is sent they wait for it.
    ///
    /// - Returns: False if the stream has ended, or ends now because its reader is too slow.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool {
        let (accepted, reason) = state.withLock { state -> (Bool, CloseReason?) in
            guard case .open = state.phase else { return (false, nil) }
            guard bytes.count <= queueByteCountMax - state.waitingByteCount else {
                state.drop()
                state.phase = .closed
                // The socket is full, so the event loop would notice only when the reader reads on.
                state.record?.cut()
                state.wake()
                return (false, .slowReader)
            }
            if state.position > 0, state.position == state.queue.count { state.drop() }
            state.queue.append(contentsOf: bytes)
            if let heartbeat { state.nextHeartbeat = .now + heartbeat }
            state.wake()
            return (true, nil)
        }
        if let reason { onClose(reason) }
        return accepted
    }

    /// Queues one event.
    @discardableResult
    package func send(_ event: ServerSentEvent) -> Bool { send(event.bytes) }

    /// Ends the stream once everything queued is sent; harmless if it has ended.
    package func finish() { finish(.finished) }

    /// Whether `send` may still succeed.
    package var isOpen: Bool {
        state.withLock { state in
            if case .open = state.phase { true } else { false }
        }
    }

    func finish(_ reason: CloseReason) {
        state.withLock { state in
            guard case .open = state.phase else { return }
            state.phase = .finishing(reason)
            state.wake()
        }
    }

    /// Ends the stream now, dropping what waits.
    func abort(_ reason: CloseReason) {
        let wasOpen = state.withLock { state in
            defer { state.wake() }
            if case .closed = state.phase { return false }
            state.drop()
            state.phase = .closed
            state.record?.cut()
            return true
        }
        if wasOpen { onClose(reason) }
    }

    /// Binds the stream to the connection that sends it; false if it is bound already.
    func attach(_ connection: ConnectionHandle, _ record: ConnectionRecord) -> Bool {
        state.withLock { state in
            guard !state.isAttached else { return false }
            state.isAttached = true
            state.connection = connection
            state.record = record
            if let heartbeat { state.nextHeartbeat = .now + heartbeat }
            return true
        }
    }

    /// The connection is done with this answer and must not be touched again.
    func detach() {
        let reason = state.withLock { state -> CloseReason? in
            state.connection = nil
            state.record = nil
            state.isSuspended = false
            defer { state.phase = .closed }
            switch state.phase {
            case .open: return .clientGone
            case .finishing(let reason): return state.waitingByteCount == 0 ? reason : .clientGone
            case .closed: return nil
            }
        }
        if let reason { onClose(reason) }
    }

    /// Sends a comment if nothing was sent for the heartbeat's time.
    func beat(_ now: MonotonicTime) {
        let isDue = state.withLock { state in
            guard let next = state.nextHeartbeat, now >= next else { return false }
            // What waits shows by itself whether the client is there.
            return state.waitingByteCount == 0
        }
        if isDue { send(ServerSentEvent.heartbeat) }
    }

    /// What the connection's thread gets when it asks for bytes.
    enum Pull {
        case bytes(Int)

        /// Nothing now; the connection is suspended, or it would be asked again at once.
        case suspended
        case end
        case cut
    }

    func pull(into buffer: UnsafeMutableRawBufferPointer) -> Pull {
        state.withLock { state in
            if state.waitingByteCount > 0 {
                let count = min(buffer.count, state.waitingByteCount)
                buffer.copyBytes(from: state.queue[state.position..<state.position + count])
                state.position += count
                return .bytes(count)
            }
            switch state.phase {
            case .open:
                guard let connection = state.connection else { return .cut }
                state.isSuspended = true
                MHD_suspend_connection(connection.raw)
                return .suspended
            case .finishing: return .end
            case .closed: return .cut
            }
        }
    }
}
