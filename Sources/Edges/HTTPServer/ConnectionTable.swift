import Glibc
import Synchronization

/// libmicrohttpd's connection, valid from its start to its end on its own thread.
///
/// `@unchecked Sendable`: the pointer crosses threads only to resume a suspended connection, which
/// libmicrohttpd allows from any thread and which cannot end before it is resumed.
struct ConnectionHandle: @unchecked Sendable {
    let raw: OpaquePointer
}

/// One accepted socket: who it is, what it must have done by when, and the request in progress.
final class ConnectionRecord: Sendable {
    private struct State {
        /// The socket while libmicrohttpd has it open; nil before and after.
        var descriptor: Int32?
        var deadline: MonotonicTime?
        var exchange: Exchange?
    }

    let address: String
    private let state = Mutex(State())

    init(address: String) { self.address = address }

    func open(_ descriptor: Int32, deadline: MonotonicTime) {
        state.withLock { state in
            state.descriptor = descriptor
            state.deadline = deadline
        }
    }

    /// The socket is about to be closed: nobody may touch its number from now on.
    func close() { state.withLock { $0 = State() } }

    func begin(_ exchange: Exchange) { state.withLock { $0.exchange = exchange } }

    func end(deadline: MonotonicTime) {
        state.withLock { state in
            state.exchange = nil
            state.deadline = deadline
        }
    }

    /// Sets by when the client must have moved on; nil while it is the server's turn.
    func expect(by deadline: MonotonicTime?) { state.withLock { $0.deadline = deadline } }

    var exchange: Exchange? { state.withLock { $0.exchange } }

    /// Ends the connection from any thread: its own thread sees the end of input and cleans up.
    func cut() {
        state.withLock { state in
            if let descriptor = state.descriptor { Self.reset(descriptor) }
        }
    }

    /// Makes the system drop what the client has not read, which it would else hold for minutes.
    private static func reset(_ descriptor: Int32) {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    func cutIfLate(_ now: MonotonicTime) {
        state.withLock { state in
            guard let descriptor = state.descriptor, let deadline = state.deadline, now > deadline
            else { return }
            Self.reset(descriptor)
        }
    }

    /// Whether the client has closed its end, which a suspended connection does not notice itself.
    var isHungUp: Bool {
        state.withLock { state in
            guard let descriptor = state.descriptor else { return true }
            // POLLRDHUP of <poll.h>, which Glibc hides without _GNU_SOURCE.
            let remoteHangUp: Int16 = 0x2000
            var query = pollfd(fd: descriptor, events: remoteHangUp, revents: 0)
            return poll(&query, 1, 0) > 0
        }
    }
}

/// All open connections, and how many each address has.
final class ConnectionTable: Sendable {
    private struct State {
        var records: [Int32: ConnectionRecord] = [:]
        var counts: [String: Int] = [:]

        mutating func remove(_ descriptor: Int32) {
            guard let record = records.removeValue(forKey: descriptor) else { return }
            let count = (counts[record.address] ?? 0) - 1
            counts[record.address] = count > 0 ? count : nil
        }
    }

    private let state = Mutex(State())
    private let countMaxPerAddress: Int

    init(countMaxPerAddress: Int) { self.countMaxPerAddress = countMaxPerAddress }

    var count: Int { state.withLock { $0.records.count } }

    /// Enters an accepted socket; false if its address has too many.
    func admit(_ descriptor: Int32, address: String) -> Bool {
        state.withLock { state in
            // The number may be left over from a socket that libmicrohttpd closed before it began.
            state.remove(descriptor)
            let count = state.counts[address] ?? 0
            guard count < countMaxPerAddress else { return false }
            state.counts[address] = count + 1
            state.records[descriptor] = ConnectionRecord(address: address)
            return true
        }
    }

    func record(_ descriptor: Int32) -> ConnectionRecord? {
        state.withLock { $0.records[descriptor] }
    }

    func remove(_ descriptor: Int32) { state.withLock { $0.remove(descriptor) } }

    var all: [ConnectionRecord] { state.withLock { Array($0.records.values) } }
}
