import Synchronization

/// What all threads of one server share.
final class ServerCore: Sendable {
    let configuration: HTTPServerConfiguration
    let handler: any HTTPHandler
    let connections: ConnectionTable

    /// Requests between their first line and the last byte of their answer.
    let activeCount = Atomic(0)

    /// Signalled whenever a request or connection ends.
    let isQuieter = Signal()

    private let heldByteCount = Atomic(0)
    private let stopping = Atomic(false)
    private let forced = Atomic(false)

    init(configuration: HTTPServerConfiguration, handler: any HTTPHandler) {
        self.configuration = configuration
        self.handler = handler
        connections = ConnectionTable(
            countMaxPerAddress: configuration.connectionCountMaxPerAddress)
    }

    /// No new connections; each answer closes its own.
    var isStopping: Bool { stopping.load(ordering: .sequentiallyConsistent) }

    /// Nothing may wait any more: no connection may be suspended from now on.
    var isForced: Bool { forced.load(ordering: .sequentiallyConsistent) }

    func stop() { stopping.store(true, ordering: .sequentiallyConsistent) }

    func force() { forced.store(true, ordering: .sequentiallyConsistent) }

    /// By when a client must have read so many bytes of an answer.
    func deadline(forReading count: Int) -> MonotonicTime {
        let rate = max(configuration.bodyBytesPerSecondMin, 1)
        return .now + configuration.idleTimeout + .seconds(count / rate)
    }

    /// Accounts for bytes of a body in memory; false if there is no room.
    func hold(body count: Int) -> Bool {
        let held = heldByteCount.add(count, ordering: .relaxed).newValue
        if held <= configuration.heldByteCountMax { return true }
        heldByteCount.subtract(count, ordering: .relaxed)
        return false
    }

    func release(body count: Int) {
        if count > 0 { heldByteCount.subtract(count, ordering: .relaxed) }
    }
}
