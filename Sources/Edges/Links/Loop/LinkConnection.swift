import Base
import Cryptography

/// One TCP connection on its way to become a link, or being one; touched by the loop's thread only.
final class LinkConnection {
    enum Phase {
        /// Waiting for TCP.
        case connecting
        /// Waiting for TLS.
        case securing
        /// Exchanging greetings and proofs.
        case proving
        /// A link.
        case open
    }

    /// Bytes read or written in one turn, so that one peer does not keep the others waiting.
    static let turnByteCount = 256 << 10

    let socket: LinkSocket
    let side: LinkProof.Side

    /// Whom this connection dials; nil when accepted.
    let target: LinkPeer?

    /// The other end's numeric address.
    let address: String

    /// By when the keys must be proved.
    let deadline: UInt64

    var phase: Phase
    var handshake: LinkHandshake?

    /// What only an open link has.
    var link: OpenLink?

    /// Whether this node has sent its proof on a connection that it dialled.
    var hasCommitted = false

    /// Ended for good; what still refers to it leaves it alone.
    var isClosed = false

    /// Whether the socket must become writable before anything goes on.
    private(set) var wantsWrite = false

    /// Whether the last turn ended before everything there was had been read.
    private(set) var hasMore = false

    private(set) var channel: TLSChannel?
    private var reader = LinkFrameReader()
    private var outgoing: [UInt8] = []
    private var outgoingStart = 0
    private(set) var outgoingSince: UInt64?
    private var noted: (bytesIn: UInt64, bytesOut: UInt64) = (0, 0)

    init(
        socket: LinkSocket, side: LinkProof.Side, target: LinkPeer?, address: String,
        deadline: UInt64
    ) {
        (self.socket, self.side, self.target) = (socket, side, target)
        (self.address, self.deadline) = (address, deadline)
        phase = side == .initiator ? .connecting : .securing
    }

    /// Bytes read from the channel that are not part of a frame that was taken.
    var readByteCount: Int { reader.byteCount }

    /// Whether this counts against the bounds on strangers.
    var isHalfOpen: Bool { side == .acceptor && phase != .open }

    /// Goes on with TCP and TLS; true once the channel stands.
    func secure(_ context: TLSContext) throws(LinkFault) -> Bool {
        if phase == .connecting {
            guard !socket.hasFailed else { throw .unreachable }
            phase = .securing
        }
        if channel == nil {
            channel = context.channel(over: socket.descriptor, side: side)
        }
        guard let channel else { throw .lost }
        wantsWrite = false
        switch channel.handshake() {
        case .moved:
            phase = .proving
            return true
        case .wantsRead: return false
        case .wantsWrite:
            wantsWrite = true
            return false
        case .closed, .lost: throw .lost
        case .failed: throw .tlsFailed
        }
    }

    /// Reads frames and hands them to `take` until there are none, or it is time for the others.
    ///
    /// `isPaused` is asked before each frame.
    func read(
        into buffer: UnsafeMutableRawBufferPointer, isPaused: () -> Bool,
        _ take: (LinkFrame) throws(LinkFault) -> Void
    ) throws(LinkFault) {
        guard let channel else { return }
        var budget = Self.turnByteCount
        hasMore = false
        while !isPaused() {
            if let frame = try reader.next() {
                try take(frame)
                continue
            }
            guard budget > 0 else {
                hasMore = true
                return
            }
            switch channel.read(into: buffer) {
            case .moved(let count):
                budget -= count
                reader.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                link?.hasHeard = true
            case .wantsRead: return
            case .wantsWrite:
                wantsWrite = true
                return
            case .closed: throw .closedByPeer
            case .lost: throw .lost
            case .failed: throw .tlsFailed
            }
        }
        hasMore = true
    }

    /// Queues a frame of the handshake.
    func send(_ frame: LinkFrame) { outgoing += frame.encoded }

    /// Writes what waits, and what `refill` adds, until the socket takes no more.
    func write(now: UInt64, refill: (inout [UInt8]) -> Void) throws(LinkFault) {
        guard let channel, phase == .proving || phase == .open else { return }
        var budget = Self.turnByteCount
        while true {
            if outgoingStart == outgoing.count {
                outgoing.removeAll(keepingCapacity: true)
                outgoingStart = 0
                outgoingSince = nil
                wantsWrite = false
                refill(&outgoing)
                if outgoing.isEmpty { return }
            }
            if outgoingSince == nil { outgoingSince = now }
            guard budget > 0 else {
                wantsWrite = true
                return
            }
            let outcome = outgoing.withUnsafeBytes {
                channel.write(UnsafeRawBufferPointer(rebasing: $0[outgoingStart...]))
            }
            switch outcome {
            case .moved(let count):
                outgoingStart += count
                budget -= count
            case .wantsWrite:
                wantsWrite = true
                return
            case .wantsRead: return
            case .closed: throw .closedByPeer
            case .lost, .failed: throw .lost
            }
        }
    }

    /// Bytes over the network since the last call.
    func takeTraffic() -> (bytesIn: UInt64, bytesOut: UInt64) {
        guard let channel else { return (0, 0) }
        let all = (bytesIn: channel.byteCountIn, bytesOut: channel.byteCountOut)
        defer { noted = all }
        return (all.bytesIn - noted.bytesIn, all.bytesOut - noted.bytesOut)
    }

    /// Says farewell as far as the socket takes it now; it closes with the last reference.
    func farewell() { channel?.close() }
}
