import Base
import Cryptography

/// What an open link keeps beside its connection: queues, halves of messages, pings.
struct OpenLink {
    private(set) var info: LinkInfo
    let queue: LinkQueue
    let openedAt: UInt64
    private let limits: LinkLimits

    private var votes: LinkAssembler
    private var bulk: LinkAssembler
    private var allowance: ReceiveAllowance

    /// A message that the receiver was too busy for.
    var held: [UInt8]?

    /// When to offer it again.
    var retryAt: UInt64 = 0

    /// Whether anything came since the loop last noted the time.
    var hasHeard = false
    private var heardAt: UInt64

    private var pingAt: UInt64
    private var pingNumber: UInt64 = 0
    private var pingSentAt: UInt64 = 0
    private var isPinging = false
    private var duePing: UInt64?
    private var duePong: [UInt8]?

    init(info: LinkInfo, limits: LinkLimits, now: UInt64) {
        (self.info, self.limits) = (info, limits)
        queue = LinkQueue(limits: limits)
        votes = LinkAssembler(byteCountMax: limits.messageByteCountMax)
        bulk = LinkAssembler(byteCountMax: limits.messageByteCountMax)
        allowance = ReceiveAllowance(bytesPerSecond: limits.receiveBytesPerSecond, now: now)
        openedAt = now
        heardAt = now
        // The first ping at once: it measures the round trip.
        pingAt = now
    }

    /// Admits the peer as something else from now on.
    mutating func setRole(_ role: LinkRole) {
        info = LinkInfo(
            key: info.key, role: role, version: info.version, isInitiator: info.isInitiator)
    }

    /// What a frame of an open link means.
    enum Event: Hashable {
        case message([UInt8])
        case roundTrip(Duration)
        case nothing
    }

    /// Takes a frame; any that belongs to the handshake is refused.
    mutating func take(_ frame: LinkFrame, now: UInt64) throws(LinkFault) -> Event {
        allowance.take(frame)
        switch frame.kind {
        case .hello, .proof, .ready, .refusal: throw .malformedFrame
        case .ping: duePong = frame.payload
        case .pong:
            let number = frame.payload.reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
            // A pong to an earlier ping may have been overtaken, one to a later ping is made up.
            guard number <= pingNumber else { throw .malformedFrame }
            guard number == pingNumber, isPinging else { return .nothing }
            isPinging = false
            return .roundTrip(.nanoseconds(Int64(clamping: now - pingSentAt)))
        case .voteEnd, .votePart:
            return Self.event(try votes.add(frame.payload, isLast: frame.kind == .voteEnd))
        case .bulkEnd, .bulkPart:
            return Self.event(try bulk.add(frame.payload, isLast: frame.kind == .bulkEnd))
        }
        return .nothing
    }

    private static func event(_ message: [UInt8]?) -> Event {
        message.map { .message($0) } ?? .nothing
    }

    /// Bytes of messages that came in and were not handed over.
    var heldByteCount: Int { votes.byteCount + bulk.byteCount + (held?.count ?? 0) }

    /// Whether nothing may be read now: the receiver is busy, or the peer sends too fast.
    mutating func isPaused(now: UInt64) -> Bool {
        held != nil || !allowance.hasSome(at: now)
    }

    /// Makes a ping due, and finds a peer that has been silent too long.
    ///
    /// While reading is paused, silence is of our own making.
    mutating func tick(now: UInt64) throws(LinkFault) {
        if hasHeard || isPaused(now: now) {
            hasHeard = false
            heardAt = now
        }
        if now - heardAt > limits.silenceTime.wholeNanoseconds { throw .silent }
        if now >= pingAt { ping(now: now) }
    }

    /// Makes a ping due at once, for instance because the peer seems to be back without this link.
    mutating func ping(now: UInt64) {
        pingNumber += 1
        (pingSentAt, isPinging, duePing) = (now, true, pingNumber)
        pingAt = now + limits.pingInterval.wholeNanoseconds
    }

    /// Appends the frames to send next; returns how many messages they finish.
    mutating func writeFrames(into bytes: inout [UInt8]) -> Int {
        if let pong = duePong { bytes += LinkFrame(.pong, pong).encoded }
        if let number = duePing {
            let payload = (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) }
            bytes += LinkFrame(.ping, payload).encoded
        }
        (duePong, duePing) = (nil, nil)
        return queue.writeFrames(into: &bytes)
    }

    /// When something happens even if no bytes come.
    func nextTime(now: UInt64) -> UInt64 {
        if held != nil { return min(retryAt, pingAt) }
        var allowance = allowance
        let silence = heardAt + limits.silenceTime.wholeNanoseconds + 1
        let time = min(pingAt, silence)
        return allowance.hasSome(at: now) ? time : min(time, allowance.renewal(at: now))
    }
}
